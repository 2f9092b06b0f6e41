import { isRecord } from '../api/json.ts'
import { type FieldCause, KubeError, type KubeErrorDetails, type KubeFault } from './errors.ts'

/** Longest server message that is passed on: admission webhooks can answer with pages. */
const LONGEST_MESSAGE = 1024

/** Names what was attempted, for error messages: `create ConfigMap shop/web`. */
export type Attempt = string

/** The error for an HTTP answer outside 2xx. Takes from a `Status` body only its message, reason and field causes. */
export function errorOfResponse(attempt: Attempt, status: number, body: string, retryAfter?: string): KubeError {
  const parsed = parseStatus(body)
  const retryAfterMs = retryAfterOf(retryAfter)
  return errorOfStatus(attempt, status, parsed, retryAfterMs === undefined ? {} : { retryAfterMs })
}

/** The error for a `Status` object, from an answer or from an ERROR event in a watch. */
export function errorOfStatus(
  attempt: Attempt,
  status: number,
  body: Readonly<Record<string, unknown>>,
  more: KubeErrorDetails = {},
): KubeError {
  const reason = typeof body.reason === 'string' && body.reason !== '' ? body.reason : undefined
  const said = typeof body.message === 'string' && body.message !== '' ? body.message : `HTTP ${status}`
  return new KubeError(faultOf(status, reason), `cannot ${attempt}: ${said.slice(0, LONGEST_MESSAGE)}`, {
    ...more,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...secondsToRetryMs(body, more),
    causes: causesOf(body),
  })
}

function faultOf(status: number, reason: string | undefined): KubeFault {
  switch (status) {
    case 400:
    case 405:
    case 413:
    case 415:
    case 422:
      return 'invalid'
    case 401:
    case 403:
      return 'denied'
    case 404:
      return 'not-found'
    case 409:
      return reason === 'AlreadyExists' ? 'exists' : 'conflict'
    case 410:
      return 'gone'
    default:
      return 'unavailable'
  }
}

function parseStatus(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body)
    return isRecord(parsed) && parsed.kind === 'Status' ? parsed : {}
  } catch {
    return {} // a proxy's HTML page: the status code says enough
  }
}

function causesOf(body: Readonly<Record<string, unknown>>): FieldCause[] {
  const details = body.details
  const causes = isRecord(details) && Array.isArray(details.causes) ? details.causes : []
  return causes.filter(isRecord).map((cause) => ({
    field: typeof cause.field === 'string' ? cause.field : '',
    message: typeof cause.message === 'string' ? cause.message.slice(0, LONGEST_MESSAGE) : '',
  }))
}

function secondsToRetryMs(body: Readonly<Record<string, unknown>>, more: KubeErrorDetails): KubeErrorDetails {
  const details = body.details
  const seconds = isRecord(details) ? details.retryAfterSeconds : undefined
  return more.retryAfterMs === undefined && typeof seconds === 'number' && seconds > 0
    ? { retryAfterMs: seconds * 1000 }
    : {}
}

function retryAfterOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const seconds = Number(header)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined // the API server never sends a date
}
