/** Reading JSON of unknown content, without believing anything about it. */
export type JsonObject = Readonly<Record<string, unknown>>
export type StringMap = Readonly<Record<string, string>>

export const isRecord = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const objectOf = (value: unknown): JsonObject => (isRecord(value) ? value : {})

/** The objects of a list; nothing where there is no list. */
export const objectsOf = (value: unknown): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter((item) => isRecord(item)) : []

/** Text that is there: an empty one is none. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

export const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

/** A map such as labels; values that are not text are left out. */
export const stringsOf = (value: unknown): StringMap =>
  Object.fromEntries(
    Object.entries(objectOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )

/** The named fields of `from`, those that are there. */
export const pick = (from: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]))

/** The same JSON, whatever the order of keys; a key that is undefined is a key that is not there. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  }
  if (!isRecord(a) || !isRecord(b)) return false
  return (
    Object.keys(a).every((key) => sameJson(a[key], b[key])) &&
    Object.keys(b).every((key) => a[key] !== undefined || b[key] === undefined)
  )
}
