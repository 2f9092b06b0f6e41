import { type BuiltIn, bucketOf, latency, type Side, successRate } from './evidence.ts'
import { grpcFailures } from './grpc.ts'

/*
 * The label `service`, from Traefik 3.7's pkg/provider/kubernetes/ingress-nginx/{build,translator}.go, and measured:
 * - stable is `<namespace>-<Ingress>-<Service>-<port>@kubernetesingressnginx`; the canary has the same name and
 *   `-canary` before the `@`, whatever its own Ingress and Service are called; characters other than letters and
 *   digits become `-`;
 * and from pkg/provider/kubernetes/gateway/{kubernetes,httproute}.go:
 * - `httproute-<namespace>-<HTTPRoute>-gw-…-svc-<namespace>-<Service>-<index>@kubernetesgateway` for either side.
 * `code` is the HTTP status, or for gRPC its code (pkg/middlewares/metrics). Buckets: 0.1, 0.3, 1.2, 5.
 * The port is one word by default: `web-api-http` must not be taken for Service `web`, port `api-http`.
 * A ServiceMonitor sets `service` itself, and moves this one to `exported_service`.
 */
function serviceOf(side: Side): string {
  const mark = side === 'canary' ? '-canary' : ''
  const ingress = `{{ namespace }}-({{ route }})-({{ stable.service }})-({{ args.port }})${mark}@kubernetesingressnginx`
  const gateway = `httproute-{{ namespace }}-({{ route }})-gw-.+-svc-{{ namespace }}-({{ ${side}.service }})-[0-9]+@kubernetesgateway`
  return `${ingress}|${gateway}`
}

const series = (metric: string, matcher?: string) => (side: Side) =>
  ['service', 'exported_service']
    .map((label) => `${label}=~"${serviceOf(side)}"`)
    .map((labels) => `${metric}{${matcher ? `${labels},${matcher}` : labels}}`)

const by = 'instance, pod'
const port = { name: 'port', value: '[a-z0-9]+' }

export const traefikSuccessRate: BuiltIn = successRate({
  what: 'Traefik: answers with 5xx or a gRPC code that means the same, canary against stable',
  by,
  args: [port],
  requests: series('traefik_service_requests_total'),
  errors: series('traefik_service_requests_total', `code=~"5..|${grpcFailures}"`),
})

export const traefikLatency: BuiltIn = latency({
  what: 'Traefik: answers slower than `seconds`, canary against stable',
  by,
  args: [{ name: 'seconds', value: '0.3' }, port],
  requests: series('traefik_service_request_duration_seconds_count'),
  fast: series('traefik_service_request_duration_seconds_bucket', bucketOf('seconds')),
})
