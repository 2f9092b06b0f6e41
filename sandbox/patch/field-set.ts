import { type JsonObject, objectOf } from '../../api/json.ts'

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
  for (const element in one) combineAt(element, one, other, keep, out)
  for (const element in other) if (!(element in one)) combineAt(element, one, other, keep, out)
  return out
}

function combineAt(element: string, one: FieldSet, other: FieldSet, keep: Keep, out: Record<string, FieldSet>): void {
  const part = one[element]
  const otherPart = other[element]
  if (element === '.') {
    if (keep(part !== undefined, otherPart !== undefined)) out[element] = nothing
    return
  }
  const both = combined(part ?? nothing, otherPart ?? nothing, keep)
  if (!isNothing(both)) out[element] = both
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
  const out: Record<string, FieldSet> = {}
  for (const [element, part] of Object.entries(objectOf(fields))) {
    const set = element === '.' ? nothing : decode(part)
    out[element] = element !== '.' && isNothing(set) ? itself : set
  }
  return out
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
