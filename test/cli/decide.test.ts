import { describe, expect, it } from 'vitest'
import { parseDecision } from '../../api/parse-decision.ts'
import { lifeIn } from '../../cli/controller-life.ts'
import { askFor, decisionObject } from '../../cli/decide.ts'
import { reached, startOf } from '../../cli/goal.ts'
import { ago, lookOf, now, progressing, releaseOf, statusOf } from './builders.ts'

const held = { name: 'web', held: true, revision: 'bbbbbbbbbb', images: [] }
const rejected = { revision: 'bbbbbbbbbb', at: ago(5), by: 'alice', message: 'slow' }

describe('an approval', () => {
  it('names the attempt, the step and the hash of the step as it was read', () => {
    const binding = { attempt: 'bbbbbbbbbb-1', step: 1, stepHash: 'cccccccccc' }
    expect(askFor('approve', lookOf({ status: progressing() }))).toMatchObject({ kind: 'ask', binding })
  })
  it('is a Decision that the controller can read', () => {
    const look = lookOf({ status: progressing() })
    const asked = askFor('approve', look)
    const object = decisionObject(look, asked.kind === 'ask' ? asked.binding : {}, {
      verb: 'approve',
      by: 'alice',
      suffix: '1',
    })
    expect(parseDecision(object)).toMatchObject({
      kind: 'ok',
      decision: { verb: 'approve', rollout: 'web', decidedBy: 'alice' },
    })
  })
  it('lets a step go on whose analysis came to no verdict in time, and a promotion, too', () => {
    const waiting = { reason: 'AnalysisInconclusive', message: 'no verdict', next: 'approve' }
    const step = progressing({ step: 2 }, { waiting })
    const promotion = { ...progressing({ step: 3, stage: 'Draining' }, { waiting }), phase: 'Promoting' as const }
    for (const status of [step, promotion])
      expect(askFor('approve', lookOf({ status }))).toMatchObject({
        kind: 'ask',
        about: expect.stringContaining('without a verdict'),
        binding: { attempt: 'bbbbbbbbbb-1', step: status.release?.step, stepHash: 'cccccccccc' },
      })
  })
  it('is refused while an analysis runs: it waits for no person', () => {
    const waiting = {
      reason: 'Analysis',
      message: 'step 2 waits for analysis a',
      next: 'goes on by itself when it passes',
    }
    expect(askFor('approve', lookOf({ status: progressing({ step: 2 }, { waiting }) }))).toEqual({
      kind: 'refuse',
      why: 'web is not waiting for a person: step 2 waits for analysis a. It goes on by itself when it passes; to end it now: sluice rollback web',
    })
  })
  it.each([
    ['no release is under way', statusOf(), 'no release is under way'],
    ['the step waits for time alone', progressing({ step: 2 }), 'needs no approval: it waits for: pause 10m'],
    ['it was approved already', progressing({ approvedBy: 'bob' }), 'approved already, by bob'],
    ['it is being promoted', { ...progressing({ stage: 'Rolling' }), phase: 'Promoting' as const }, 'it is Promoting'],
  ])('is refused, saying why, when %s', (_when, status, why) => {
    expect(askFor('approve', lookOf({ status }))).toEqual({ kind: 'refuse', why: expect.stringContaining(why) })
  })
})

describe('a rollback', () => {
  it('names the attempt in every state of a release', () => {
    const status = { ...progressing({ stage: 'Filling' }), phase: 'Promoting' as const }
    expect(askFor('rollback', lookOf({ status }))).toMatchObject({ kind: 'ask', binding: { attempt: 'bbbbbbbbbb-1' } })
  })
  it('names the held revision before an attempt has begun', () => {
    expect(askFor('rollback', lookOf({ workload: held }))).toMatchObject({
      kind: 'ask',
      binding: { revision: 'bbbbbbbbbb' },
    })
  })
  it('does not turn down twice', () => {
    const look = lookOf({ workload: held, status: statusOf({ phase: 'RolledBack', rejected }) })
    expect(askFor('rollback', look)).toEqual({ kind: 'refuse', why: expect.stringContaining('rolled back already') })
  })
})

describe('the other verbs', () => {
  it('pause and resume exclude each other', () => {
    const paused = lookOf({ status: progressing({ paused: { by: 'bob', since: ago(3) } }) })
    expect(askFor('pause', paused).kind).toBe('refuse')
    expect(askFor('resume', paused).kind).toBe('ask')
    expect(askFor('resume', lookOf({ status: progressing() })).kind).toBe('refuse')
  })
  it('retry needs a version that was turned down', () => {
    expect(askFor('retry', lookOf()).kind).toBe('refuse')
    const held = { name: 'web', held: true, revision: 'bbbbbbbbbb', images: ['registry/web:v2'] }
    const status = statusOf({ phase: 'RolledBack', rejected })
    expect(askFor('retry', lookOf({ status, workload: held }))).toMatchObject({ binding: { revision: 'bbbbbbbbbb' } })
  })
  it('retry of a version that is not in the workload any more is refused', () => {
    expect(askFor('retry', lookOf({ status: statusOf({ phase: 'Healthy', rejected }) })).kind).toBe('refuse')
  })
  it('hold ends a bypass, and nothing else', () => {
    const bypass = { by: 'alice', reason: 'r', since: ago(9) }
    expect(askFor('hold', lookOf()).kind).toBe('refuse')
    expect(askFor('hold', lookOf({ status: statusOf({ phase: 'Bypassed', bypass }) })).kind).toBe('ask')
  })
  it('nothing is decided about a Rollout that is being deleted', () => {
    expect(askFor('pause', lookOf({ deleting: true, status: progressing() })).kind).toBe('refuse')
  })
})

describe('--wait', () => {
  const start = { attempt: 'bbbbbbbbbb-1', step: 1 }
  it('for a step ends when the next one begins', () => {
    expect(reached('step', start, lookOf({ status: progressing() }))).toEqual({ kind: 'not-yet' })
    expect(reached('step', start, lookOf({ status: progressing({ step: 2 }) }))).toMatchObject({ exitCode: 0 })
  })
  it('for the rollout ends with 6 when it was rolled back', () => {
    expect(reached('rollout', start, lookOf({ status: statusOf({ phase: 'RolledBack', rejected }) }))).toMatchObject({
      exitCode: 6,
    })
  })
  it('tells a promoted release from one that was taken back', () => {
    const promoted = statusOf({ stable: { revision: 'bbbbbbbbbb', workloadUid: 'u', claimed: true } })
    expect(reached('rollout', start, lookOf({ status: promoted }))).toMatchObject({ exitCode: 0 })
    expect(reached('rollout', start, lookOf({ status: statusOf() }))).toMatchObject({ exitCode: 6 })
  })
  it('does not take the moment before the controller sees an update for its end', () => {
    expect(reached('rollout', {}, lookOf({ workload: held }))).toEqual({ kind: 'not-yet' })
  })
  it('counts from the release under way', () => {
    expect(startOf(lookOf({ status: statusOf({ release: releaseOf({ step: 2 }) }) }))).toEqual({
      attempt: 'bbbbbbbbbb-1',
      step: 2,
    })
  })
})

describe('whether a controller runs', () => {
  it('is what its Lease says', () => {
    const lease = (seconds: number, holderIdentity = 'x') => ({
      holderIdentity,
      leaseDurationSeconds: 15,
      renewTime: ago(seconds),
    })
    expect(lifeIn(lease(5), now)).toEqual({ kind: 'alive' })
    expect(lifeIn(lease(60), now)).toEqual({ kind: 'silent', forMs: 60_000 })
    expect(lifeIn(lease(1, ''), now)).toEqual({ kind: 'silent', forMs: 1_000 })
    expect(lifeIn({}, now)).toEqual({ kind: 'never' })
  })
})
