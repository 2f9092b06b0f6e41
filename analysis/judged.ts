import type { Figures, Sample, Verdict } from '../api/analysis-run.ts'
import type { Reading } from './measurement.ts'

/** What a condition is judged with, besides what was measured. */
export interface JudgeContext {
  /** The time that the measurement is about. */
  readonly atMs: number
  /** Changes with the split: what is counted under one split is not added up with what is counted under another. */
  readonly stratum: string
  /** Of a healthy canary to be called worse by this metric, over the whole rollout, from 0 to 1. */
  readonly falseAlarm: number
  /**
   * The measurement is from the warm-up: later ones count from it (the baseline of a counter), and it counts for nothing.
   * Only `evidence` sees such measurements; of what it returns then, only `state` is used.
   */
  readonly warmUp?: boolean
  /** With `warmUp`: it is of a moment before the first split, when nothing was routed to the canary yet. */
  readonly isBeforeTraffic?: boolean
}

/** One condition, judged. Pure and total: no input makes it throw, and none but data makes it pass. */
export interface Judged<S> {
  /** What the next measurement is judged with; JSON, bounded. */
  readonly state: S
  /** Of the metric so far, this measurement included. */
  readonly verdict: Verdict
  /** One sentence, with the figures that led to it. */
  readonly why: string
  readonly figures: Figures
  /** Of this measurement alone. */
  readonly sample: Omit<Sample, 'at'>
}

/**
 * `state` is what it returned last, or undefined the first time; it never sees `away` readings or the same moment twice.
 * The state comes back from the status, so beside the judge of a condition stands its guard: `isThresholdState`,
 * `isCompareState`, `isEvidenceState`. A state that does not pass it is left out, and the metric starts anew.
 */
export type JudgeCondition<C, S> = (
  condition: C,
  state: S | undefined,
  readings: Readonly<Record<string, Reading>>,
  context: JudgeContext,
) => Judged<S>
