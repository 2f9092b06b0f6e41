import { isRecord, sameJson } from '../../api/json.ts'
import { Refusal } from '../server/refusal.ts'
import { type FieldSet, isNothing, itself, setOf } from './field-set.ts'
import type { Place } from './place.ts'
import { own } from './share.ts'

/** The fields that somebody who writes `value` here owns: all leaves, and the items of lists. */
export function fieldsOf(value: unknown, place: Place): FieldSet {
  if (Array.isArray(value) && place.keys !== undefined) {
    const items = [...itemsByElement(value, place)]
    return Object.fromEntries(items.map(([element, same]) => [element, fieldsOfItem(same, place)]))
  }
  if (!isRecord(value) || place.isAtomic) return itself
  const out: Record<string, FieldSet> = {}
  for (const [name, field] of Object.entries(value)) {
    const fields = isLeaf(field) ? itself : fieldsOf(field, place.field(name))
    const isOwned = !place.isNamed(name) || (isRecord(field) && Object.keys(field).length === 0)
    const part = isOwned ? { ...fields, ...itself } : fields
    if (!isNothing(part)) out[`f:${name}`] = part
  }
  return out
}

/** Nothing that could be divided, whatever the place. */
export const isLeaf = (value: unknown): boolean => typeof value !== 'object' || value === null

/** Items that cannot be told apart are owned together. */
const fieldsOfItem = ([item, ...same]: readonly unknown[], place: Place): FieldSet =>
  same.length > 0 ? itself : { ...fieldsOf(item, place.item()), ...itself }

/** A list with keys, by the path elements of its items, in order. */
export function itemsByElement(list: readonly unknown[], place: Place): ReadonlyMap<string, readonly unknown[]> {
  const items = new Map<string, readonly unknown[]>()
  for (const item of list) {
    const element = elementOf(item, place)
    items.set(element, [...(items.get(element) ?? []), item])
  }
  return items
}

function elementOf(item: unknown, place: Place): string {
  const { keys = [] } = place
  if (keys.length === 0) return `v:${JSON.stringify(item)}`
  if (!isRecord(item))
    throw new Refusal(500, 'InternalError', 'associative list with keys may not have non-map elements')
  const { defaultOf } = place.item()
  const values = keys.toSorted().map((key) => [key, own(item, key) ?? defaultOf(key)] as const)
  const known = values.filter(([, value]) => value !== undefined)
  if (known.length > 0) return `k:${JSON.stringify(Object.fromEntries(known))}`
  const message = `associative list with keys has an element that omits all key fields ${JSON.stringify(keys)} (and doesn't have default values for any key fields)`
  throw new Refusal(500, 'InternalError', message)
}

/** What differs between two objects. */
export interface Changes {
  /** New or with another value. */
  readonly written: FieldSet
  readonly removed: FieldSet
}

type Path = readonly string[]
type Note = (what: keyof Changes, path: Path) => void

export function changesOf(old: unknown, next: unknown, place: Place): Changes {
  const paths: Record<keyof Changes, Path[]> = { written: [], removed: [] }
  compare(old, next, place, [], (what, path) => {
    if (path.length > 0) paths[what].push(path)
  })
  return { written: setOf(paths.written), removed: setOf(paths.removed) }
}

/** A whole subtree that comes or goes counts with all that is in it. */
function compare(old: unknown, next: unknown, place: Place, path: Path, note: Note): void {
  const isWhole = !comparePartwise(old, next, place, path, note)
  if (old === undefined) note('written', path)
  else if (next === undefined) note('removed', path)
  else if (isWhole && !sameJson(old, next)) note('written', path)
}

/** False where what is here is not divided. */
function comparePartwise(old: unknown, next: unknown, place: Place, path: Path, note: Note): boolean {
  const [map, nextMap] = [old ?? {}, next ?? {}]
  if (isRecord(map) && isRecord(nextMap)) {
    if (place.isAtomic) return false
    for (const name of new Set([...Object.keys(map), ...Object.keys(nextMap)])) {
      const [part, nextPart] = [own(map, name), own(nextMap, name)]
      if (part !== nextPart) compare(part, nextPart, place.field(name), [...path, `f:${name}`], note)
    }
    return true
  }
  const [list, nextList] = [old ?? [], next ?? []]
  if (!Array.isArray(list) || !Array.isArray(nextList) || place.keys === undefined) return false
  const [items, nextItems] = [itemsByElement(list, place), itemsByElement(nextList, place)]
  for (const element of new Set([...items.keys(), ...nextItems.keys()])) {
    compareItem(items.get(element) ?? [], nextItems.get(element) ?? [], place.item(), [...path, element], note)
  }
  return true
}

/** Items that cannot be told apart are compared as one value. */
function compareItem(old: readonly unknown[], next: readonly unknown[], place: Place, path: Path, note: Note): void {
  if (old.length === next.length && old.every((item, index) => item === next[index])) return
  if (old.length <= 1 && next.length <= 1) compare(old[0], next[0], place, path, note)
  else if (next.length === 0) note('removed', path)
  else if (!sameJson(old, next)) note('written', path)
}
