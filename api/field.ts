import { formatDuration, parseDuration } from './duration.ts'
import { isRecord } from './json.ts'

/** What is wrong with one field of what the user wrote. */
export interface FieldProblem {
  /** As in `spec.strategy.canary.steps[1].weight`. */
  readonly path: string
  /** Follows the path in a sentence: `must be a whole number from 1 to 100`. */
  readonly message: string
}

/** One value of a document: where it stands, and where complaints about it go. */
export interface Field {
  readonly path: string
  readonly value: unknown
  readonly report: (problem: FieldProblem) => void
}

/** Reads a field; when it cannot, it complains and returns undefined. */
export type Read<T> = (field: Field) => T | undefined

/** Gives the field of that name, present or not. */
export type Pick = (key: string) => Field

export interface KnownFields {
  readonly known: readonly string[]
  /** Fields that another version serves: they are refused by name rather than as typos. */
  readonly unserved?: readonly string[]
}

/** Complains about a field. */
export function complain(field: Field, message: string): undefined {
  field.report({ path: field.path, message })
}

/** A null says no more than nothing at all. */
export function isAbsent(field: Field): boolean {
  return field.value === undefined || field.value === null
}

/** Reads the field if it is there. */
export function optional<T>(field: Field, read: Read<T>): T | undefined {
  return isAbsent(field) ? undefined : read(field)
}

/** Which one of these fields is there; it complains when that is none, or several. */
export function readKind<T extends string>(field: Field, pick: Pick, kinds: readonly T[]): T | undefined {
  const [kind, ...others] = kinds.filter((name) => !isAbsent(pick(name)))
  if (kind !== undefined && others.length === 0) return kind
  return complain(field, `must be exactly one of ${kinds.join(', ')}`)
}

/** Complains about each name that is there twice. */
export function refuseTwice(field: Field, what: string, names: readonly string[]): void {
  const twice = new Set(names.filter((name, index) => names.indexOf(name) < index))
  for (const name of twice) complain(field, `names ${what} ${name} twice`)
}

/** An object with no fields but those known: a typing error must not be lost in silence. */
export function readRecord(field: Field, { known, unserved = [] }: KnownFields): Pick | undefined {
  if (isAbsent(field)) return complain(field, 'is required')
  const { value } = field
  if (!isRecord(value)) return complain(field, 'must be an object')
  const pick: Pick = (key) => ({
    path: field.path === '' ? key : `${field.path}.${key}`,
    value: Object.hasOwn(value, key) ? value[key] : undefined,
    report: field.report,
  })
  for (const key of Object.keys(value).filter((key) => !known.includes(key))) {
    complain(pick(key), unserved.includes(key) ? notServed : `is not a field; known are: ${known.join(', ')}`)
  }
  return pick
}

export const notServed = 'is not served by this version'

/** The items of a list, each with its place in its path. */
export function readList(field: Field, { min, max }: Range): readonly Field[] | undefined {
  if (isAbsent(field)) return complain(field, 'is required')
  const { value } = field
  if (!Array.isArray(value)) return complain(field, 'must be a list')
  const items: readonly unknown[] = value
  if (items.length < min) return complain(field, `must have at least ${min} item${min === 1 ? '' : 's'}`)
  if (items.length > max) return complain(field, `may have at most ${max} items`)
  return items.map((item, index) => ({ path: `${field.path}[${index}]`, value: item, report: field.report }))
}

/** A list of things that go by their names: no name twice. `what` completes `names … X twice`. */
export function readNamed<T extends { readonly name: string }>(
  field: Field,
  { what, ...range }: Range & { readonly what: string },
  read: Read<T>,
): readonly T[] | undefined {
  const items = readList(field, range)?.flatMap((item) => read(item) ?? [])
  refuseTwice(field, what, items?.map(({ name }) => name) ?? [])
  return items
}

export interface Range {
  readonly min: number
  readonly max: number
}

export function readInteger(field: Field, { min, max }: Range): number | undefined {
  const { value } = field
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
  return fits ? value : complain(field, `must be a whole number from ${min} to ${max}`)
}

/** Any number within the range, whole or not. */
export function readNumber(field: Field, { min, max }: Range): number | undefined {
  const { value } = field
  const fits = typeof value === 'number' && value >= min && value <= max
  return fits ? value : complain(field, `must be a number from ${min} to ${max}`)
}

/** Text of any kind, but not empty. */
export function readLine(field: Field, maxLength: number): string | undefined {
  return readText(field, { pattern: '.', maxLength, what: `text of 1 to ${maxLength} characters` })
}

export function readText(field: Field, { pattern, maxLength, what }: TextRule): string | undefined {
  if (isAbsent(field)) return complain(field, 'is required')
  const { value } = field
  const fits = typeof value === 'string' && value.length <= maxLength && new RegExp(pattern).test(value)
  return fits ? value : complain(field, `must be ${what}`)
}

export interface TextRule {
  readonly pattern: string
  readonly maxLength: number
  /** Completes `must be …`. */
  readonly what: string
}

export function readOneOf<T extends string>(field: Field, options: readonly T[]): T | undefined {
  if (isAbsent(field)) return complain(field, 'is required')
  const found = options.find((option) => option === field.value)
  return found ?? complain(field, `must be ${options.length === 1 ? '' : 'one of '}${options.join(', ')}`)
}

export function readBoolean(field: Field): boolean | undefined {
  const { value } = field
  return typeof value === 'boolean' ? value : complain(field, 'must be true or false')
}

/** Milliseconds. */
export function readDuration(field: Field, { minMs }: { readonly minMs: number }): number | undefined {
  const ms = typeof field.value === 'string' ? parseDuration(field.value) : undefined
  if (ms === undefined) return complain(field, 'must be a duration of at most a year, such as 45s, 10m or 1h30m')
  return ms >= minMs
    ? ms
    : complain(field, minMs > 1 ? `must be at least ${formatDuration(minMs)}` : 'must be longer than 0s')
}
