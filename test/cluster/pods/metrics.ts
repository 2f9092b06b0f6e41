import { Counter, Histogram, Registry } from 'prom-client'
import type { Pod } from '../../../sandbox/pods/behaviour.ts'

/** One request that a pod has answered. */
export interface Served {
  readonly method: string
  readonly status: number
  readonly durationMs: number
}

/**
 * What the pods' processes count for Prometheus, with the names that most libraries give it. A process that is started
 * again begins at zero.
 */
export class Metrics {
  readonly #byUid = new Map<string, ProcessMetrics>()

  add(pod: Pod, served: Served): void {
    this.#of(pod).add(served)
  }

  /** A page in Prometheus' text format. */
  page(pod: Pod): Promise<string> {
    return this.#of(pod).registry.metrics()
  }

  forget(pod: Pod): void {
    this.#byUid.delete(pod.uid)
  }

  #of(pod: Pod): ProcessMetrics {
    const known = this.#byUid.get(pod.uid)
    if (known?.restarts === pod.restarts) return known
    const fresh = createProcessMetrics(pod.restarts)
    this.#byUid.set(pod.uid, fresh)
    return fresh
  }
}

interface ProcessMetrics {
  readonly restarts: number
  readonly registry: Registry
  add(served: Served): void
}

const goBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
const otelBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

function createProcessMetrics(restarts: number): ProcessMetrics {
  const registry = new Registry()
  const registers = [registry]
  const plain = ['code', 'method'] as const
  const requests = new Counter({ name: 'http_requests_total', help: 'Requests.', labelNames: plain, registers })
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to an answer.',
    labelNames: plain,
    buckets: goBuckets,
    registers,
  })
  const otelSeconds = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP server requests.',
    labelNames: ['http_request_method', 'http_response_status_code', 'url_scheme'],
    buckets: otelBuckets,
    registers,
  })
  return {
    restarts,
    registry,
    add: ({ method, status, durationMs }) => {
      const code = String(status)
      requests.inc({ code, method })
      seconds.observe({ code, method }, durationMs / 1000)
      const otel = { http_request_method: method, http_response_status_code: code, url_scheme: 'http' }
      otelSeconds.observe(otel, durationMs / 1000)
    },
  }
}
