import { describe, expect, it } from 'vitest'
import type { AnalysisRun, Verdict } from '../../../api/analysis-run.ts'
import type { Release, RolloutStatus, TakenDecision } from '../../../api/status.ts'
import { type Counted, counted } from '../../../rollout-controller/server/counted.ts'

const nowMs = Date.parse('2026-01-01T01:00:00.000Z')
const nothing: Counted = { steps: [], releases: [], rollbacks: [], verdicts: [], decisions: [], bypasses: 0 }

const status = (parts: Partial<RolloutStatus> = {}): RolloutStatus => ({
  phase: 'Healthy',
  message: '',
  attempts: 0,
  decisions: [],
  conditions: [],
  ...parts,
})

const release = (parts: Partial<Release> = {}): Release => ({
  attempt: 'v2-1',
  revision: 'v2',
  desired: 10,
  startedAt: '2026-01-01T00:00:00.000Z',
  step: 1,
  steps: 3,
  stepHash: 'a',
  stepsHash: 'b',
  stepStartedAt: '2026-01-01T00:50:00.000Z',
  weight: 20,
  replicas: 2,
  routes: [],
  ...parts,
})

const progressing = (parts: Partial<Release> = {}, more: Partial<RolloutStatus> = {}) =>
  status({ phase: 'Progressing', release: release(parts), ...more })

const run = (id: string, verdict: Verdict, parts: Partial<AnalysisRun> = {}): AnalysisRun => ({
  id,
  scope: id.startsWith('step') ? 'step' : id.startsWith('background') ? 'background' : 'promotion',
  analysis: 'success-rate',
  kind: 'Analysis',
  hash: 'h',
  startedAt: '2026-01-01T00:00:00.000Z',
  verdict,
  why: '',
  advisory: false,
  awayMs: 0,
  metrics: [],
  ...parts,
})

const decision = (uid: string, outcome: TakenDecision['outcome'] = 'Accepted'): TakenDecision => ({
  uid,
  name: uid,
  verb: 'approve',
  by: 'jane',
  at: '',
  outcome,
  message: '',
})

const count = (before: RolloutStatus | undefined, after: RolloutStatus, ...transitions: readonly string[]) =>
  counted({ before, after, transitions, nowMs })

describe('what a record adds to the counters', () => {
  it('is nothing where nothing changed', () => {
    const same = progressing({ analyses: [run('step-1/a', 'pass')] }, { decisions: [decision('d1')] })
    expect(count(same, same)).toEqual(nothing)
    expect(count(undefined, status({ phase: 'Pending' }))).toEqual(nothing)
  })

  it('has the time of a step that passed, and none of those that passed with it', () => {
    const passed = count(progressing(), progressing({ step: 3 }), 'step-passed', 'step-passed')
    expect(passed).toEqual({ ...nothing, steps: [600_000, 0] })
    const last = count(progressing({ step: 3 }), status({ phase: 'Promoting', release: release() }), 'promotion-begins')
    expect(last.steps).toEqual([600_000])
  })

  it('has each decision once, with what became of it', () => {
    const before = status({ decisions: [decision('d1')] })
    const after = status({ decisions: [decision('d1'), decision('d2'), decision('d3', 'Refused')] })
    expect(count(before, after).decisions).toEqual([
      { verb: 'approve', outcome: 'Accepted' },
      { verb: 'approve', outcome: 'Refused' },
    ])
  })

  it.each(['bypass-begins', 'bypass-after-rollback'])('has a bypass at %s', (transition) => {
    expect(count(status(), status({ phase: 'Bypassed' }), transition)).toEqual({ ...nothing, bypasses: 1 })
  })
})

describe('a release', () => {
  const promoting = status({ phase: 'Promoting', release: release({ stage: 'Returning' }) })
  const ending = { cause: 'analysis', by: 'analysis success-rate', message: '' } as const

  it('is over once, when it is promoted, with its time', () => {
    expect(count(promoting, status(), 'promoted')).toEqual({
      ...nothing,
      releases: [{ outcome: 'promoted', ms: 3_600_000 }],
    })
  })

  it('counts as a rollback when that begins, and as over when nothing of ours is left', () => {
    const back = status({ phase: 'RollingBack', release: release(), ending })
    expect(count(progressing(), back, 'rollback-begins')).toEqual({ ...nothing, rollbacks: ['analysis'] })
    expect(count(back, { ...back, drainSince: 'x' })).toEqual(nothing)
    expect(count(back, status({ phase: 'RolledBack' }), 'rolled-back')).toEqual({
      ...nothing,
      releases: [{ outcome: 'rolled-back', ms: 3_600_000 }],
    })
  })

  it('that is turned back and over in one record counts as both, its cause unknown', () => {
    expect(count(progressing(), status({ phase: 'RolledBack' }), 'rollback-begins', 'rolled-back')).toEqual({
      ...nothing,
      releases: [{ outcome: 'rolled-back', ms: 3_600_000 }],
      rollbacks: ['unknown'],
    })
  })

  it('goes on when its steps are edited', () => {
    expect(count(progressing(), progressing({ attempt: 'v2-2' }), 'steps-changed')).toEqual(nothing)
  })

  it('is over when another begins in the same record', () => {
    const back = status({ phase: 'RollingBack', release: release(), ending: { ...ending, cause: 'superseded' } })
    const next = progressing({ revision: 'v3', attempt: 'v3-2', startedAt: '2026-01-01T01:00:00.000Z' })
    expect(count(back, next, 'starts-over', 'release-begins').releases).toEqual([
      { outcome: 'rolled-back', ms: 3_600_000 },
    ])
  })

  it('whose Rollout is deleted is turned back and over at once, and never again', () => {
    const going = status({ phase: 'Terminating', release: release(), ending: { ...ending, cause: 'deleted' } })
    expect(count(progressing(), going, 'deletion')).toEqual({
      ...nothing,
      releases: [{ outcome: 'rolled-back', ms: 3_600_000 }],
      rollbacks: ['deleted'],
    })
    expect(count(going, status({ phase: 'Terminating', ending: { ...ending, cause: 'deleted' } }))).toEqual(nothing)
  })

  it('that never was is not turned back when its Rollout is deleted', () => {
    const going = status({ phase: 'Terminating', ending: { ...ending, cause: 'deleted' } })
    expect(count(status(), going, 'deletion')).toEqual(nothing)
  })

  it('that slipped at rest is a rollback', () => {
    const restoring = status({ phase: 'Restoring', ending: { ...ending, cause: 'slipped' } })
    expect(count(status(), restoring, 'slipped').rollbacks).toEqual(['slipped'])
  })

  it('whose clock runs ahead takes no less than no time', () => {
    const early = status({ phase: 'Promoting', release: release({ startedAt: '2026-01-01T02:00:00.000Z' }) })
    expect(count(early, status(), 'promoted').releases).toEqual([{ outcome: 'promoted', ms: 0 }])
  })
})

describe('the verdict of an analysis', () => {
  const judged = (...analyses: readonly AnalysisRun[]) => progressing({ analyses })

  it('counts when it is reached, and when it is withdrawn', () => {
    expect(count(progressing(), judged(run('step-1/a', 'inconclusive')))).toEqual(nothing)
    const passed = count(judged(run('step-1/a', 'inconclusive')), judged(run('step-1/a', 'pass')))
    expect(passed.verdicts).toEqual([{ scope: 'step', verdict: 'pass' }])
    const withdrawn = count(judged(run('background/b', 'pass')), judged(run('background/b', 'inconclusive')))
    expect(withdrawn.verdicts).toEqual([{ scope: 'background', verdict: 'inconclusive' }])
  })

  it('counts where it ends the release', () => {
    const back = status({
      phase: 'RollingBack',
      release: release({ analyses: [run('background/b', 'fail')] }),
      ending: { cause: 'analysis', by: '', message: '' },
    })
    const { verdicts, rollbacks } = count(judged(run('background/b', 'inconclusive')), back, 'rollback-begins')
    expect(verdicts).toEqual([{ scope: 'background', verdict: 'fail' }])
    expect(rollbacks).toEqual(['analysis'])
  })

  it('counts where the release is over in the same record, from what was rejected', () => {
    const rejected = { revision: 'v2', at: '', by: '', message: '', analyses: [run('step-1/a', 'fail')] }
    const after = status({ phase: 'RolledBack', rejected })
    expect(count(judged(run('step-1/a', 'inconclusive')), after, 'rollback-begins', 'rolled-back').verdicts).toEqual([
      { scope: 'step', verdict: 'fail' },
    ])
    expect(count(after, after).verdicts).toEqual([])
  })

  it('counts as inconclusive where the step ends without one', () => {
    const after = progressing({ step: 2, analyses: [run('step-1/a', 'inconclusive')] })
    expect(count(judged(run('step-1/a', 'inconclusive')), after, 'step-passed').verdicts).toEqual([
      { scope: 'step', verdict: 'inconclusive' },
    ])
    expect(count(after, after).verdicts).toEqual([])
  })

  it('counts as inconclusive where the release ends without one', () => {
    const analyses = [run('step-1/a', 'fail'), run('background/b', 'inconclusive')]
    const back = status({ phase: 'RollingBack', release: release({ analyses }) })
    const before = judged(run('step-1/a', 'inconclusive'), run('background/b', 'inconclusive'))
    expect(count(before, back).verdicts).toEqual([
      { scope: 'step', verdict: 'fail' },
      { scope: 'background', verdict: 'inconclusive' },
    ])
  })

  it('is not withdrawn where an edited analysis begins anew', () => {
    const anew = judged(run('step-1/a', 'inconclusive', { hash: 'other' }))
    expect(count(judged(run('step-1/a', 'pass')), anew).verdicts).toEqual([])
  })

  it('of a promotion counts until the workload itself rolls', () => {
    const at = (stage: Release['stage'], verdict: Verdict) =>
      status({
        phase: 'Promoting',
        release: release({ ...(stage && { stage }), analyses: [run('promotion/p', verdict)] }),
      })
    expect(count(at('Draining', 'inconclusive'), at('Draining', 'pass')).verdicts).toEqual([
      { scope: 'promotion', verdict: 'pass' },
    ])
    expect(count(at('Draining', 'inconclusive'), at('Rolling', 'inconclusive'), 'drained').verdicts).toEqual([
      { scope: 'promotion', verdict: 'inconclusive' },
    ])
  })
})
