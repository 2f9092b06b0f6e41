import { describe, expect, it } from 'vitest'
import type { Measurement, MeasureRequest } from '../../analysis/measurement.ts'
import { unanswered } from '../../analysis/unanswered.ts'
import type { AnalysisUse, Metric } from '../../api/analysis.ts'
import type { AnalysisScope } from '../../api/analysis-run.ts'
import type { Step } from '../../api/rollout.ts'
import type { AnalysisView } from '../../rollout-controller/snapshot.ts'
import { approval, decide, drainMs, pass, settle, specWith, upgrade, type World, world } from '../builders/world.ts'

const intervalMs = 10_000

const metric: Metric = {
  name: 'success',
  intervalMs,
  warmUpMs: 0,
  patienceMs: 60_000,
  source: { kind: 'prometheus', headers: [] },
  condition: {
    kind: 'threshold',
    query: 'up',
    pass: 'value >= 0.99',
    over: 'all',
    count: 3,
    failureLimit: 0,
    noData: 'inconclusive',
  },
}

const useWith = (parts: Partial<AnalysisUse> = {}): AnalysisUse => ({
  name: 'health',
  kind: 'Analysis',
  args: [],
  deadlineMs: 300_000,
  atDeadline: 'pause',
  advisory: false,
  ...parts,
})

function viewOf(scope: AnalysisScope, use: AnalysisUse, step?: number): AnalysisView {
  const id = scope === 'step' ? `step-${step}/${use.name}` : `${scope}/${use.name}`
  return { id, scope, ...(step !== undefined && { step }), use, metrics: [metric], trusted: false, hash: 'h1' }
}

const gated = (weight: number, use: AnalysisUse): Step => ({ weight, gates: [{ kind: 'analysis', use }] })

/** A store in which the query has this value. */
const reads =
  (...values: number[]) =>
  ({ id, atMs }: MeasureRequest): Measurement => ({
    id,
    atMs,
    readings: { value: { kind: 'values', values: values.map((value, index) => ({ series: `s${index}`, value })) } },
  })

const away = (request: MeasureRequest): Measurement => unanswered(request, 'connection refused')

/** v2 at step 1, its pods ready, its split in force. */
function released(steps: readonly Step[], analyses: readonly AnalysisView[], store: World['store']): World {
  const w = world()
  w.rollout.spec = specWith(steps)
  w.analyses = [...analyses]
  w.store = store
  settle(w)
  upgrade(w, 'v2')
  settle(w)
  pass(w, 1000)
  return w
}

function passes(w: World, ms: number): void {
  for (let left = ms; left > 0; left -= intervalMs) pass(w, Math.min(left, intervalMs))
}

const phase = (w: World) => w.rollout.status?.phase
const release = (w: World) => w.rollout.status?.release
const waiting = (w: World) => w.rollout.status?.waiting
const run = (w: World, id: string) => release(w)?.analyses?.find((one) => one.id === id)

describe('a gate with an analysis', () => {
  const use = useWith()
  const twoSteps = [gated(20, use), { weight: 50, gates: [approval] }]

  it('lets the next step begin once enough measurements have passed', () => {
    const w = released(twoSteps, [viewOf('step', use, 1)], reads(1))
    expect(waiting(w)).toMatchObject({ reason: 'Analysis' })
    passes(w, 50_000)
    expect(release(w)).toMatchObject({ step: 2 })
    expect(run(w, 'step-1/health')).toMatchObject({ verdict: 'pass' })
  })

  it('rolls back at the first verdict that fails, and keeps what was measured', () => {
    const w = released(twoSteps, [viewOf('step', use, 1)], reads(0.5))
    passes(w, 10_000)
    pass(w, drainMs)
    expect(phase(w)).toBe('RolledBack')
    expect(w.route.canary).toBe(0)
    const { rejected } = w.rollout.status ?? {}
    expect(rejected).toMatchObject({ revision: 'v2', by: 'analysis health' })
    expect(rejected?.analyses?.[0]?.metrics[0]?.samples.at(-1)).toMatchObject({ verdict: 'fail', canary: 0.5 })
  })

  it('asks a person when it has come to no verdict by its deadline, and goes on when one says so', () => {
    const w = released(twoSteps, [viewOf('step', use, 1)], reads(Number.NaN))
    passes(w, 320_000)
    expect(waiting(w)).toMatchObject({ reason: 'AnalysisInconclusive' })
    passes(w, 600_000)
    expect(release(w)).toMatchObject({ step: 1 })
    expect(w.told.filter((reason) => reason === 'AnalysisInconclusive')).toHaveLength(1)
    expect(w.rollout.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Stalled', status: 'True' }))
    decide(w, 'approve')
    settle(w)
    expect(release(w)).toMatchObject({ step: 2 })
    expect(w.rollout.status?.decisions.at(-1)).toMatchObject({ outcome: 'Accepted', by: 'ana' })
  })

  it.each([
    ['goOn', 'Progressing'],
    ['rollBack', 'RolledBack'],
  ] as const)('does what the user chose for that: %s', (atDeadline, then) => {
    const chosen = useWith({ atDeadline })
    const steps = [gated(20, chosen), { weight: 50, gates: [approval] }]
    const w = released(steps, [viewOf('step', chosen, 1)], reads(Number.NaN))
    passes(w, 320_000)
    pass(w, drainMs)
    expect(phase(w)).toBe(then)
  })

  it('is not approved by an approval of the step that came before the verdict was missing', () => {
    const steps: Step[] = [
      { weight: 20, gates: [approval, { kind: 'analysis', use }] },
      { weight: 50, gates: [approval] },
    ]
    const w = released(steps, [viewOf('step', use, 1)], reads(Number.NaN))
    decide(w, 'approve')
    passes(w, 320_000)
    expect(waiting(w)).toMatchObject({ reason: 'AnalysisInconclusive' })
    expect(release(w)).toMatchObject({ step: 1 })
  })

  it('stops its clock while the store is away, for as long as the metric is patient', () => {
    const w = released(twoSteps, [viewOf('step', use, 1)], away)
    passes(w, 20_000)
    expect(waiting(w)).toMatchObject({ reason: 'AnalysisAway' })
    passes(w, 290_000)
    expect(waiting(w)?.reason).not.toBe('AnalysisInconclusive')
    passes(w, 70_000)
    expect(waiting(w)).toMatchObject({ reason: 'AnalysisInconclusive' })
    expect(release(w)).toMatchObject({ step: 1 })
  })

  it('asks nobody between the first measurement that goes unanswered and the next, though its deadline is there', () => {
    const soon = useWith({ deadlineMs: 295_000 })
    const steps = [gated(20, soon), { weight: 50, gates: [approval] }]
    const w = released(steps, [viewOf('step', soon, 1)], reads(Number.NaN))
    passes(w, 285_000)
    w.store = away
    const reasons = Array.from({ length: 40 }, () => {
      passes(w, 1_000)
      return waiting(w)?.reason
    })
    expect(reasons).not.toContain('AnalysisInconclusive')
    expect(reasons.at(-1)).toBe('AnalysisAway')
  })

  it('passes nothing when the steps are edited: it measures anew', () => {
    const w = released(twoSteps, [viewOf('step', use, 1)], reads(1))
    passes(w, 10_000)
    w.rollout.spec = specWith([gated(20, use), { weight: 60, gates: [approval] }])
    settle(w)
    expect(release(w)).toMatchObject({ step: 1 })
    expect(run(w, 'step-1/health')?.metrics[0]?.samples.length ?? 0).toBeLessThanOrEqual(1)
  })

  it('starts anew when the analysis is edited', () => {
    const w = released(twoSteps, [viewOf('step', use, 1)], reads(1))
    passes(w, 10_000)
    w.analyses = [{ ...viewOf('step', use, 1), hash: 'h2' }]
    settle(w)
    expect(run(w, 'step-1/health')).toMatchObject({ hash: 'h2', verdict: 'inconclusive' })
  })

  it('decides nothing where it is advice', () => {
    const advice = useWith({ advisory: true })
    const steps: Step[] = [{ weight: 20, gates: [approval, { kind: 'analysis', use: advice }] }]
    const w = released(steps, [viewOf('step', advice, 1)], reads(0))
    passes(w, 60_000)
    expect(phase(w)).toBe('Progressing')
    expect(run(w, 'step-1/health')).toMatchObject({ verdict: 'fail', advisory: true })
    expect(waiting(w)).toMatchObject({ reason: 'Approval' })
  })

  it('passes nothing that failed, whatever it was when it failed', () => {
    const advice = useWith({ advisory: true })
    const steps: Step[] = [{ weight: 20, gates: [approval] }]
    const w = released(steps, [viewOf('background', advice)], reads(0))
    passes(w, 30_000)
    expect(run(w, 'background/health')).toMatchObject({ verdict: 'fail' })
    w.analyses = [viewOf('background', useWith())]
    passes(w, 10_000)
    pass(w, drainMs)
    expect(phase(w)).toBe('RolledBack')
  })

  it('rolls nothing back any more once it is advice', () => {
    const steps: Step[] = [{ weight: 20, gates: [approval, { kind: 'analysis', use }] }]
    const w = released(steps, [viewOf('step', use, 1)], reads(1))
    passes(w, 10_000)
    w.analyses = [viewOf('step', useWith({ advisory: true }), 1)]
    w.store = reads(0)
    passes(w, 30_000)
    expect(phase(w)).toBe('Progressing')
    expect(run(w, 'step-1/health')).toMatchObject({ verdict: 'fail', advisory: true })
  })

  it('has its whole time again once it was edited', () => {
    const strict = useWith({ atDeadline: 'rollBack' })
    const steps: Step[] = [{ weight: 20, gates: [approval, { kind: 'analysis', use: strict }] }]
    const w = released(steps, [viewOf('step', strict, 1)], reads(1))
    passes(w, 400_000)
    w.analyses = [{ ...viewOf('step', strict, 1), hash: 'h2' }]
    settle(w)
    expect(phase(w)).toBe('Progressing')
    passes(w, 40_000)
    expect(run(w, 'step-1/health')).toMatchObject({ hash: 'h2', verdict: 'pass' })
  })

  it('needs its own acceptance: one that was given for another does not count', () => {
    const late = useWith({ name: 'late', deadlineMs: 500_000 })
    const gates = [use, late].map((one) => ({ kind: 'analysis', use: one }) as const)
    const steps: Step[] = [
      { weight: 20, gates },
      { weight: 50, gates: [approval] },
    ]
    const w = released(steps, [viewOf('step', use, 1), viewOf('step', late, 1)], reads(Number.NaN))
    passes(w, 320_000)
    decide(w, 'approve')
    passes(w, 250_000)
    expect(release(w)).toMatchObject({ step: 1 })
    expect(waiting(w)).toMatchObject({ reason: 'AnalysisInconclusive', message: expect.stringContaining('late') })
    decide(w, 'approve')
    settle(w)
    expect(release(w)).toMatchObject({ step: 2 })
  })

  it('is not accepted by what was said before its time was over', () => {
    const steps: Step[] = [
      { weight: 20, gates: [approval, { kind: 'analysis', use }] },
      { weight: 50, gates: [approval] },
    ]
    const w = released(steps, [viewOf('step', use, 1)], reads(Number.NaN))
    passes(w, 280_000)
    decide(w, 'approve')
    w.now += 60_000
    settle(w)
    expect(release(w)).toMatchObject({ step: 1, approvedBy: 'ana' })
    expect(waiting(w)).toMatchObject({ reason: 'AnalysisInconclusive' })
  })

  it('goes on from what it knew when its object was gone for a moment', () => {
    const w = released(
      twoSteps,
      [viewOf('step', use, 1), viewOf('background', useWith({ name: 'other' }))],
      reads(0.99),
    )
    passes(w, 10_000)
    const before = run(w, 'step-1/health')?.metrics[0]?.state
    expect(before).toBeDefined()
    const all = w.analyses
    w.analyses = all.slice(1)
    passes(w, 10_000)
    w.analyses = all
    settle(w)
    expect(run(w, 'step-1/health')?.metrics[0]?.samples.length).toBeGreaterThan(1)
    expect(run(w, 'step-1/health')?.metrics[0]?.state).toContain('answered')
  })

  it('does not pass while its store is away, even if it had passed before', () => {
    const steps: Step[] = [
      {
        weight: 20,
        gates: [
          { kind: 'pause', durationMs: 60_000 },
          { kind: 'analysis', use },
        ],
      },
      { weight: 50, gates: [approval] },
    ]
    const w = released(steps, [viewOf('step', use, 1)], reads(1))
    passes(w, 40_000)
    expect(run(w, 'step-1/health')).toMatchObject({ verdict: 'pass' })
    w.store = away
    passes(w, 40_000)
    expect(release(w)).toMatchObject({ step: 1 })
    expect(waiting(w)).toMatchObject({ reason: 'AnalysisAway' })
    w.store = reads(1)
    passes(w, 20_000)
    expect(release(w)).toMatchObject({ step: 2 })
  })

  it('loses none of its time to a pause', () => {
    const strict = useWith({ atDeadline: 'rollBack' })
    const w = released([gated(20, strict)], [viewOf('step', strict, 1)], reads(Number.NaN))
    passes(w, 100_000)
    decide(w, 'pause')
    settle(w)
    passes(w, 1_000_000)
    decide(w, 'resume')
    passes(w, 100_000)
    expect(phase(w)).toBe('Progressing')
    passes(w, 120_000)
    pass(w, drainMs)
    expect(phase(w)).toBe('RolledBack')
  })

  it('leaves nothing in the release that the record of its rejection has', () => {
    const w = released(twoSteps, [viewOf('step', use, 1)], reads(0))
    passes(w, 10_000)
    expect(phase(w)).toBe('RollingBack')
    expect(release(w)?.analyses).toBeUndefined()
    expect(w.rollout.status?.rejected?.analyses).toHaveLength(1)
  })

  it('ends the release also while somebody has paused it', () => {
    const w = released(twoSteps, [viewOf('step', use, 1)], reads(1))
    decide(w, 'pause')
    settle(w)
    w.store = reads(0)
    passes(w, 10_000)
    pass(w, drainMs)
    expect(phase(w)).toBe('RolledBack')
  })
})

describe('an analysis in the background', () => {
  const use = useWith({ deadlineMs: 30_000 })
  const steps: Step[] = [
    { weight: 20, gates: [approval] },
    { weight: 50, gates: [approval] },
  ]

  it('measures from the first split on, through all steps', () => {
    const w = released(steps, [viewOf('background', use)], reads(1))
    passes(w, 20_000)
    decide(w, 'approve')
    settle(w)
    passes(w, 40_000)
    expect(release(w)).toMatchObject({ step: 2 })
    expect(run(w, 'background/health')?.metrics[0]?.samples.length).toBeGreaterThan(5)
  })

  it('goes on measuring after a leader whose clock was an hour fast, and passes nothing on what that one measured', () => {
    const w = released(steps, [viewOf('background', use)], reads(1))
    w.now += 3_600_000
    passes(w, 50_000)
    expect(run(w, 'background/health')).toMatchObject({ verdict: 'pass' })
    w.now -= 3_600_000
    w.store = away
    settle(w)
    expect(run(w, 'background/health')).toMatchObject({ verdict: 'inconclusive' })
    w.store = reads(0.1)
    passes(w, 20_000)
    expect(release(w)).toBeUndefined()
  })

  it('rolls back whatever the release waits for', () => {
    const w = released(steps, [viewOf('background', use)], reads(1))
    w.store = reads(0.1)
    passes(w, 10_000)
    pass(w, drainMs)
    expect(phase(w)).toBe('RolledBack')
  })

  it('keeps a release without a verdict from being promoted until a person says so', () => {
    const w = released(steps, [viewOf('background', use)], reads(Number.NaN))
    for (let step = 1; step <= 2; step += 1) {
      passes(w, 10_000)
      decide(w, 'approve')
      settle(w)
    }
    passes(w, 60_000)
    expect(phase(w)).toBe('Progressing')
    expect(waiting(w)).toMatchObject({ reason: 'AnalysisInconclusive' })
    decide(w, 'approve')
    settle(w)
    expect(phase(w)).toBe('Promoting')
  })
})

describe('an analysis that cannot be asked in the middle of a release', () => {
  it('stops the release for a person, and rolls nothing back', () => {
    const use = useWith()
    const w = released([gated(20, use)], [viewOf('step', use, 1)], reads(1))
    w.analyses = []
    w.problems = [{ reason: 'AnalysisInvalid', message: 'Analysis health does not exist', next: 'make it' }]
    passes(w, 3_600_000)
    expect(phase(w)).toBe('Progressing')
    expect(waiting(w)).toMatchObject({ reason: 'AnalysisInvalid', next: 'make it; no deadline' })
    expect(w.route.canary).toBe(20)
  })
})

describe('an analysis before promotion', () => {
  const use = useWith({ deadlineMs: 60_000 })
  const steps: Step[] = [{ weight: 50, gates: [] }]

  it('keeps the old pods until it has passed with all traffic on the copy', () => {
    const w = released(steps, [viewOf('promotion', use)], reads(1))
    passes(w, 20_000)
    expect(release(w)).toMatchObject({ stage: 'Draining' })
    expect(w.workload).toMatchObject({ paused: true, pods: { v1: 10 } })
    passes(w, 60_000)
    expect(phase(w)).toBe('Healthy')
  })

  it('rolls back onto the old pods when it fails', () => {
    const w = released(steps, [viewOf('promotion', use)], reads(0))
    passes(w, 20_000)
    pass(w, drainMs)
    expect(phase(w)).toBe('RolledBack')
    expect(w.workload).toMatchObject({ pods: { v1: 10 } })
  })

  it('asks a person where it comes to no verdict, and takes the answer', () => {
    const w = released(steps, [viewOf('promotion', use)], reads(Number.NaN))
    passes(w, 120_000)
    expect(waiting(w)).toMatchObject({ reason: 'AnalysisInconclusive' })
    decide(w, 'approve')
    settle(w)
    expect(release(w)).toMatchObject({ stage: 'Rolling' })
  })
})
