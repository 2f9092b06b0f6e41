import type { AnalysisUse } from '../../api/analysis.ts'
import type { AnalysisRun, MetricRun, Sample } from '../../api/analysis-run.ts'
import { ago } from './builders.ts'

export const useNamed = (name: string, part: Partial<AnalysisUse> = {}): AnalysisUse => ({
  name,
  kind: 'Analysis',
  args: [],
  deadlineMs: 600_000,
  atDeadline: 'pause',
  advisory: false,
  ...part,
})

export const samplesOf = (...values: readonly number[]): readonly Sample[] =>
  values.map((canary, index) => ({
    at: ago(10 * (values.length - index)),
    verdict: 'inconclusive',
    canary,
    stable: 0.002,
  }))

/** A test on counts: shares of failed requests. */
export const errorsMetric = (part: Partial<MetricRun> = {}): MetricRun => ({
  name: 'errors',
  verdict: 'inconclusive',
  why: '340 requests do not tell yet whether the canary fails more often',
  measuredAt: ago(4),
  figures: { canary: 0.004, stable: 0.002, margin: 0.01, evidence: 0.12, requests: 340, needed: 660 },
  samples: samplesOf(0, 0.002, 0.012, 0.004),
  queries: {
    'requests.canary': 'sum(http_requests_total{pod=~"web-canary-.*"})',
    'requests.stable': 'sum(http_requests_total{pod=~"web-.*"})',
    'bad.canary': 'sum(http_requests_total{pod=~"web-canary-.*",code=~"5.."})',
    'bad.stable': 'sum(http_requests_total{pod=~"web-.*",code=~"5.."})',
  },
  ...part,
})

export const latencyMetric = (part: Partial<MetricRun> = {}): MetricRun => ({
  name: 'latency-p95',
  verdict: 'pass',
  why: 'the canary is no slower than stable, in 5 of 5 measurements',
  measuredAt: ago(9),
  figures: { canary: 0.125, stable: 0.1204, margin: 0.02 },
  samples: samplesOf(0.12, 0.13, 0.125),
  queries: { canary: 'histogram_quantile(0.95, …canary…)', stable: 'histogram_quantile(0.95, …stable…)' },
  ...part,
})

export const runOf = (part: Partial<AnalysisRun> = {}): AnalysisRun => {
  const metrics = part.metrics ?? [errorsMetric(), latencyMetric()]
  return {
    id: 'step-2/success-rate',
    scope: 'step',
    analysis: 'success-rate',
    kind: 'Analysis',
    hash: 'eeeeeeeeee',
    startedAt: ago(40),
    verdict: 'inconclusive',
    why: metrics[0]?.why ?? '',
    advisory: false,
    awayMs: 0,
    metrics,
    ...part,
  }
}
