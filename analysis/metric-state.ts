import type { MetricCondition } from '../api/analysis.ts'
import { type Verdict, verdicts } from '../api/analysis-run.ts'
import { type Guard, isCount, isListOf, isOneOf, isShaped, isText, optionally } from '../api/guard.ts'

/** What the judge of a metric remembers from one measurement to the next: JSON, bounded. */
export interface MetricState {
  readonly kind: MetricCondition['kind']
  /** What the judge of the condition remembers; its own to read. */
  readonly condition?: unknown
  /** What the condition came to when it was last judged: an outage covers it, and it comes back afterwards. */
  readonly verdict: Verdict
  readonly why: string
  /** Measurements that were judged, up to `enoughAnswers`. */
  readonly answered: number
  /** The questions that have ever returned data. */
  readonly seen: readonly string[]
  /** The moment of the first measurement that this outage left unanswered. */
  readonly awaySinceMs?: number
  /** Measurements in a row that went unanswered. */
  readonly unanswered: number
  /** For how long the store was away before this outage. */
  readonly awayBeforeMs: number
}

/** A question without data in so many answered measurements is asked wrongly. */
export const enoughAnswers = 6

/** Farther from the epoch a number of milliseconds is no date. */
const farthestMs = 8.64e15
export const isMoment: Guard<number> = (value): value is number =>
  Number.isInteger(value) && Math.abs(Number(value)) <= farthestMs

const isMetricState = isShaped<MetricState>({
  kind: isOneOf('threshold', 'compare', 'evidence'),
  condition: optionally((_value): _value is unknown => true),
  verdict: isOneOf(...verdicts),
  why: isText,
  answered: isCount,
  seen: isListOf(isText),
  awaySinceMs: optionally(isMoment),
  unanswered: isCount,
  awayBeforeMs: isCount,
})

/** As it came back from the status. A damaged or an older one, or one of another kind of condition, starts anew. */
export function readMetricState(text: string | undefined, kind: MetricCondition['kind']): MetricState {
  const raw = parsed(text)
  return isMetricState(raw) && raw.kind === kind ? raw : newMetricState(kind)
}

/** As it is stored: one text, so that whoever reads the status is not buried in it. */
export const writeMetricState = (state: MetricState): string => JSON.stringify(state)

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}

function newMetricState(kind: MetricCondition['kind']): MetricState {
  const why = 'nothing is measured yet'
  return { kind, verdict: 'inconclusive', why, answered: 0, seen: [], unanswered: 0, awayBeforeMs: 0 }
}
