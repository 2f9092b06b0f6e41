import type { Metric, MetricCondition } from '../api/analysis.ts'
import type { MetricRun, Verdict } from '../api/analysis-run.ts'
import { formatDuration } from '../api/duration.ts'
import type { Reading } from './measurement.ts'
import { type MetricState, readMetricState } from './metric-state.ts'
import { shorten } from './words.ts'

/** What a metric is while its store does not answer. */
export interface Outage {
  readonly state: MetricState
  readonly verdict: Verdict
  readonly why: string
}

/** Why nothing is known; undefined when every question was answered. */
export function awayWhy(readings: Readonly<Record<string, Reading>>): string | undefined {
  const away = Object.values(readings).find((reading) => reading.kind === 'away')
  return away === undefined ? undefined : shorten(away.why, 200)
}

/** What was reached before holds for as long as the patience; then the metric is inconclusive until the store answers. */
export function notAnswered(metric: Metric, before: MetricState, atMs: number, reason: string): Outage {
  const awaySinceMs = before.awaySinceMs ?? atMs
  const state = { ...before, awaySinceMs, unanswered: before.unanswered + 1 }
  const since = `the store has not answered since ${new Date(awaySinceMs).toISOString()} (${reason})`
  const tooLong = tooLongOf(metric, state, atMs - awaySinceMs)
  if (tooLong !== undefined) return { state, verdict: 'inconclusive', why: `${since}, ${tooLong}` }
  if (before.verdict !== 'inconclusive') return { state, verdict: before.verdict, why: before.why }
  const why = `${since}; the deadline stands still for it, up to ${formatDuration(metric.patienceMs)}`
  return { state, verdict: 'inconclusive', why }
}

/** The state once the store answers again; the same if it was not away. */
export function answeredAgain(metric: Metric, state: MetricState, atMs: number): MetricState {
  const { awaySinceMs: _ended, ...rest } = state
  return { ...rest, unanswered: 0, awayBeforeMs: awayMsOf(metric, state, atMs) }
}

/** For how long the store was away in all, in milliseconds: of each outage no more than the patience. */
export function awayMsOf({ patienceMs }: Metric, { awaySinceMs, awayBeforeMs }: MetricState, atMs: number): number {
  if (awaySinceMs === undefined) return awayBeforeMs
  return awayBeforeMs + Math.min(patienceMs, Math.max(0, Math.floor(atMs - awaySinceMs)))
}

/**
 * For how long the store was away in all, in milliseconds, with an outage that goes on counted in full: how long it
 * takes is known when a measurement is answered, and nothing should be decided before that or the end of the patience.
 */
export function longestAwayMs(metric: Metric, { away, awayMs = 0, state }: MetricRun): number {
  if (away !== true) return awayMs
  return awayMsOf(metric, readMetricState(state, metric.condition.kind), Number.POSITIVE_INFINITY)
}

function tooLongOf({ condition, patienceMs }: Metric, { unanswered }: MetricState, forMs: number): string | undefined {
  const limit = errorLimitOf(condition)
  if (limit !== undefined && unanswered > limit) return `more than ${limit} times in a row`
  return forMs >= patienceMs ? `for longer than ${formatDuration(patienceMs)}` : undefined
}

const errorLimitOf = (condition: MetricCondition): number | undefined =>
  condition.kind === 'evidence' ? undefined : condition.consecutiveErrorLimit
