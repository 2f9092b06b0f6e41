/** Bounds that the CRDs and the parsers share. They keep the CEL rules cheap enough for the API server to take. */
export const maxSteps = 50
export const maxGates = 8
export const maxRoutes = 16
export const maxReplicas = 100_000
export const maxNameLength = 253
/** A Rollout's name is the value of a label. */
export const maxRolloutNameLength = 63
/** Analyses in one list of uses. */
export const maxAnalyses = 8
/** Metrics of one analysis. */
export const maxMetrics = 16
/** Parameters of an analysis, and arguments for them. */
export const maxArguments = 16
export const maxArgumentLength = 256
/** Of queries, conditions, URLs and bodies. */
export const maxQueryLength = 4_096
export const maxConditionLength = 1_024
export const maxUrlLength = 2_048
export const maxBodyLength = 8_192
export const maxHeaders = 16
export const maxHeaderNameLength = 128
export const maxHeaderLength = 1_024
/** Measurements that a condition counts. */
export const maxCount = 1_000
/** Requests that a comparison may ask for. */
export const maxMinimumSample = 1_000_000_000
/** Of what one side's number may be times the other's, or more by. */
export const maxRatio = 100
export const maxMargin = 1_000_000_000
/** Of one Rollout: what each remembers is kept in the status. */
export const maxMetricsAtWork = 32
/** Points of one range query. */
export const maxRangePoints = 1_000
export const maxReasonLength = 1_024
export const maxUserLength = 512

/** The name of an object, as Kubernetes has it. */
export const namePattern = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
/** The name of an argument or a metric: `{{ args.NAME }}`. */
export const labelPattern = '^[a-zA-Z]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$'
/** A share of the workload's pods. */
export const percentPattern = '^(100|[1-9][0-9]?)%$'
/** How much worse something may be, of the other side's number. */
export const relativePattern = '^[0-9]{1,4}([.][0-9]{1,3})?%$'
/** Of an address: no user name or password, which belong into a Secret, and no fragment. */
export const addressPattern = '^https?://[^/?#@]+([/?][^#\\x00-\\x1f]*)?$'
/** A field name of HTTP, and what may stand in such a field. */
export const headerNamePattern = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
export const headerPattern = '^[ -~]*$'
/** What `hash.ts` makes. */
export const hashPattern = '^[0-9a-f]{10}$'
export const attemptPattern = '^[0-9a-f]{10}-[0-9]{1,9}$'

export const defaultProgressDeadline = '10m'
/** Within which an analysis comes to a verdict. */
export const defaultAnalysisDeadline = '10m'
/** Of metrics and their conditions. */
export const metricDefaults = { interval: '10s', warmUp: '0s', patience: '5m' } as const
export const shortestInterval = '1s'
export const conditionDefaults = { count: 5, failureLimit: 0 } as const
export const compareDefaults = { relative: '10%' } as const
export const evidenceDefaults = { ratio: 1.1, margin: 1, passEarly: false } as const
