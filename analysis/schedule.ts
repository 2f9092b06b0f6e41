import type { Metric } from '../api/analysis.ts'

export type Due = { readonly kind: 'due'; readonly atMs: number } | { readonly kind: 'wait'; readonly untilMs: number }

/**
 * When a metric is to be measured: at the multiples of its interval since the epoch, so that many Rollouts ask the same
 * at the same moment and a store is asked once. `atMs` is the moment that the questions are to be about. The first is the
 * last one before the analysis began, so that counters count from before the first request. After a gap it is measured
 * once, not once for every moment that was missed. A moment that is yet to come was written by a clock that is fast, and
 * says nothing (`isAhead`). All times in milliseconds since the epoch.
 */
export function dueAt(
  { intervalMs }: Pick<Metric, 'intervalMs'>,
  measuredAtMs: number | undefined,
  startedAtMs: number,
  nowMs: number,
): Due {
  const everyMs = Math.max(1, intervalMs)
  const lastMs = [measuredAtMs, startedAtMs - everyMs].find(
    (ms) => ms !== undefined && !isAhead({ intervalMs }, ms, nowMs),
  )
  const nextMs = lastMs === undefined ? nowMs : (Math.floor(lastMs / everyMs) + 1) * everyMs
  if (nowMs < nextMs) return { kind: 'wait', untilMs: nextMs }
  return { kind: 'due', atMs: Math.floor(nowMs / everyMs) * everyMs }
}

/** More than an interval from now: no measurement can be of that moment. */
export const isAhead = ({ intervalMs }: Pick<Metric, 'intervalMs'>, atMs: number, nowMs: number): boolean =>
  atMs > nowMs + Math.max(1, intervalMs)
