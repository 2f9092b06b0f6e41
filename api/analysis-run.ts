import type { AnalysisKind } from './analysis.ts'

/** What a measurement, a metric or an analysis comes to. Without data it is inconclusive, never pass. */
export const verdicts = ['pass', 'fail', 'inconclusive'] as const
export type Verdict = (typeof verdicts)[number]

export const analysisScopes = ['step', 'background', 'promotion'] as const
export type AnalysisScope = (typeof analysisScopes)[number]

/** One analysis at work in a release, as the status keeps it: enough to go on after a restart, and to defend the verdict. */
export interface AnalysisRun {
  /** See `runIdOf`. */
  readonly id: string
  readonly scope: AnalysisScope
  readonly analysis: string
  readonly kind: AnalysisKind
  /** Of its metrics as they are asked: when they are edited it starts anew. */
  readonly hash: string
  readonly startedAt: string
  readonly verdict: Verdict
  /** One sentence. */
  readonly why: string
  readonly advisory: boolean
  /** Who let the release go on although it had come to no verdict in time. */
  readonly acceptedBy?: string
  /** For how long a store did not answer, in milliseconds: the clock of the gate stands still for it. */
  readonly awayMs: number
  readonly metrics: readonly MetricRun[]
}

export interface MetricRun {
  readonly name: string
  readonly verdict: Verdict
  /** One sentence. */
  readonly why: string
  /** The time that the last measurement taken was about. */
  readonly measuredAt?: string
  readonly figures: Figures
  /** The last measurements, oldest first; at most `maxSamples`. */
  readonly samples: readonly Sample[]
  /** What was asked, by question, as the store saw it. */
  readonly queries: Readonly<Record<string, string>>
  /** Its store does not answer at present. */
  readonly away?: boolean
  /** For how long in all its store did not answer, in milliseconds; of each outage no more than the patience. */
  readonly awayMs?: number
  /** What the judge of this condition must remember: JSON in one text, which is nobody else's to read. */
  readonly state?: string
}

/** What a person wants to see; each absent where it is not known. Rates and ratios as the metric's own unit. */
export interface Figures {
  readonly canary?: number
  readonly stable?: number
  /** What the canary may be worse by. */
  readonly margin?: number
  /** From 0 to 1: how much of what a verdict "worse" needs is there. */
  readonly evidence?: number
  /** Requests that the canary has answered and that count. */
  readonly requests?: number
  /** How many more of them a verdict needs, at the present rates. */
  readonly needed?: number
}

export interface Sample {
  readonly at: string
  readonly verdict: Verdict
  readonly canary?: number
  readonly stable?: number
  /** Where there is no number: what there was. */
  readonly note?: string
}

/** `background/NAME`, `step-2/NAME` or `promotion/NAME`: one for each use of an analysis in a Rollout. */
export function runIdOf(scope: AnalysisScope, name: string, step?: number): string {
  return `${step === undefined ? scope : `${scope}-${step}`}/${name}`
}

/** The step of a run, counted from 1; undefined for those beside the steps. */
export function stepOfRun({ id }: Pick<AnalysisRun, 'id'>): number | undefined {
  const step = /^step-(\d+)\//.exec(id)?.[1]
  return step === undefined ? undefined : Number(step)
}

export const maxSamples = 20
