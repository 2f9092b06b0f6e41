import { type BuiltIn, bucketOf, latency, type Side, successRate } from './evidence.ts'

/*
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration, as Prometheus writes
 * it: one histogram holds both. Buckets: 0.005 … 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10.
 * The pod is in `namespace` and `pod` where the application is scraped; what comes over OTLP has it in
 * `k8s_namespace_name` and `k8s_pod_name`, if the store was told to keep these resource attributes
 * (`promote_resource_attributes`, or `resource_to_telemetry_conversion` in the collector).
 */
const podOf = (side: Side) => [
  `namespace="{{ namespace }}",pod=~"{{ ${side}.pods }}"`,
  `k8s_namespace_name="{{ namespace }}",k8s_pod_name=~"{{ ${side}.pods }}"`,
]

const series = (suffix: string, matcher?: string) => (side: Side) =>
  podOf(side).map(
    (labels) => `http_server_request_duration_seconds_${suffix}{${matcher ? `${labels},${matcher}` : labels}}`,
  )

const by = 'instance, pod, k8s_pod_name'

export const otelSuccessRate: BuiltIn = successRate({
  what: 'OpenTelemetry http.server.request.duration: answers with 5xx, canary against stable',
  by,
  requests: series('count', 'http_response_status_code=~".+"'),
  errors: series('count', 'http_response_status_code=~"5.."'),
})

export const otelLatency: BuiltIn = latency({
  what: 'OpenTelemetry http.server.request.duration: answers slower than `seconds`, canary against stable',
  by,
  args: [{ name: 'seconds', value: '0.5' }],
  requests: series('count'),
  fast: series('bucket', bucketOf('seconds')),
})
