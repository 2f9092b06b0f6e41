import { type BuiltIn, bucketOf, latency, type Side, successRate } from './evidence.ts'
import { grpcFailures } from './grpc.ts'

/*
 * https://istio.io/latest/docs/reference/config/metrics/: `reporter` is `destination` where the server's own sidecar
 * counted, `source` where the client's did, `waypoint` in ambient mode; one of them, or requests count twice.
 * `destination_workload` is the Deployment's name, and the canary's is a Deployment of its own.
 * `response_code` is the HTTP status, `grpc_response_status` the code of a gRPC answer (then `response_code` is 200).
 * Buckets are Envoy's: 0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000 … milliseconds.
 */
const series =
  (metric: string, ...matchers: readonly string[]) =>
  (side: Side) =>
    (matchers.length === 0 ? [''] : matchers.map((matcher) => `,${matcher}`)).map(
      (matcher) => `${metric}{${labelsOf(side)}${matcher}}`,
    )

const labelsOf = (side: Side) =>
  `reporter="{{ args.reporter }}",destination_workload_namespace="{{ namespace }}",destination_workload="{{ ${side}.workload }}"`

const by = 'instance, pod'
const reporter = { name: 'reporter', value: 'destination' }

export const istioSuccessRate: BuiltIn = successRate({
  what: 'Istio: answers with 5xx or a gRPC status that means the same, canary against stable',
  by,
  args: [reporter],
  requests: series('istio_requests_total'),
  errors: series('istio_requests_total', 'response_code=~"5.."', `grpc_response_status=~"${grpcFailures}"`),
})

export const istioLatency: BuiltIn = latency({
  what: 'Istio: answers slower than `milliseconds`, canary against stable',
  by,
  args: [{ name: 'milliseconds', value: '500' }, reporter],
  requests: series('istio_request_duration_milliseconds_count'),
  fast: series('istio_request_duration_milliseconds_bucket', bucketOf('milliseconds')),
})
