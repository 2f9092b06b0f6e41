import { type BuiltIn, bucketOf, latency, type Side, successRate } from './evidence.ts'

/*
 * The labels, from internal/ingress/metric/collectors/socket.go, rootfs/etc/nginx/lua/{monitor,balancer}.lua and
 * upstreamName() in internal/ingress/controller/util.go:
 * - `ingress`, `namespace`, `service` name the main Ingress and its Service, also for what the canary answered;
 * - `canary` is empty for stable, and `<namespace>-<Service>-<port>` of the canary's Service for the canary;
 * - `status` is `500`, or `5xx` under --report-status-classes;
 * - `controller_pod` counts. Buckets are Go's defaults (--time-buckets): 0.005 … 0.25, 0.5, 1, 2.5, 5, 10.
 * A scraper that sets `namespace` or `service` itself, as ServiceMonitors do, moves these to `exported_…`.
 */
const ofCanary = ['ingress=~"{{ route }}",canary=~"{{ namespace }}-({{ canary.service }})-.+"']

const ofStable = [
  ['namespace', 'service'],
  ['exported_namespace', 'service'],
  ['exported_namespace', 'exported_service'],
].map(
  ([namespace, service]) =>
    `${namespace}="{{ namespace }}",ingress=~"{{ route }}",${service}=~"{{ stable.service }}",canary=""`,
)

const series = (metric: string, matcher?: string) => (side: Side) =>
  (side === 'canary' ? ofCanary : ofStable).map((labels) => `${metric}{${matcher ? `${labels},${matcher}` : labels}}`)

const by = 'instance, controller_pod'

export const nginxSuccessRate: BuiltIn = successRate({
  what: 'ingress-nginx: answers with 5xx, canary against stable',
  by,
  requests: series('nginx_ingress_controller_requests'),
  errors: series('nginx_ingress_controller_requests', 'status=~"5.."'),
})

export const nginxLatency: BuiltIn = latency({
  what: 'ingress-nginx: answers slower than `seconds`, canary against stable',
  by,
  args: [{ name: 'seconds', value: '0.5' }],
  requests: series('nginx_ingress_controller_request_duration_seconds_count'),
  fast: series('nginx_ingress_controller_request_duration_seconds_bucket', bucketOf('seconds')),
})
