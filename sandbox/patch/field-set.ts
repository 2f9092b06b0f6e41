import { isRecord, type JsonObject, objectOf } from '../../api/json.ts'

/**
 * Fields of an object, as a tree of path elements: `f:name` a field, `k:{…}` an item by its keys, `v:…` an item by its
 * value. `.` says that the field itself belongs to the set, not only some that are in it. Never changed once made.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet
}

export const nothing: FieldSet = {}
/** What a leaf has: itself. */
export const itself: FieldSet = { '.': nothing }

export function isNothing(set: FieldSet): boolean {
  for (const _element in set) return false
  return true
}

export const union = (one: FieldSet, other: FieldSet): FieldSet => combined(one, other, (a, b) => a || b)
export const difference = (one: FieldSet, other: FieldSet): FieldSet => combined(one, other, (a, b) => a && !b)
export const intersection = (one: FieldSet, other: FieldSet): FieldSet => combined(one, other, (a, b) => a && b)

type Keep = (inOne: boolean, inOther: boolean) => boolean

function combined(one: FieldSet, other: FieldSet, keep: Keep): FieldSet {
  const out: Record<string, FieldSet> = {}
  for (const element of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (element === '.') {
      if (keep('.' in one, '.' in other)) out[element] = nothing
      continue
    }
    const part = combined(one[element] ?? nothing, other[element] ?? nothing, keep)
    if (!isNothing(part)) out[element] = part
  }
  return out
}

/** The set of these paths. */
export function setOf(paths: Iterable<readonly string[]>): FieldSet {
  interface Growing {
    [element: string]: Growing
  }
  const root: Growing = {}
  for (const path of paths) {
    let node = root
    for (const element of [...path, '.']) node = node[element] ??= {}
  }
  return root
}

/** `FieldsV1` as it is in metadata.managedFields, where a leaf is empty. */
export function encode(set: FieldSet): JsonObject {
  const elements = Object.keys(set).sort()
  const isLeaf = elements.length === 1 && elements[0] === '.'
  return isLeaf ? {} : Object.fromEntries(elements.map((element) => [element, encode(set[element] ?? nothing)]))
}

export function decode(fields: unknown): FieldSet {
  const entries = Object.entries(objectOf(fields)).map(
    ([element, part]) => [element, decodeNode(element, part)] as const,
  )
  return Object.fromEntries(entries)
}

function decodeNode(element: string, part: unknown): FieldSet {
  if (element === '.') return nothing
  return isRecord(part) && !isNothing(decode(part)) ? decode(part) : itself
}

/** The members as the API names them: `.spec.containers[name="web"].image`. */
export function pathsIn(set: FieldSet, prefix = ''): readonly string[] {
  const elements = Object.keys(set)
    .filter((element) => element !== '.')
    .sort()
  const parts = elements.map((element) => ({ path: prefix + textOf(element), part: set[element] ?? nothing }))
  const members = parts.filter(({ part }) => '.' in part).map(({ path }) => path)
  return [...members, ...parts.flatMap(({ path, part }) => pathsIn(part, path))]
}

function textOf(element: string): string {
  const name = element.slice(2)
  if (element.startsWith('f:')) return `.${name}`
  if (element.startsWith('v:')) return `[=${name}]`
  const keys = Object.entries(objectOf(JSON.parse(name))).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return `[${keys.join(',')}]`
}
