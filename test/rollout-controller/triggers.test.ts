import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../api/kube-object.ts'
import type { RolloutFacts } from '../../rollout-controller/facts.ts'
import { createInterests } from '../../rollout-controller/interests.ts'
import type { Caches } from '../../rollout-controller/observed-caches.ts'
import { decisionFactsOf } from '../../rollout-controller/parsed.ts'
import { createTriggers } from '../../rollout-controller/triggers.ts'
import { deploymentFactsOf } from '../../rollout-controller/workload/deployment-facts.ts'
import { type DeploymentParts, deploymentWith } from '../builders/deployment.ts'

const rollout = (name: string, workload: string): RolloutFacts => ({
  namespace: 'shop',
  name,
  uid: `uid-of-${name}`,
  resourceVersion: '1',
  terminating: false,
  generation: 1,
  createdAt: '',
  workload,
  routes: [],
  analyses: [],
  phase: 'Healthy',
  held: true,
  stalled: false,
  hasFinalizer: true,
})

/** Two Rollouts in namespace shop; gives back who is woken, with `!` for the rollback lane. */
function listen() {
  const rollouts = [rollout('web', 'web'), rollout('api', 'api')]
  const woken: string[] = []
  const caches: Pick<Caches, 'rollouts'> = {
    rollouts: {
      get: () => undefined,
      list: () => rollouts,
      byIndex: (index, key) =>
        rollouts.filter(({ uid, workload }) => key === (index === 'owner' ? uid : `shop/${workload}`)),
      upsert: () => undefined,
      run: async () => undefined,
      hasSynced: () => true,
      synced: Promise.resolve(),
    },
  }
  const interests = createInterests()
  const wake = (key: string, lane: string) => woken.push(lane === 'rollback' ? `${key}!` : key)
  const on = createTriggers({ caches: () => caches, interests, wake })
  return { on, interests, woken: () => [...new Set(woken.splice(0))].sort() }
}

const facts = (parts: DeploymentParts = {}) => deploymentFactsOf(deploymentWith(parts))
const decision = (verb: string, outcome?: string) =>
  decisionFactsOf({
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'Decision',
    metadata: { name: 'd', namespace: 'shop' },
    spec: { rollout: 'web', verb, decidedBy: 'ann' },
    ...(outcome === undefined ? {} : { status: { outcome } }),
  })
const ingress = (
  annotations: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', namespace: 'shop', annotations, labels },
  spec: {},
})

describe('a Deployment', () => {
  it('wakes the Rollout that names it, that has claimed it or that owns it', () => {
    const { on, woken } = listen()
    on.deployments({ old: facts(), now: facts({ status: { availableReplicas: 1 } }) })
    expect(woken()).toEqual(['shop/web'])
    const claimed = { name: 'other', labels: { 'sluice.dev/rollout': 'api' } }
    on.deployments({ old: facts({ metadata: claimed }), now: facts({ metadata: claimed, spec: { paused: true } }) })
    expect(woken()).toEqual(['shop/api'])
    const owned = { name: 'web-canary', labels: { 'sluice.dev/rollout-uid': 'uid-of-web' } }
    on.deployments({
      old: facts({ metadata: owned }),
      now: facts({ metadata: owned, status: { availableReplicas: 1 } }),
    })
    expect(woken()).toEqual(['shop/web'])
  })

  it('wakes nobody when nothing that is looked at has changed', () => {
    const { on, woken } = listen()
    on.deployments({ old: facts(), now: facts({ metadata: { resourceVersion: '2', annotations: { note: 'x' } } }) })
    expect(woken()).toEqual([])
  })

  it('that comes with a new selector wakes all in its namespace: the copy’s pods must keep away from it', () => {
    const { on, woken } = listen()
    on.deployments({ now: facts({ metadata: { name: 'new' } }) })
    expect(woken()).toEqual(['shop/api', 'shop/web'])
  })
})

describe('a Decision', () => {
  it.each([
    ['rollback', ['shop/web!']],
    ['reject', ['shop/web!']],
    ['pause', ['shop/web']],
  ])('to %s wakes its Rollout: %j', (verb, expected) => {
    const { on, woken } = listen()
    on.decisions({ now: decision(verb) })
    expect(woken()).toEqual(expected)
  })

  it('that is settled or gone wakes nobody', () => {
    const { on, woken } = listen()
    on.decisions({ old: decision('pause'), now: decision('pause', 'Accepted') })
    on.decisions({ old: decision('pause') })
    expect(woken()).toEqual([])
  })
})

describe('endpoints', () => {
  it('wake only who has looked at their Service', () => {
    const { on, interests, woken } = listen()
    const slice = (ready: number) => ({ namespace: 'shop', service: 'web', family: 'IPv4', ready })
    interests.set('shop/web', ['shop/web', 'shop/web-canary'])
    on.endpoints({ old: slice(1), now: slice(1) })
    expect(woken()).toEqual([])
    on.endpoints({ old: slice(1), now: slice(2) })
    expect(woken()).toEqual(['shop/web'])
    interests.forget('shop/web')
    on.endpoints({ old: slice(2) })
    expect(woken()).toEqual([])
  })
})

describe('an Ingress', () => {
  it('of ours wakes its Rollout alone, one of a user all in its namespace', () => {
    const { on, woken } = listen()
    on.ingresses({ old: ingress({}), now: ingress({ a: '1' }) })
    expect(woken()).toEqual(['shop/api', 'shop/web'])
    const ours = { 'sluice.dev/rollout-uid': 'uid-of-api' }
    on.ingresses({ old: ingress({}, ours), now: ingress({ a: '1' }, ours) })
    expect(woken()).toEqual(['shop/api'])
  })

  it('whose status alone changes wakes nobody', () => {
    const { on, woken } = listen()
    on.ingresses({ old: ingress({}), now: { ...ingress({}), status: { loadBalancer: {} } } })
    expect(woken()).toEqual([])
  })
})

describe('a Rollout', () => {
  it('wakes itself by its spec and not by the status that we write', () => {
    const { on, woken } = listen()
    const web = rollout('web', 'web')
    on.rollouts({ old: web, now: { ...web, phase: 'Progressing', resourceVersion: '2' } })
    expect(woken()).toEqual([])
    on.rollouts({ old: web, now: { ...web, generation: 2 } })
    expect(woken()).toEqual(['shop/web'])
  })

  it('that goes wakes those that want the same workload', () => {
    const { on, woken } = listen()
    on.rollouts({ old: rollout('older', 'api') })
    expect(woken()).toEqual(['shop/api', 'shop/older'])
  })
})

describe('the hold policy', () => {
  it('wakes everybody: the dry run has to be asked again', () => {
    const { on, woken } = listen()
    on.policies({ old: { uid: 'a', generation: 1 } })
    expect(woken()).toEqual(['shop/api', 'shop/web'])
    on.bindings({ now: { uid: 'a', generation: 1 } })
    expect(woken()).toEqual(['shop/api', 'shop/web'])
  })
})
