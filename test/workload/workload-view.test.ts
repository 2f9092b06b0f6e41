import { describe, expect, it } from 'vitest'
import { revisionOf } from '../../api/hash.ts'
import { deploymentFactsOf } from '../../rollout-controller/workload/deployment-facts.ts'
import { canReachZero, viewCopy, viewWorkload } from '../../rollout-controller/workload/workload-view.ts'
import { type DeploymentParts, deploymentWith } from '../builders/deployment.ts'

const viewOf = (parts: DeploymentParts, ready: readonly number[] = []) =>
  viewWorkload(deploymentFactsOf(deploymentWith(parts)), ready)
const rolling = (maxUnavailable: number | string, maxSurge: number | string = '25%') => ({
  type: 'RollingUpdate',
  maxUnavailable,
  maxSurge,
})

describe('a Deployment as the planner sees it', () => {
  it('has the revision of its template, whatever else changes', () => {
    const { revision } = viewOf({})
    expect(revision).toMatch(/^[0-9a-f]{10}$/)
    expect(viewOf({ spec: { replicas: 9, paused: true }, metadata: { resourceVersion: '2' } }).revision).toBe(revision)
    expect(viewOf({ labels: { app: 'web', version: 'v2' } }).revision).not.toBe(revision)
  })

  it('is held and claimed by our label and annotation', () => {
    const metadata = {
      labels: { 'sluice.dev/rollout': 'web', team: 'a' },
      annotations: { 'sluice.dev/held': 'true', 'sluice.dev/bypass': 'fire' },
    }
    expect(viewOf({ metadata, spec: { paused: true } })).toMatchObject({
      held: true,
      paused: true,
      claimedBy: 'web',
      bypass: 'fire',
    })
    expect(viewOf({})).not.toHaveProperty('claimedBy')
  })

  it('is observed once its controller has seen the latest spec', () => {
    expect(viewOf({ metadata: { generation: 3 }, status: { observedGeneration: 2 } }).observed).toBe(false)
    expect(viewOf({ metadata: { generation: 3 }, status: { observedGeneration: 3 } }).observed).toBe(true)
    expect(viewOf({}).observed).toBe(false)
  })

  it('has failed when its controller gave up, and not while it goes on', () => {
    const condition = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' }
    expect(viewOf({ status: { conditions: [condition] } }).failure).toBe('timed out')
    expect(viewOf({ status: { conditions: [{ ...condition, status: 'True' }] } })).not.toHaveProperty('failure')
    expect(viewOf({ status: { conditions: [{ ...condition, reason: 'Other' }] } })).not.toHaveProperty('failure')
  })

  it('has as many ready endpoints as the poorest of its Services', () => {
    expect(viewOf({ status: { availableReplicas: 4 } }, [4, 3]).readyEndpoints).toBe(3)
    expect(viewOf({ status: { availableReplicas: 4 } }).readyEndpoints).toBe(4)
  })
})

describe('the copy as the planner sees it', () => {
  it('is ready as far as its pods are available and behind every Service', () => {
    const facts = deploymentFactsOf(
      deploymentWith({
        metadata: { annotations: { 'sluice.dev/revision': 'abc' } },
        status: { availableReplicas: 3 },
      }),
    )
    expect(viewCopy(facts, [5, 2])).toMatchObject({ revision: 'abc', ready: 2 })
    expect(viewCopy(facts, [5])).toMatchObject({ ready: 3 })
    expect(viewCopy(facts, [])).toMatchObject({ ready: 3 })
  })
})

describe('a workload can reach zero ready pods', () => {
  it('with Recreate', () => {
    expect(canReachZero({ ...rolling(0), type: 'Recreate' }, 4)).toContain('Recreate')
  })

  it.each([
    [rolling('100%'), 4],
    [rolling(4), 4],
    [rolling(9, 0), 4],
    [rolling(0, 0), 1], // both 0 is taken as maxUnavailable 1
    [rolling('10%', '0%'), 1],
  ])('with %j of %i', (strategy, replicas) => {
    expect(canReachZero(strategy, replicas)).toContain('maxUnavailable')
  })

  it.each([
    [rolling('25%'), 4],
    [rolling('99%'), 4], // 3.96 is rounded down
    [rolling('25%'), 1], // 0.25 is rounded down, the surge up
    [rolling(0, 1), 1],
    [rolling('10%', '1%'), 1],
    [rolling('100%'), 0],
  ])('but not with %j of %i', (strategy, replicas) => {
    expect(canReachZero(strategy, replicas)).toBeUndefined()
  })
})

it('the hash of a template is of the template as the server returns it', () => {
  const workload = deploymentWith()
  expect(deploymentFactsOf(workload).revision).toBe(revisionOf((workload.spec as { template: unknown }).template))
})
