import type { FieldCause } from '../../kube/errors.ts'

/** An answer other than success, with what a `Status` object says of it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: number
  /** The API's own word: `NotFound`, `Conflict`, `Invalid` … */
  readonly reason: string
  readonly causes: readonly FieldCause[]

  constructor(code: number, reason: string, message: string, causes: readonly FieldCause[] = []) {
    super(message)
    this.code = code
    this.reason = reason
    this.causes = causes
  }
}

export const badRequest = (message: string): Refusal => new Refusal(400, 'BadRequest', message)

/** `what`: `deployments.apps`, as the API names a resource in its messages. */
export const notFound = (what: string, name: string): Refusal =>
  new Refusal(404, 'NotFound', `${what} "${name}" not found`)

export const alreadyExists = (what: string, name: string): Refusal =>
  new Refusal(409, 'AlreadyExists', `${what} "${name}" already exists`)

export const conflict = (what: string, name: string, why: string): Refusal =>
  new Refusal(409, 'Conflict', `Operation cannot be fulfilled on ${what} "${name}": ${why}`)

export const forbidden = (message: string): Refusal => new Refusal(403, 'Forbidden', message)

/** 422, with one cause for every field. `kind`: `Deployment.apps`. */
export function invalid(kind: string, name: string, causes: readonly FieldCause[]): Refusal {
  const said = causes.map(({ field, message }) => `${field}: ${message}`)
  const list = said.length === 1 ? said[0] : `[${said.join(', ')}]`
  return new Refusal(422, 'Invalid', `${kind} "${name}" is invalid: ${list}`, causes)
}

export const gone = (message: string): Refusal => new Refusal(410, 'Expired', message)
