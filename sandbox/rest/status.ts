import { Refusal } from '../server/refusal.ts'
import type { WholeAnswer } from './exchange.ts'

/** The answer to a request that was refused, or that broke us: a `Status` object. */
export function refusalAnswer(error: unknown): WholeAnswer {
  const status = statusOf(error)
  return { kind: 'whole', status: status.code, body: status }
}

/** A failure as the API words it; what is no Refusal is our own fault, 500. */
export function statusOf(error: unknown) {
  const refusal = error instanceof Refusal ? error : internal(error)
  const { code, reason, message } = refusal
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details: { ...subjectOf(message), ...causesOf(refusal) },
    code,
  }
}

/** A path, a version, a resource or a subresource that is not served. */
export const unknownPath = (): Refusal =>
  new Refusal(404, 'NotFound', 'the server could not find the requested resource')

export const methodNotAllowed = (): Refusal =>
  new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')

const internal = (error: unknown): Refusal =>
  new Refusal(
    500,
    'InternalError',
    `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
  )

/** Whom a refusal is about, as its message begins: `deployments.apps "web" …`. kubectl makes its sentences from it. */
function subjectOf(message: string) {
  const words = /^(?:Operation cannot be fulfilled on )?([A-Za-z]+)((?:\.[A-Za-z0-9-]+)*)(?: "([^"]*)"| is forbidden)/
  const [, kind, group = '', name = ''] = words.exec(message) ?? []
  if (kind === undefined) return {}
  return { ...(name && { name }), ...(group && { group: group.slice(1) }), kind }
}

const causesOf = ({ causes }: Refusal) => (causes.length === 0 ? {} : { causes })
