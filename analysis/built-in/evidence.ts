import type { AnalysisParameter, AnalysisSpec, EvidenceCondition } from '../../api/analysis.ts'

export type Side = 'canary' | 'stable'

/** One of Sluice's own analyses: what it measures, and one line for those who choose. */
export interface BuiltIn {
  readonly spec: AnalysisSpec
  readonly what: string
}

/**
 * Counters of one side. Each entry is one PromQL selector; where stores name a label differently there are several,
 * and the store has series for one of them.
 */
export type Selectors = (side: Side) => readonly string[]

/** Labels that tell one thing that counts from another; if two shared one sum, the end of one would look like a reset. */
export type CountedBy = `instance, ${string}`

export interface SuccessRate {
  readonly what: string
  readonly by: CountedBy
  readonly args?: readonly AnalysisParameter[]
  readonly requests: Selectors
  readonly errors: Selectors
}

/** Failed requests of the canary against stable's. */
export function successRate({ what, by, args = [], requests, errors }: SuccessRate): BuiltIn {
  const condition = {
    requests: onBothSides((side) => sum(by, requests(side))),
    // A counter of failures has no series before the first of them. Without its zero that one would go uncounted, and
    // "no failures" could not be told from "no such metric": the zero comes from the requests that were counted.
    bad: {
      counts: 'errors',
      queries: onBothSides((side) => `${sum(by, errors(side))} or ${sum(by, requests(side))} * 0`),
    },
    ratio: 1.1,
    marginPoints: 1,
  } as const
  return { what, spec: specOf('success-rate', 0, args, condition) }
}

export interface Latency {
  readonly what: string
  readonly by: CountedBy
  /** The first is the limit. */
  readonly args: readonly AnalysisParameter[]
  readonly requests: Selectors
  /** Those at or under the limit: a bucket of the histogram. */
  readonly fast: Selectors
}

/** Requests of the canary that took longer than a limit, against stable's: buckets of a histogram are counts. */
export function latency({ what, by, args, requests, fast }: Latency): BuiltIn {
  const condition = {
    requests: onBothSides((side) => sum(by, requests(side))),
    // No zero here: a histogram has all its buckets from its first request on, so one that is not there does not exist.
    bad: { counts: 'good', queries: onBothSides((side) => sum(by, fast(side))) },
    // Fresh pods have cold caches and pods differ: more slack than errors get.
    ratio: 1.5,
    marginPoints: 2,
  } as const
  return { what, spec: specOf('latency', 30_000, args, condition) }
}

/**
 * The matcher of a bucket. A store may write a whole number as `1` (Prometheus 2) or `1.0` (Prometheus 3, OpenMetrics).
 * Source: https://prometheus.io/docs/prometheus/3.0/migration/#le-and-quantile-label-values
 */
export const bucketOf = (arg: string): string => `le=~"{{ args.${arg} }}([.]0)?"`

function specOf(
  name: string,
  warmUpMs: number,
  args: readonly AnalysisParameter[],
  condition: Omit<EvidenceCondition, 'kind' | 'passEarly'>,
): AnalysisSpec {
  return {
    args,
    metrics: [
      {
        name,
        intervalMs: 10_000,
        warmUpMs,
        patienceMs: 300_000,
        source: { kind: 'prometheus', headers: [] },
        condition: { kind: 'evidence', passEarly: true, ...condition },
      },
    ],
  }
}

const onBothSides = (query: (side: Side) => string) => ({ canary: query('canary'), stable: query('stable') })

const sum = (by: CountedBy, selectors: readonly string[]) => `sum by (${by}) (${selectors.join(' or ')})`
