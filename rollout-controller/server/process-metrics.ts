import { performance } from 'node:perf_hooks'
import { Counter, collectDefaultMetrics, Gauge, type Registry } from 'prom-client'
import manifest from '../../package.json' with { type: 'json' }

/** Labelled by the names of Node's own classes, which are no fixed set; their totals stay. */
const unbounded = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}`)
/** They need a timer that fires all the time: 3 mcore at prom-client's 10 ms, three times what an idle controller uses. */
const sampled = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (what) => `nodejs_eventloop_lag_${what}_seconds`,
)
const never = 2 ** 31 - 1

/** Adds what is known of the process: CPU, memory, event loop, garbage collection, and which version it is. Once a process. */
export function collectProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: never })
  for (const name of [...unbounded, ...sampled]) registry.removeSingleMetric(name)
  eventLoop(registry)
  buildInfo(registry)
}

function eventLoop(registry: Registry): void {
  new Counter({
    name: 'sluice_event_loop_busy_seconds_total',
    help: 'Time in which the event loop was at work and not waiting.',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(performance.eventLoopUtilization().active / 1000)
    },
  })
}

function buildInfo(registry: Registry): void {
  const gauge = new Gauge({
    name: 'sluice_build_info',
    help: '1, labelled with the version of the controller.',
    labelNames: ['version'],
    registers: [registry],
  })
  gauge.set({ version: manifest.version }, 1)
}
