/** Bounds that the CRDs and the parsers share. They keep the CEL rules cheap enough for the API server to take. */
export const maxSteps = 50
export const maxGates = 8
export const maxRoutes = 16
export const maxReplicas = 100_000
export const maxNameLength = 253
/** A Rollout's name is the value of a label. */
export const maxRolloutNameLength = 63
export const maxReasonLength = 1_024
export const maxUserLength = 512

/** The name of an object, as Kubernetes has it. */
export const namePattern = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
/** A share of the workload's pods. */
export const percentPattern = '^(100|[1-9][0-9]?)%$'
/** What `hash.ts` makes. */
export const hashPattern = '^[0-9a-f]{10}$'
export const attemptPattern = '^[0-9a-f]{10}-[0-9]{1,9}$'

export const defaultProgressDeadline = '10m'
