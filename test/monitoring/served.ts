import type { Registry } from 'prom-client'
import { createMetrics, type Metrics } from '../../rollout-controller/server/metrics.ts'
import { collectProcess } from '../../rollout-controller/server/process-metrics.ts'
import type { Expression } from './promql.ts'

/** The metrics as the controller has them, with one of everything that is counted. */
export function servedMetrics(): Metrics {
  const metrics = createMetrics({
    rollouts: () => [
      { phase: 'Healthy', held: true },
      { phase: 'Pending', held: false, notHeld: 'HoldNotInForce', stalled: true },
    ],
    queue: () => ({ rollback: 0, normal: 3, delayed: 2, processing: 1 }),
    isLeader: () => true,
  })
  collectProcess(metrics.registry)
  feed(metrics)
  return metrics
}

function feed(metrics: Metrics): void {
  metrics.moved('promoted')
  metrics.slipped()
  metrics.failed('watch Deployment')
  metrics.reconciled('ok', 12)
  metrics.requested('patch', 'Deployment', 200, 3)
  metrics.waited('normal', 1)
  metrics.measured('prometheus', 'values', 20)
  metrics.recorded({
    steps: [60_000],
    releases: [{ outcome: 'promoted', ms: 600_000 }],
    rollbacks: ['analysis'],
    verdicts: [{ scope: 'step', verdict: 'pass' }],
    decisions: [{ verb: 'approve', outcome: 'Accepted' }],
    bypasses: 1,
  })
}

export interface ServedMetric {
  readonly type: string
  /** By label the values that were served; without the bounds of buckets. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>
}

/** What a scrape would find, by the name of the metric: a histogram is one. */
export async function served(registry: Registry): Promise<ReadonlyMap<string, ServedMetric>> {
  const metrics = await registry.getMetricsAsJSON()
  return new Map(metrics.map(({ name, type, values }) => [name, { type: String(type), labels: labelsOf(values) }]))
}

function labelsOf(values: readonly { readonly labels: Readonly<Record<string, unknown>> }[]) {
  const labels = new Map<string, Set<string>>()
  for (const [label, value] of values.flatMap((one) => Object.entries(one.labels))) {
    if (label === 'le' || label === 'quantile') continue
    labels.set(label, (labels.get(label) ?? new Set()).add(String(value)))
  }
  return labels
}

/** Labels all of whose values are there from the start. */
const closed = ['phase', 'reason', 'outcome', 'cause', 'lane', 'place', 'provider', 'scope', 'transition', 'verdict']

/** What an expression reads that is not served: metrics, labels, and values of labels that have a fixed set of them. */
export function unknownIn(
  known: ReadonlyMap<string, ServedMetric>,
  { metrics, labels }: Expression,
): readonly string[] {
  const valuesOf = (metric: string, label: string) => known.get(seriesName(metric))?.labels.get(label)
  return [
    ...metrics.filter((name) => !known.has(seriesName(name))),
    ...labels.flatMap(({ metric, label, value }) => {
      const values = valuesOf(metric, label)
      if (values === undefined) return `${metric}{${label}}`
      const asked = closed.includes(label) ? value.split('|') : []
      return asked.filter((one) => !values.has(one)).map((one) => `${metric}{${label}="${one}"}`)
    }),
  ]
}

/** A histogram and a summary are served as several series. */
export const seriesName = (name: string): string => name.replace(/_(bucket|sum|count)$/, '')
