import { type BuiltIn, bucketOf, latency, type Side, successRate } from './evidence.ts'

/*
 * What applications themselves count, by the names that most libraries use. The status is in `code` (Go's promhttp),
 * `status` (podinfo, Python) or `status_code` (Node.js), as `500` or as `5xx`. A series without any of them is not
 * counted: without a status nobody can tell a failure. `namespace` and `pod` come from the scraper, which may call them
 * otherwise (`kubernetes_pod_name`).
 * Buckets are those of the client libraries: 0.005 … 0.25, 0.5, 1, 2.5, 5, 10.
 */
const statusLabels = ['code', 'status', 'status_code']

const podOf = (side: Side) =>
  `job=~"{{ args.job }}",{{ args.namespace }}="{{ namespace }}",{{ args.pod }}=~"{{ ${side}.pods }}"`

const withStatus = (status: string) => (side: Side) =>
  statusLabels.map((label) => `http_requests_total{${podOf(side)},${label}=~"${status}"}`)

const by = 'instance, {{ args.pod }}'
const scraper = [
  { name: 'namespace', value: 'namespace' },
  { name: 'pod', value: 'pod' },
  { name: 'job', value: '.*' },
]

export const httpSuccessRate: BuiltIn = successRate({
  what: "The application's http_requests_total: answers with 5xx, canary against stable",
  by,
  args: scraper,
  requests: withStatus('.+'),
  errors: withStatus('5..'),
})

export const httpLatency: BuiltIn = latency({
  what: "The application's http_request_duration_seconds: answers slower than `seconds`, canary against stable",
  by,
  args: [{ name: 'seconds', value: '0.5' }, ...scraper],
  requests: (side) => [`http_request_duration_seconds_count{${podOf(side)}}`],
  fast: (side) => [`http_request_duration_seconds_bucket{${podOf(side)},${bucketOf('seconds')}}`],
})
