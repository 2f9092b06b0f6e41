import type { FieldCause } from '../../kube/errors.ts'

/** One thing that is wrong with a custom resource. */
export interface Problem extends FieldCause {
  /** Rules are not evaluated on what lacks fields, is too long or of a wrong type. */
  readonly blocksRules: boolean
}

type Word =
  | 'Invalid value'
  | 'Unsupported value'
  | 'Required value'
  | 'Duplicate value'
  | 'Too long'
  | 'Too many'
  | 'Forbidden'

const blocking: readonly Word[] = ['Required value', 'Too long', 'Too many']

/** `Invalid value: "x": why`, as the API server words it; the value is left out where it is undefined. */
export function problem(at: string, word: Word, detail: string, value?: unknown): Problem {
  const message = [word, ...(value === undefined ? [] : [JSON.stringify(value)]), ...(detail === '' ? [] : [detail])]
  return { field: at === '' ? '<nil>' : at, message: message.join(': '), blocksRules: blocking.includes(word) }
}

export const invalid = (at: string, detail: string, value: unknown): Problem =>
  problem(at, 'Invalid value', detail, value)

export const wrongType = (at: string, wanted: string, value: unknown): Problem => {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const named = type === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : type
  const detail = `${at} in body must be of type ${wanted}: ${JSON.stringify(named)}`
  return { ...invalid(at, detail, named), blocksRules: true }
}
