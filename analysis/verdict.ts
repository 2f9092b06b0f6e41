import type { MetricRun, Verdict } from '../api/analysis-run.ts'

export interface Combined {
  readonly verdict: Verdict
  /** The sentence of the metric that decides, which it names. */
  readonly why: string
}

/** The verdict of an analysis: one metric that fails fails it, and it passes when all pass. No metrics pass nothing. */
export function combine(metrics: readonly MetricRun[]): Combined {
  const decides =
    metrics.find(({ verdict }) => verdict === 'fail') ??
    metrics.find(({ verdict }) => verdict === 'inconclusive') ??
    metrics[0]
  if (!decides) return { verdict: 'inconclusive', why: 'there are no metrics' }
  const all = decides.verdict === 'pass' && metrics.length > 1 ? `all ${metrics.length} metrics pass; ` : ''
  return { verdict: decides.verdict, why: `${all}${decides.name}: ${decides.why}` }
}
