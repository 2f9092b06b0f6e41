import { type BuiltIn, bucketOf, latency, type Side, successRate } from './evidence.ts'

/*
 * https://linkerd.io/2/reference/proxy-metrics/: `direction="inbound"` is what the pod's own proxy let in; `pod` and
 * `namespace` are added where the proxies are scraped, in linkerd-viz and in Linkerd's own scrape configuration, also
 * for StatefulSets, which have no `deployment`. `classification` is `failure` for 5xx and for failed gRPC answers.
 * Probes (`route_name="probe"`, https://github.com/linkerd/website/pull/1833) and the proxy's own port are no requests
 * of users. All proxies since 2.12 have `target_port`; `srv_port` is younger.
 * Buckets: 1, 2, 3, 4, 5, then the same times 10, 100, 1000 and 10000 milliseconds.
 */
const series = (metric: string, matcher?: string) => (side: Side) => {
  const labels = `namespace="{{ namespace }}",pod=~"{{ ${side}.pods }}",direction="inbound",target_port!="4191",route_name!="probe"`
  return [`${metric}{${matcher ? `${labels},${matcher}` : labels}}`]
}

const by = 'instance, pod'

export const linkerdSuccessRate: BuiltIn = successRate({
  what: 'Linkerd: answers that its proxies classify as failures, canary against stable',
  by,
  requests: series('response_total'),
  errors: series('response_total', 'classification="failure"'),
})

export const linkerdLatency: BuiltIn = latency({
  what: 'Linkerd: first bytes slower than `milliseconds`, canary against stable',
  by,
  args: [{ name: 'milliseconds', value: '500' }],
  requests: series('response_latency_ms_count'),
  fast: series('response_latency_ms_bucket', bucketOf('milliseconds')),
})
