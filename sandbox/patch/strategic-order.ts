import { isRecord } from '../../api/json.ts'
import { Refusal } from '../server/refusal.ts'

export type Items = readonly unknown[]

/** What tells an item from the others: the value of its merge key; in a list of plain values the item. */
export function keyOf(item: unknown, patchKey = ''): unknown {
  if (patchKey === '') return item
  const key = isRecord(item) ? item[patchKey] : undefined
  if (key !== undefined) return key
  throw new Refusal(
    500,
    'InternalError',
    `map: ${JSON.stringify(item)} does not contain declared merge key: ${patchKey}`,
  )
}

/** Those that `first` names in its order; the others in that of `live`, as near as can be to where they were. */
export function inOrder(items: Items, first: Items, live: Items, patchKey?: string): Items {
  const [wanted, before] = [first, live].map((list) => list.map((item) => keyOf(item, patchKey)))
  const placeIn = (keys: Items | undefined, item: unknown) => keys?.indexOf(keyOf(item, patchKey)) ?? -1
  const sorted = (list: unknown[], keys: Items | undefined) =>
    list.sort((one, other) => placeIn(keys, one) - placeIn(keys, other))
  const named = sorted(
    items.filter((item) => placeIn(wanted, item) >= 0),
    wanted,
  )
  const others = sorted(
    items.filter((item) => placeIn(wanted, item) < 0),
    before,
  )
  return interleaved(others, named, (item) => placeIn(before, item))
}

/** Each of `others` before the first of the rest of `named` that came after it. */
function interleaved(others: Items, named: Items, placeBefore: (item: unknown) => number): Items {
  const left = [...others]
  const out: unknown[] = []
  for (const item of named) {
    while (left.length > 0 && isBefore(placeBefore(left[0]), placeBefore(item))) out.push(left.shift())
    out.push(item)
  }
  return [...out, ...left]
}

const isBefore = (one: number, other: number): boolean => one >= 0 && one < other

/** What the patch changes must come in the order that it asks for. */
export function requireOrder(patch: Items, order: Items, patchKey?: string): void {
  const keys = order.map((item) => keyOf(item, patchKey))
  let from = 0
  for (const item of patch) {
    if (isRecord(item) && item['$patch'] !== undefined) continue
    const at = keys.indexOf(keyOf(item, patchKey), from)
    if (at < 0 && order.length > 0) {
      throw new Refusal(500, 'InternalError', "The order in patch list doesn't match $setElementOrder list")
    }
    from = at + 1
  }
}
