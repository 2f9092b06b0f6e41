import { deadlineOf } from '../../analysis/deadline.ts'
import { longestAwayMs } from '../../analysis/outage.ts'
import type { AnalysisRun } from '../../api/analysis-run.ts'
import { formatDuration } from '../../api/duration.ts'
import type { Ending, Waiting } from '../../api/status.ts'
import type { AnalysisView } from '../snapshot.ts'
import { endingOf } from './analysed.ts'
import { stamp, type View } from './turn.ts'
import { at, command } from './view.ts'

export type AnalysisAnswer =
  | { readonly kind: 'pass' }
  | { readonly kind: 'wait'; readonly waiting: Waiting; readonly wakeAt?: number }
  | { readonly kind: 'fail'; readonly ending: Ending }

/**
 * Whether an analysis lets the release go on. `openedAt`: from when its deadline counts, in epoch milliseconds; for as
 * long as its store is away the clock stands still. Without a verdict it never passes by itself, unless the user chose so.
 */
export function judgeAnalysis(view: View, analysis: AnalysisView, openedAt: number): AnalysisAnswer {
  const { use, id } = analysis
  if (use.advisory) return { kind: 'pass' }
  const run = view.status.release?.analyses?.find((one) => one.id === id)
  if (!run) return { kind: 'wait', waiting: running(view, analysis, 'nothing is measured yet') }
  if (run.verdict === 'fail') return { kind: 'fail', ending: endingOf(run) }
  const deadline = deadlineFor(view, analysis, run, openedAt)
  const isOver = view.now >= deadline
  if (run.verdict === 'pass' && isAway(run)) return { kind: 'wait', waiting: waitingFor(view, analysis, run, deadline) }
  if (run.verdict === 'pass' && (isOver || mayPassEarly(analysis))) return { kind: 'pass' }
  if (!isOver) return { kind: 'wait', waiting: waitingFor(view, analysis, run, deadline), wakeAt: deadline }
  return atDeadline(view, analysis, run)
}

function deadlineFor(view: View, analysis: AnalysisView, run: AnalysisRun, openedAtMs: number): number {
  const pausedMs = view.status.release?.pausedMs ?? 0
  const held = { openedAtMs, startedAtMs: at(run.startedAt), awayMs: awayMsOf(analysis, run), pausedMs }
  return deadlineOf(analysis.use, held)
}

/** Of the metric whose store was away the longest. */
function awayMsOf({ metrics }: AnalysisView, run: AnalysisRun): number {
  return metrics.reduce((most, metric) => {
    const known = run.metrics.find(({ name }) => name === metric.name)
    return known === undefined ? most : Math.max(most, longestAwayMs(metric, known))
  }, run.awayMs)
}

/** Every test on counts says whether it may; the other conditions have counted enough once they pass. */
function mayPassEarly({ metrics }: AnalysisView): boolean {
  return metrics.every(({ condition }) => condition.kind !== 'evidence' || condition.passEarly)
}

function waitingFor(view: View, analysis: AnalysisView, run: AnalysisRun, deadline: number): Waiting {
  const away = isAway(run)
  if (away) return { ...running(view, analysis, run.why), reason: 'AnalysisAway', next: awayNext(view) }
  return { ...running(view, analysis, run.why), until: stamp(deadline) }
}

function running(view: View, analysis: AnalysisView, why: string): Waiting {
  const { atDeadline: end, deadlineMs, name } = analysis.use
  const last = end === 'pause' ? 'asks a person' : end === 'goOn' ? 'goes on' : 'rolls back'
  const time = formatDuration(deadlineMs)
  const pass = mayPassEarly(analysis)
    ? 'goes on by itself when it passes'
    : `goes on by itself if it passes at its end, after ${time}`
  return {
    reason: 'Analysis',
    message: `${place(view)} waits for analysis ${name}: ${why}`,
    next: `${pass}; without a verdict after ${time} it ${last}`,
  }
}

const awayNext = (view: View): string =>
  `mend what keeps its store from answering, or ${command(view, 'rollback')}; the deadline of the analysis stands still meanwhile`

/** Its store does not answer at present. */
function isAway({ metrics }: AnalysisRun): boolean {
  return metrics.some(({ away }) => away === true)
}

function atDeadline(view: View, { use }: AnalysisView, run: AnalysisRun): AnalysisAnswer {
  switch (use.atDeadline) {
    case 'goOn':
      return { kind: 'pass' }
    case 'rollBack':
      return { kind: 'fail', ending: { ...endingOf(run), message: `no verdict in time: ${run.why}` } }
    case 'pause':
      return run.acceptedBy === undefined
        ? { kind: 'wait', waiting: inconclusive(view, use.name, run) }
        : { kind: 'pass' }
    default:
      return use.atDeadline satisfies never
  }
}

export const inconclusiveReason = 'AnalysisInconclusive'

function inconclusive(view: View, name: string, run: AnalysisRun): Waiting {
  return {
    reason: inconclusiveReason,
    message: `${place(view)}: analysis ${name} came to no verdict in time: ${run.why}`,
    next: `${command(view, 'approve')} goes on without one (or ${command(view, 'rollback')}); no deadline`,
  }
}

function place(view: View): string {
  const { release } = view.status
  return release?.stage ? 'promotion' : `step ${release?.step} of ${release?.steps} (${release?.weight} %)`
}

/**
 * The runs that wait for a person, in those analyses that hold the release up now, if they did already at that moment.
 * Whoever approves takes on what was shown, and nothing that came later.
 */
export function lackingVerdict(view: View, held: readonly HeldUp[], shownAtMs: number): readonly string[] {
  return held.flatMap(({ analysis, openedAt }) => {
    const run = view.status.release?.analyses?.find((one) => one.id === analysis.id)
    const answer = judgeAnalysis(view, analysis, openedAt)
    if (run === undefined || answer.kind !== 'wait' || answer.waiting.reason !== inconclusiveReason) return []
    return deadlineFor(view, analysis, run, openedAt) <= shownAtMs ? [run.id] : []
  })
}

/** An analysis that the release waits for, and from when its deadline counts, in epoch milliseconds. */
export interface HeldUp {
  readonly analysis: AnalysisView
  readonly openedAt: number
}
