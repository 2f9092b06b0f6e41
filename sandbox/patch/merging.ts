import { isRecord, type JsonObject } from '../../api/json.ts'
import { difference, type FieldSet, isNothing, itself, nothing, union } from './field-set.ts'
import { isLeaf, itemsByElement } from './ownership.ts'
import type { Place } from './place.ts'
import { own } from './share.ts'

/** `live` with what is applied written into it: nothing is lost but the values that are replaced. */
export function merged(live: unknown, applied: unknown, place: Place): unknown {
  if (isRecord(live) && isRecord(applied) && !place.isAtomic) return mergedMap(live, applied, place)
  const isDivided = Array.isArray(live) && Array.isArray(applied) && place.keys !== undefined
  return isDivided ? mergedList(live, applied, place) : applied
}

function mergedMap(live: JsonObject, applied: JsonObject, place: Place): JsonObject {
  const parts = Object.entries(applied).map(([name, value]) => {
    const before = own(live, name)
    return [name, isLeaf(before) ? value : merged(before, value, place.field(name))]
  })
  return { ...live, ...Object.fromEntries(parts) }
}

/** In the order of what is applied; an item that only `live` has stays before the next one that both have. */
function mergedList(live: readonly unknown[], applied: readonly unknown[], place: Place): readonly unknown[] {
  const [before, wanted] = [itemsByElement(live, place), itemsByElement(applied, place)]
  const shared = [...wanted.keys()].filter((element) => before.has(element))
  const left = [...before]
  const out: unknown[] = []
  const takeOthersUntil = (stop: string | undefined) => {
    for (let [next] = left; next !== undefined && next[0] !== stop; [next] = left) {
      left.shift()
      if (!wanted.has(next[0])) out.push(...next[1])
    }
  }
  for (const [element, [item]] of wanted) {
    takeOthersUntil(shared[0])
    if (left[0]?.[0] === element) left.shift()
    if (shared[0] === element) shared.shift()
    const [same, ...more] = before.get(element) ?? []
    out.push(same === undefined || more.length > 0 ? item : merged(same, item, place.item()))
  }
  takeOthersUntil(undefined)
  return out
}

/**
 * `value` without what somebody applied before and nobody owns any longer. What holds only such fields goes with
 * them.
 */
export function pruned(value: unknown, before: FieldSet, owned: FieldSet, place: Place): unknown {
  if (isNothing(difference(before, owned))) return value
  return without(value, difference(withHolders(before, place), withHolders(owned, place)), place)
}

/** A field of the schema counts as owned by whoever owns something in it. */
function withHolders(set: FieldSet, place: Place): FieldSet {
  const parts = Object.entries(set).map(([element, part]) => {
    if (element === '.') return [element, part] as const
    const name = element.startsWith('f:') ? element.slice(2) : undefined
    const inside = withHolders(part, name === undefined ? place.item() : place.field(name))
    return [element, name !== undefined && place.isNamed(name) ? union(inside, itself) : inside] as const
  })
  return Object.fromEntries(parts)
}

function without(value: unknown, gone: FieldSet, place: Place): unknown {
  if (isNothing(gone)) return value
  if (isRecord(value)) return place.isAtomic ? value : withoutFields(value, gone, place)
  return Array.isArray(value) && place.keys !== undefined ? withoutItems(value, gone, place) : value
}

function withoutFields(value: JsonObject, gone: FieldSet, place: Place): JsonObject {
  const left = Object.entries(value).filter(([name]) => !isMember(gone[`f:${name}`]))
  return Object.fromEntries(
    left.map(([name, field]) => [name, without(field, gone[`f:${name}`] ?? nothing, place.field(name))]),
  )
}

function withoutItems(list: readonly unknown[], gone: FieldSet, place: Place): readonly unknown[] {
  const left = [...itemsByElement(list, place)].filter(([element]) => !isMember(gone[element]))
  return left.flatMap(([element, items]) => items.map((item) => without(item, gone[element] ?? nothing, place.item())))
}

const isMember = (set: FieldSet | undefined): boolean => set !== undefined && '.' in set
