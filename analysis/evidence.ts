import type { EvidenceCondition } from '../api/analysis.ts'
import { type Counters, growthOf } from './evidence/counters.ts'
import { errorRate } from './evidence/counts.ts'
import { findingOf, noTally, type Terms, tallied } from './evidence/judge-counts.ts'
import { type EvidenceState, type Question, questions } from './evidence/state.ts'
import { figuresOf, unclearWhy, unwellWhy, verdictWhy } from './evidence/telling.ts'
import { canBeJudged, closed, emptyWindow, type Window, widened } from './evidence/window.ts'
import type { JudgeContext, Judged } from './judged.ts'
import type { Reading } from './measurement.ts'

export { type EvidenceState, isEvidenceState } from './evidence/state.ts'

type Readings = Readonly<Record<string, Reading>>
type EvidenceJudged = Judged<EvidenceState>

/**
 * Judges counters that only grow. `fail`: the canary's error rate is more than `ratio` times stable's (evidence/worse.ts).
 * `pass`: it is not worse by more than the margin (evidence/not-worse.ts). Otherwise inconclusive, saying what is missing.
 *
 * A tick is what was counted since the last one that was judged. It waits until all four questions are answered and
 * either side had requests. Requests of one side alone are forgotten when the split changes.
 */
export function judgeEvidence(
  condition: EvidenceCondition,
  state: EvidenceState | undefined,
  readings: Readings,
  context: JudgeContext,
): EvidenceJudged {
  const terms = termsOf(condition, context)
  if (state?.failed !== undefined) return judged(state, terms, 'fail', state.failed)
  const { counters, window, unknown } = counted(condition, state, readings, context)
  const isIncomplete = unknown !== undefined
  const { stratum } = context
  const waiting: EvidenceState = { counters, window, isIncomplete, stratum, tally: state?.tally ?? noTally }
  if (context.warmUp === true) return found(waiting, terms, 'warm-up')
  if (isIncomplete) return found(waiting, terms, unknown)
  if (!canBeJudged(window)) return found(waiting, terms, missing(window, readings))
  const { counts, left } = closed(window, condition.bad.counts)
  const tick = { canary: errorRate(counts.canary), stable: errorRate(counts.stable) }
  return found({ ...waiting, window: left, tally: tallied(waiting.tally, counts, terms) }, terms, undefined, tick)
}

const termsOf = ({ ratio, marginPoints }: EvidenceCondition, { falseAlarm }: JudgeContext): Terms => ({
  ratio: between(0.01, 1000, ratio),
  margin: between(0, 1, marginPoints / 100),
  falseAlarm: between(1e-9, 0.5, falseAlarm),
})

/** The stricter bound for what is no number. */
const between = (least: number, most: number, value: number): number =>
  Number.isNaN(value) ? least : Math.min(most, Math.max(least, value))

interface Counted extends Pick<EvidenceState, 'counters' | 'window'> {
  /** The first question without an answer that can be counted, and why. */
  readonly unknown?: string
}

function counted(
  condition: EvidenceCondition,
  state: EvidenceState | undefined,
  readings: Readings,
  context: JudgeContext,
): Counted {
  const isAfresh = countsAfresh(state, context)
  const counters: Partial<Record<Question, Counters>> = { ...state?.counters }
  const grew = { 'requests.canary': 0, 'requests.stable': 0, 'bad.canary': 0, 'bad.stable': 0 }
  let unknown: string | undefined
  for (const question of questions) {
    const growth = growthOf(readingOf(condition, question, readings), counters[question])
    if (growth.kind === 'known') {
      counters[question] = growth.counters
      grew[question] = growth.by
    } else {
      unknown ??= `${question} is not known: ${growth.why}`
      if (isAfresh) delete counters[question]
    }
  }
  const window = isAfresh ? emptyWindow : windowWith(openWindow(state, context), grew)
  return { counters, window, ...(unknown !== undefined && { unknown }) }
}

/** What was counted until now is left out: by the warm-up, or since it belongs to a split that is over. */
function countsAfresh(state: EvidenceState | undefined, { warmUp, stratum }: JudgeContext): boolean {
  return warmUp === true || (state?.isIncomplete === true && state.stratum !== stratum)
}

/** Under a new split what was counted before has nothing to be compared with any more. */
function openWindow(state: EvidenceState | undefined, { stratum }: JudgeContext): Window {
  return state === undefined || state.stratum !== stratum ? emptyWindow : state.window
}

const windowWith = (window: Window, grew: Readonly<Record<Question, number>>): Window =>
  widened(
    window,
    { requests: grew['requests.canary'], counted: grew['bad.canary'] },
    { requests: grew['requests.stable'], counted: grew['bad.stable'] },
  )

/** No error has been counted yet where there is no such series; but no good request would mean that all have failed. */
function readingOf({ bad }: EvidenceCondition, question: Question, readings: Readings): Reading | undefined {
  const reading = readings[question]
  const isGood = bad.counts === 'good' && (question === 'bad.canary' || question === 'bad.stable')
  if (!isGood || reading?.kind !== 'empty') return reading
  return { kind: 'away', why: `no good request: ${reading.what}` }
}

function missing({ canary, stable }: Window, readings: Readings): string {
  if (canary.requests === 0) return `no new request of the canary is known${emptyAnswer(readings['requests.canary'])}`
  if (stable.requests === 0) {
    return `no request of stable to compare with is known${emptyAnswer(readings['requests.stable'])}`
  }
  return 'nothing is known'
}

const emptyAnswer = (reading: Reading | undefined): string => (reading?.kind === 'empty' ? `: ${reading.what}` : '')

/** `note`: why this measurement brought nothing; the verdict stands on what is known besides. */
function found(state: EvidenceState, terms: Terms, note: string | undefined, tick: Tick = {}): EvidenceJudged {
  const finding = findingOf(state.tally, terms)
  switch (finding) {
    case 'worse': {
      const failed = verdictWhy('fail', state.tally, terms)
      return judged({ ...state, failed }, terms, 'fail', failed, note, tick)
    }
    case 'unwell':
      return judged(state, terms, 'inconclusive', unwellWhy(state.tally), note, tick)
    case 'notWorse':
      return judged(state, terms, 'pass', verdictWhy('pass', state.tally, terms), note, tick)
    case 'unclear':
      return judged(state, terms, 'inconclusive', unclearWhy(state.tally, terms, note), note, tick)
    default:
      return finding satisfies never
  }
}

interface Tick {
  readonly canary?: number | undefined
  readonly stable?: number | undefined
}

function judged(
  state: EvidenceState,
  terms: Terms,
  verdict: EvidenceJudged['verdict'],
  why: string,
  note?: string,
  { canary, stable }: Tick = {},
): EvidenceJudged {
  const sample = {
    verdict,
    ...(canary !== undefined && { canary }),
    ...(stable !== undefined && { stable }),
    ...(note !== undefined && { note }),
  }
  return { state, verdict, why, figures: figuresOf(state.tally, terms), sample }
}
