import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { phases } from '../../api/status.ts'

/** One Rollout as the gauges see it. */
export interface CountedRollout {
  readonly phase: string
  readonly held: boolean
}

export interface MetricSources {
  /** Asked at every scrape. */
  readonly rollouts: () => readonly CountedRollout[]
  readonly queue: () => Readonly<Record<string, number>>
  readonly isLeader: () => boolean
}

/** The controller's own numbers. Labels are bounded: no names of objects among them. */
export interface Metrics {
  readonly registry: Registry
  reconciled(outcome: 'ok' | 'error', ms: number): void
  requested(verb: string, kind: string, status: number, ms: number): void
  /** A transition between states of a Rollout, by name. */
  moved(transition: string): void
  /** An update that rolled without having been held. */
  slipped(): void
  /** A watch or a write that failed, by what was tried. */
  failed(where: string): void
}

const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry()
  const registers = [registry]
  gauges(sources, registers)
  const reconciles = new Histogram({
    name: 'sluice_reconcile_seconds',
    help: 'Duration of a reconcile of one Rollout.',
    labelNames: ['outcome'],
    buckets: latencyBuckets,
    registers,
  })
  const requests = new Histogram({
    name: 'sluice_kube_request_seconds',
    help: 'Duration of requests to the API server.',
    labelNames: ['verb', 'kind', 'status'],
    buckets: latencyBuckets,
    registers,
  })
  const transitions = new Counter({
    name: 'sluice_transitions_total',
    help: 'Transitions of Rollouts from state to state.',
    labelNames: ['transition'],
    registers,
  })
  const slips = new Counter({
    name: 'sluice_slips_total',
    help: 'Updates that began to roll without having been held.',
    registers,
  })
  const failures = new Counter({
    name: 'sluice_failures_total',
    help: 'Watches and reconciles that failed and are tried again.',
    labelNames: ['where'],
    registers,
  })
  return {
    registry,
    reconciled: (outcome, ms) => reconciles.observe({ outcome }, ms / 1000),
    requested(verb, kind, status, ms) {
      if (verb !== 'watch') requests.observe({ verb, kind: boundedKind(verb, kind), status: `${status}` }, ms / 1000)
    },
    moved: (transition) => transitions.inc({ transition }),
    slipped: () => slips.inc(),
    failed: (where) => failures.inc({ where }),
  }
}

/** Raw requests carry a path where others carry a kind. */
const boundedKind = (verb: string, kind: string): string => (verb === 'request' ? 'other' : kind)

function gauges(sources: MetricSources, registers: Registry[]): void {
  new Gauge({
    name: 'sluice_rollouts',
    help: 'Rollouts by phase.',
    labelNames: ['phase'],
    registers,
    collect() {
      const rollouts = sources.rollouts()
      for (const phase of [...phases, 'Unknown']) {
        this.set({ phase }, rollouts.filter((rollout) => rollout.phase === phase).length)
      }
    },
  })
  new Gauge({
    name: 'sluice_holds_in_force',
    help: 'Rollouts of which a dry run has shown that an update would be held.',
    registers,
    collect() {
      this.set(sources.rollouts().filter(({ held }) => held).length)
    },
  })
  new Gauge({
    name: 'sluice_queue_keys',
    help: 'Rollouts that wait to be reconciled, by where they stand.',
    labelNames: ['place'],
    registers,
    collect() {
      for (const [place, count] of Object.entries(sources.queue())) this.set({ place }, count)
    },
  })
  new Gauge({
    name: 'sluice_leader',
    help: '1 while this process may write.',
    registers,
    collect() {
      this.set(sources.isLeader() ? 1 : 0)
    },
  })
}
