import { Registry } from 'prom-client'
import { type LatencyMetrics, latencyMetrics } from './latency.ts'
import { type ReleaseMetrics, releaseMetrics } from './release-metrics.ts'
import { type MetricSources, stateGauges } from './state-gauges.ts'

/**
 * The controller's own numbers; docs/metrics.md lists them. Every label takes its values from a fixed set, so that no
 * name of an object is among them, and those that a rate is taken of begin at 0.
 */
export interface Metrics extends ReleaseMetrics, LatencyMetrics {
  readonly registry: Registry
}

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry()
  stateGauges(sources, registry)
  return { registry, ...releaseMetrics(registry), ...latencyMetrics(registry) }
}
