/** What a caller may do about a refusal: look again, give up, ask for rights, correct the input, or wait. */
export type KubeFault = 'conflict' | 'exists' | 'gone' | 'not-found' | 'denied' | 'invalid' | 'unavailable'

/** One field that the server objects to. */
export interface FieldCause {
  readonly field: string
  readonly message: string
}

export interface KubeErrorDetails {
  readonly status?: number
  readonly reason?: string
  readonly retryAfterMs?: number
  readonly causes?: readonly FieldCause[]
  readonly cause?: unknown
}

/** The API server refused or did not answer; `fault` says what a caller may do about it. */
export class KubeError extends Error {
  override readonly name = 'KubeError'
  readonly fault: KubeFault
  readonly status?: number
  readonly reason?: string
  readonly retryAfterMs?: number
  readonly causes: readonly FieldCause[]

  constructor(fault: KubeFault, message: string, details: KubeErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.fault = fault
    if (details.status !== undefined) this.status = details.status
    if (details.reason !== undefined) this.reason = details.reason
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs
    this.causes = details.causes ?? []
  }
}

/** How a reconcile that failed with `error` is tried again: a stale view at once, an outage later, a refusal not before something changes. */
export function retryOf(error: unknown): 'now' | 'backoff' | 'never' {
  if (!(error instanceof KubeError)) return 'backoff'
  switch (error.fault) {
    case 'conflict':
    case 'exists':
      return 'now'
    case 'denied':
    case 'invalid':
      return 'never'
    case 'gone':
    case 'not-found':
    case 'unavailable':
      return 'backoff'
    default:
      return error.fault satisfies never
  }
}

/** True when `error` is a KubeError with that fault. */
export function isFault(error: unknown, fault: KubeFault): error is KubeError {
  return error instanceof KubeError && error.fault === fault
}
