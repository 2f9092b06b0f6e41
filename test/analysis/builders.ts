import type { Measurement, Reading } from '../../analysis/measurement.ts'
import type {
  CompareCondition,
  EvidenceCondition,
  Metric,
  MetricCondition,
  ThresholdCondition,
} from '../../api/analysis.ts'

export const threshold = (over: Partial<ThresholdCondition> = {}): ThresholdCondition => ({
  kind: 'threshold',
  query: 'success_rate',
  pass: 'value >= 0.99',
  over: 'all',
  count: 5,
  failureLimit: 0,
  noData: 'inconclusive',
  ...over,
})

export const compare = (over: Partial<CompareCondition> = {}): CompareCondition => ({
  kind: 'compare',
  canary: 'latency{side="canary"}',
  stable: 'latency{side="stable"}',
  better: 'lower',
  margin: { absolute: 0, relativePercent: 10 },
  count: 5,
  failureLimit: 0,
  ...over,
})

export const evidence = (over: Partial<EvidenceCondition> = {}): EvidenceCondition => ({
  kind: 'evidence',
  requests: { canary: 'requests{side="canary"}', stable: 'requests{side="stable"}' },
  bad: { counts: 'errors', queries: { canary: 'errors{side="canary"}', stable: 'errors{side="stable"}' } },
  ratio: 1.1,
  marginPoints: 1,
  passEarly: true,
  ...over,
})

export const metric = (condition: MetricCondition, over: Partial<Metric> = {}): Metric => ({
  name: 'success-rate',
  intervalMs: 10_000,
  warmUpMs: 0,
  patienceMs: 300_000,
  source: { kind: 'prometheus', headers: [] },
  condition,
  ...over,
})

export const one = (value: number): Reading => ({ kind: 'values', values: [{ series: '{}', value }] })
export const many = (...values: readonly number[]): Reading => ({
  kind: 'values',
  values: values.map((value, index) => ({ series: `{pod="${index}"}`, value })),
})
export const empty: Reading = { kind: 'empty', what: 'nothing' }
export const away: Reading = { kind: 'away', why: 'no answer within 5s' }

export type Readings = Measurement['readings']

export const times = <T>(count: number, item: T): readonly T[] => Array.from({ length: count }, () => item)
