import { Histogram, type Registry } from 'prom-client'
import { bounded, kinds, other, statuses } from './bounded.ts'

/** How long the controller's own doings take. Times come in milliseconds and are kept in seconds. */
export interface LatencyMetrics {
  reconciled(outcome: 'ok' | 'error', ms: number): void
  /** A request to the API server; watches are not timed. */
  requested(verb: string, kind: string, status: number, ms: number): void
  /** From the moment in which a Rollout was due to the moment in which a worker took it. */
  waited(lane: string, ms: number): void
  /** A metric store was asked; `outcome` is the kind of the reading, see analysis/measurement.ts. */
  measured(provider: string, outcome: string, ms: number): void
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]

export const lanes = ['rollback', 'normal'] as const
export const providers = ['prometheus', 'web', 'kubernetes'] as const
export const readings = ['values', 'empty', 'away'] as const
const outcomes = ['ok', 'error'] as const
const verbs = ['get', 'list', 'create', 'replace', 'patch', 'delete', 'request'] as const

export function latencyMetrics(registry: Registry): LatencyMetrics {
  return { ...reconciles(registry), ...requests(registry), ...queueWaits(registry), ...measurements(registry) }
}

function reconciles(registry: Registry): Pick<LatencyMetrics, 'reconciled'> {
  const histogram = histogramOf(registry, 'sluice_reconcile_seconds', 'Duration of a reconcile of one Rollout.', [
    'outcome',
  ])
  for (const outcome of outcomes) histogram.zero({ outcome })
  const outcomeOf = bounded(outcomes)
  return { reconciled: (outcome, ms) => histogram.observe({ outcome: outcomeOf(outcome) }, ms / 1000) }
}

function requests(registry: Registry): Pick<LatencyMetrics, 'requested'> {
  const histogram = histogramOf(registry, 'sluice_kube_request_seconds', 'Duration of requests to the API server.', [
    'verb',
    'kind',
    'status',
  ])
  const verbOf = bounded(verbs)
  const kindOf = bounded(kinds)
  const statusOf = bounded(statuses.map(String))
  return {
    requested(verb, kind, status, ms) {
      if (verb === 'watch') return
      // raw requests carry a path where others carry a kind
      const of = verb === 'request' ? other : kindOf(kind)
      histogram.observe({ verb: verbOf(verb), kind: of, status: statusOf(`${status}`) }, ms / 1000)
    },
  }
}

function queueWaits(registry: Registry): Pick<LatencyMetrics, 'waited'> {
  const help = 'How long a Rollout that was due waited for a worker.'
  const histogram = histogramOf(registry, 'sluice_queue_wait_seconds', help, ['lane'])
  for (const lane of lanes) histogram.zero({ lane })
  const laneOf = bounded(lanes)
  return { waited: (lane, ms) => histogram.observe({ lane: laneOf(lane) }, ms / 1000) }
}

function measurements(registry: Registry): Pick<LatencyMetrics, 'measured'> {
  const help = 'Duration of questions to metric stores, by what came back.'
  const histogram = histogramOf(registry, 'sluice_measurement_seconds', help, ['provider', 'outcome'])
  for (const provider of providers) for (const outcome of readings) histogram.zero({ provider, outcome })
  const providerOf = bounded(providers)
  const outcomeOf = bounded(readings)
  return {
    measured: (provider, outcome, ms) =>
      histogram.observe({ provider: providerOf(provider), outcome: outcomeOf(outcome) }, ms / 1000),
  }
}

function histogramOf<L extends string>(registry: Registry, name: string, help: string, labelNames: L[]): Histogram<L> {
  return new Histogram({ name, help, labelNames, buckets: seconds, registers: [registry] })
}
