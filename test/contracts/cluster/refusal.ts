import { KubeError } from '../../../kube/errors.ts'

/** What an answer other than success says. */
export interface Refused {
  readonly status: number | undefined
  readonly reason: string | undefined
  /** The fields of its causes, each once, in order of the alphabet; without those that are about no field. */
  readonly fields: readonly string[]
  readonly message: string
}

/** How the server refused; an error where it did not. */
export async function refusal(promise: Promise<unknown>): Promise<Refused> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  if (!(error instanceof KubeError)) throw error ?? new Error('it was not refused')
  const { status, reason, causes, message } = error
  const fields = causes.map(({ field }) => field).filter((field) => field !== '<nil>')
  return { status, reason, fields: [...new Set(fields)].sort(), message }
}

export const conflict = { status: 409, reason: 'Conflict' }
export const exists = { status: 409, reason: 'AlreadyExists' }
export const notFound = { status: 404, reason: 'NotFound' }
export const badRequest = { status: 400, reason: 'BadRequest' }
export const forbidden = { status: 403, reason: 'Forbidden' }
export const invalid = { status: 422, reason: 'Invalid' }
