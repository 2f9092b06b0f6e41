import { type JsonObject, objectsOf, sameJson } from '../../../api/json.ts'
import type { FieldCause } from '../../../kube/errors.ts'

/** What is wrong with a value; `at` is the path of its field. None when it is right. */
export type Check<T = unknown> = (value: T, at: string) => readonly FieldCause[]
/** What must hold for the objects of a model. */
export type Rules = Readonly<Record<string, Check<JsonObject>>>

// The API's own words for what can be wrong with a field.
export const required = (field: string, detail?: string): FieldCause => said(field, 'Required value', detail)
export const invalidValue = (field: string, value: unknown, detail: string): FieldCause =>
  said(field, `Invalid value: ${JSON.stringify(value ?? null)}`, detail)
export const forbiddenField = (field: string, detail: string): FieldCause => said(field, 'Forbidden', detail)
export const duplicate = (field: string, value: unknown): FieldCause =>
  said(field, 'Duplicate value', JSON.stringify(value))
export const missing = (field: string, value: unknown): FieldCause => said(field, 'Not found', JSON.stringify(value))

const said = (field: string, what: string, detail?: string): FieldCause => ({
  field,
  message: detail === undefined ? what : `${what}: ${detail}`,
})

export const when = (isWrong: boolean, cause: () => FieldCause): readonly FieldCause[] => (isWrong ? [cause()] : [])

/** Each named field by itself. */
export const fields =
  (checks: Readonly<Record<string, Check>>): Check<JsonObject> =>
  (object, at) => {
    const causes: FieldCause[] = []
    for (const key in checks) causes.push(...(checks[key]?.(object[key], under(at, key)) ?? []))
    return causes
  }

/** `spec.replicas`, or `replicas` at the top. */
export const under = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`)

export const every =
  <T>(...checks: readonly Check<T>[]): Check<T> =>
  (value, at) =>
    checks.flatMap((check) => check(value, at))

/** One of `supported`; absent is left to others. */
export const oneOf =
  (...supported: readonly string[]): Check =>
  (value, at) => {
    if (value === undefined || supported.some((known) => known === value)) return []
    const list = supported.map((known) => `"${known}"`).join(', ')
    return [said(at, `Unsupported value: ${JSON.stringify(value)}`, `supported values: ${list}`)]
  }

export const atLeast =
  (least: number): Check =>
  (value, at) =>
    when(typeof value === 'number' && value < least, () =>
      invalidValue(at, value, `must be greater than or equal to ${least}`),
    )

export const notNegative = atLeast(0)

export const isPositive: Check = (value, at) =>
  when(typeof value === 'number' && value <= 0, () => invalidValue(at, value, 'must be greater than 0'))

export const isPort: Check = (value, at) =>
  when(typeof value === 'number' && (value < 1 || value > 65_535), () =>
    invalidValue(at, value, 'must be between 1 and 65535, inclusive'),
  )

const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** There, and right. */
export const needed =
  (check?: Check, why?: string): Check =>
  (value, at) =>
    isAbsent(value) ? [required(at, why)] : (check?.(value, at) ?? [])

/** Right where it is there. */
export const optional =
  (check: Check): Check =>
  (value, at) =>
    isAbsent(value) ? [] : check(value, at)

/** Each item of a list. */
export const items =
  (check: Check): Check =>
  (list, at) =>
    Array.isArray(list) ? list.flatMap((item, index) => check(item, `${at}[${index}]`)) : []

/** No two objects of a list with the same, where they have one. */
export const unique =
  (key: string): Check =>
  (list, at) => {
    if (!Array.isArray(list) || list.length < 2) return []
    const seen = new Set<unknown>()
    return objectsOf(list).flatMap((item, index) => {
      const value = item[key]
      const isAgain = value !== undefined && seen.has(value)
      seen.add(value)
      return when(isAgain, () => duplicate(`${at}[${index}].${key}`, value))
    })
  }

/** May not change once it is set. */
export const unchanged = (field: string, value: unknown, old: unknown, detail = 'field is immutable') =>
  when(!sameJson(value, old), () => invalidValue(field, value, detail))
