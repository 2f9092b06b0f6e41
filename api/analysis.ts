/** A reusable list of metrics with parameters: the spec of an Analysis or a ClusterAnalysis, parsed. */
export interface AnalysisSpec {
  readonly args: readonly AnalysisParameter[]
  readonly metrics: readonly Metric[]
}

/** Without a `value` whoever uses the analysis must give one. */
export interface AnalysisParameter {
  readonly name: string
  readonly value?: string
}

/** One thing that is measured again and again, and judged. */
export interface Metric {
  readonly name: string
  readonly intervalMs: number
  /** Measurements from the first so many milliseconds after a split came into force say nothing: caches are cold. */
  readonly warmUpMs: number
  /** For how long the store may be away before the metric is inconclusive; the clock of a gate stands still meanwhile. */
  readonly patienceMs: number
  readonly source: MetricSource
  readonly condition: MetricCondition
}

/** Where the answers come from. A further provider is a further kind. */
export type MetricSource = PrometheusSource | WebSource | KubernetesSource

export interface PrometheusSource {
  readonly kind: 'prometheus'
  /** Absent: the one that the controller was given. */
  readonly address?: string
  /** Such as X-Scope-OrgID, which names the tenant of Mimir, Cortex and Thanos. */
  readonly headers: readonly Header[]
  readonly auth?: Auth
  /** Absent: an instant query. */
  readonly range?: { readonly lastMs: number; readonly stepMs: number }
}

/** The Prometheus that the controller was given: asked by metrics that name none. */
export interface DefaultPrometheus {
  readonly address: string
  /** A metric's own of the same name go before them. */
  readonly headers: readonly Header[]
  /** Its Secret is in the namespace of Sluice, whoever wrote the analysis. */
  readonly auth?: Auth
}

/** Any server that answers with JSON; a query is the JSONPath of the value in its answer. */
export interface WebSource {
  readonly kind: 'web'
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: readonly Header[]
  readonly body?: string
  readonly auth?: Auth
}

/** What the cluster itself knows of the pods. A query is one of `clusterFacts`. */
export interface KubernetesSource {
  readonly kind: 'kubernetes'
}

/** Of the canary's pods: restarts of containers, kills for want of memory, pods that are not ready, pods. */
export const clusterFacts = ['restarts', 'oom-kills', 'unready', 'pods'] as const
export type ClusterFact = (typeof clusterFacts)[number]

export interface Header {
  readonly name: string
  readonly value: string
}

/** basic: keys `username` and `password`; bearer: `token`; tls: `tls.crt` and `tls.key`. A key `ca.crt` is trusted. */
export interface Auth {
  readonly type: 'basic' | 'bearer' | 'tls'
  readonly secret: string
}

export type MetricCondition = ThresholdCondition | CompareCondition | EvidenceCondition

/** An expression over the value, or over each value of a vector. */
export interface ThresholdCondition {
  readonly kind: 'threshold'
  readonly query: string
  /** CEL over `value`, a double: `value >= 0.99`. */
  readonly pass: string
  /** CEL over `value`. Absent: what does not pass fails. What does neither is inconclusive. */
  readonly fail?: string
  /** A vector passes when all, or any, of its values do. */
  readonly over: 'all' | 'any'
  /** So many measurements must pass. */
  readonly count: number
  /** So many measurements may fail. */
  readonly failureLimit: number
  /** So many in a row may go unanswered. Absent: only the patience counts. */
  readonly consecutiveErrorLimit?: number
  /** What an answer without a value means. It never passes. */
  readonly noData: 'inconclusive' | 'fail'
}

/** The canary against stable, measured over the same window. */
export interface CompareCondition {
  readonly kind: 'compare'
  readonly canary: string
  readonly stable: string
  readonly better: 'higher' | 'lower'
  /** The canary may be worse by the larger of the two. */
  readonly margin: { readonly absolute: number; readonly relativePercent: number }
  /** Fewer on either side say nothing. */
  readonly minimumSample?: { readonly canary: string; readonly stable: string; readonly count: number }
  readonly count: number
  readonly failureLimit: number
  readonly consecutiveErrorLimit?: number
}

/** A sequential test on counts. The queries give counters that only grow, one series for each thing that counts. */
export interface EvidenceCondition {
  readonly kind: 'evidence'
  readonly requests: Sides
  /** Requests that failed; or, as `good`, those that did not (a histogram's bucket: those fast enough). */
  readonly bad: { readonly counts: 'errors' | 'good'; readonly queries: Sides }
  /** So many times stable's error rate is still no worse. */
  readonly ratio: number
  /** In percentage points: "not worse" means not worse by more than this. */
  readonly marginPoints: number
  /** Passes as soon as it is shown that the canary is not worse. Otherwise at the deadline. */
  readonly passEarly: boolean
}

/** A query for either side. */
export interface Sides {
  readonly canary: string
  readonly stable: string
}

/** An analysis as a Rollout uses it: in a gate, in the background, or before the workload is updated. */
export interface AnalysisUse {
  readonly name: string
  readonly kind: AnalysisKind
  readonly args: readonly Argument[]
  /** How long it may take to come to a verdict. */
  readonly deadlineMs: number
  /** What an inconclusive verdict leads to at the deadline. `pause`: a person approves or rolls back. */
  readonly atDeadline: 'pause' | 'goOn' | 'rollBack'
  /** Shown, and decides nothing. */
  readonly advisory: boolean
}

/** BuiltIn: one of Sluice's own, by name. */
export const analysisKinds = ['Analysis', 'ClusterAnalysis', 'BuiltIn'] as const
export type AnalysisKind = (typeof analysisKinds)[number]

export interface Argument {
  readonly name: string
  readonly value: string
}

/** The analyses that come with Sluice: nobody else's may have one of these names. */
export const builtInNames = [
  'nginx-success-rate',
  'nginx-latency',
  'traefik-success-rate',
  'traefik-latency',
  'istio-success-rate',
  'istio-latency',
  'envoy-gateway-success-rate',
  'envoy-gateway-latency',
  'linkerd-success-rate',
  'linkerd-latency',
  'http-success-rate',
  'http-latency',
  'otel-success-rate',
  'otel-latency',
  'kubernetes',
] as const
export type BuiltInName = (typeof builtInNames)[number]
