import { type BuiltIn, bucketOf, latency, type Side, successRate } from './evidence.ts'

/*
 * By default Envoy Gateway puts all backends of a rule into one Envoy cluster, `httproute/<namespace>/<name>/rule/<n>`,
 * whose counters cannot tell the sides apart (https://github.com/envoyproxy/gateway/issues/6742). They can
 * - with `EnvoyProxy.spec.mergeBackends` (1.9 and newer, experimental), one cluster for each Service:
 *   `service/<namespace>/<Service>/<port>/<protocol>`, https://github.com/envoyproxy/gateway/pull/9477; or
 * - where a backendRef has filters, one for each backendRef: `…/rule/<n>/backend/<i>`
 *   (https://github.com/envoyproxy/gateway/issues/7008). Which `<i>` is whose nobody can tell from the name, so these
 *   names are given as arguments; no cluster is called `-`.
 * `envoy_response_code_class` is the first digit of the HTTP status. Buckets as with Istio, in milliseconds.
 */
const series = (metric: string, matcher?: string) => (side: Side) => {
  const labels = `envoy_cluster_name=~"(.+/)?service/{{ namespace }}/({{ ${side}.service }})/[0-9]+(/.+)?|{{ args.${side}Cluster }}"`
  return [`${metric}{${matcher ? `${labels},${matcher}` : labels}}`]
}

const by = 'instance, pod'
const clusters = [
  { name: 'canaryCluster', value: '-' },
  { name: 'stableCluster', value: '-' },
]

export const envoyGatewaySuccessRate: BuiltIn = successRate({
  what: 'Envoy Gateway with mergeBackends: answers with 5xx, canary against stable',
  by,
  args: clusters,
  requests: series('envoy_cluster_upstream_rq_xx'),
  errors: series('envoy_cluster_upstream_rq_xx', 'envoy_response_code_class="5"'),
})

export const envoyGatewayLatency: BuiltIn = latency({
  what: 'Envoy Gateway with mergeBackends: answers slower than `milliseconds`, canary against stable',
  by,
  args: [{ name: 'milliseconds', value: '500' }, ...clusters],
  requests: series('envoy_cluster_upstream_rq_time_count'),
  fast: series('envoy_cluster_upstream_rq_time_bucket', bucketOf('milliseconds')),
})
