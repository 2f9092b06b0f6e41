import type { EvidenceCondition } from '../api/analysis.ts'
import { errorRate } from './evidence/counts.ts'
import { findingOf, noTally, type Terms, tallied } from './evidence/judge-counts.ts'
import { lookedAt } from './evidence/look.ts'
import { type EvidenceState, silentLooks } from './evidence/state.ts'
import { figuresOf, silentWhy, unclearWhy, unwellWhy, verdictWhy } from './evidence/telling.ts'
import { canBeJudged, closed, type Window } from './evidence/window.ts'
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
 * both sides had requests. Requests of one side alone are forgotten when the split changes. What passed is taken back on
 * silence, and comes back with the next requests.
 */
export function judgeEvidence(
  condition: EvidenceCondition,
  state: EvidenceState | undefined,
  readings: Readings,
  context: JudgeContext,
): EvidenceJudged {
  const terms = termsOf(condition, context)
  if (state?.failed !== undefined) return judged(state, terms, 'fail', state.failed)
  const { unknown, ...look } = lookedAt(condition, state, readings, context)
  const waiting: EvidenceState = { ...look, ...silenceOf(state), tally: state?.tally ?? noTally }
  if (context.warmUp === true) return found({ ...waiting, silent: state?.silent ?? 0 }, terms, 'warm-up')
  if (unknown !== undefined) return found(waiting, terms, unknown)
  const { window } = waiting
  if (!canBeJudged(window)) return found(waiting, terms, missing(window, readings))
  const { counts, left } = closed(window, condition.bad.counts)
  const tick = { canary: errorRate(counts.canary), stable: errorRate(counts.stable) }
  const tally = tallied(waiting.tally, counts, terms)
  return found({ ...waiting, window: left, tally, silent: 0, judgedAtMs: context.atMs }, terms, undefined, tick)
}

/** With one look more that brought nothing. */
function silenceOf(state: EvidenceState | undefined): Pick<EvidenceState, 'silent' | 'judgedAtMs'> {
  const { silent = 0, judgedAtMs } = state ?? {}
  return { silent: Math.min(silentLooks, silent + 1), ...(judgedAtMs !== undefined && { judgedAtMs }) }
}

const termsOf = ({ ratio, marginPoints }: EvidenceCondition, { falseAlarm }: JudgeContext): Terms => ({
  ratio: between(0.01, 1000, ratio),
  margin: between(0, 1, marginPoints / 100),
  falseAlarm: between(1e-9, 0.5, falseAlarm),
})

/** The stricter bound for what is no number. */
const between = (least: number, most: number, value: number): number =>
  Number.isNaN(value) ? least : Math.min(most, Math.max(least, value))

function missing({ canary, stable }: Window, readings: Readings): string {
  if (canary.requests < 1) return `no new request of the canary is known${emptyAnswer(readings['requests.canary'])}`
  if (stable.requests < 1) {
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
      if (state.silent >= silentLooks) return judged(state, terms, 'inconclusive', silentWhy(state), note, tick)
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
