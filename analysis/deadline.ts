import type { AnalysisUse } from '../api/analysis.ts'

/** What moves the deadline of an analysis. All times in milliseconds, moments since the epoch. */
export interface Held {
  /** When what it holds up was reached. */
  readonly openedAtMs: number
  /** When the analysis itself began: later, if it was edited. */
  readonly startedAtMs: number
  /** For how long its store was away. */
  readonly awayMs: number
  /** For how long people had the step paused. */
  readonly pausedMs: number
}

/** By when an analysis must have come to a verdict: neither an edit nor an outage nor a pause takes any of its time. */
export function deadlineOf({ deadlineMs }: Pick<AnalysisUse, 'deadlineMs'>, held: Held): number {
  return Math.max(held.openedAtMs, held.startedAtMs) + deadlineMs + held.awayMs + held.pausedMs
}
