import { isRecord, type JsonObject, objectOf } from '../../api/json.ts'
import { badRequest, Refusal } from '../server/refusal.ts'
import { type MergeRule, type MergeRules, mergeRules, ruleOf } from './merge-rules.ts'
import { own, share } from './share.ts'
import { type Items, inOrder, keyOf, requireOrder } from './strategic-order.ts'

const setElementOrder = '$setElementOrder/'
const deleteFromPrimitiveList = '$deleteFromPrimitiveList/'
const retainKeys = '$retainKeys'

/** Where one is: the rules of the kind, and the field that the map is in; at the top the kind. */
interface Place {
  readonly rules: MergeRules
  readonly parent: string
}

/**
 * A strategic merge patch of a built-in kind, as k8s.io/apimachinery's `strategicpatch` merges it, directives among it.
 * `target` is not changed; what stays equal stays the same reference. A patch in a wrong shape is refused with 400, one
 * that does not fit the object with 500, as the API server does. (Nulls and directives never reach the result, where
 * the server leaves them to its decoder.)
 */
export function strategicPatch(kind: string, target: JsonObject, patch: unknown): JsonObject {
  if (!isRecord(patch)) throw badRequest('invalid JSON document')
  return objectOf(share(target, mergeMap(target, patch, { rules: mergeRules(kind), parent: kind })))
}

function mergeMap(live: JsonObject, patch: JsonObject, place: Place): JsonObject {
  if (patch['$patch'] !== undefined) return byDirective(patch)
  const merged = retained(live, patch)
  const ordered = orderedLists(merged, patch, place)
  for (const [key, value] of Object.entries(patch)) {
    if (key === retainKeys || key.startsWith(setElementOrder) || ordered.has(key)) continue
    mergeField(merged, key, value, place)
  }
  return merged
}

function byDirective({ $patch, ...rest }: JsonObject): JsonObject {
  if ($patch === 'replace') return objectOf(cleaned(rest))
  if ($patch === 'delete') return {}
  throw unfit(`unknown patch type: ${String($patch)} in map: ${JSON.stringify(rest)}`)
}

/** A copy to merge into, by `$retainKeys` without the fields that it does not name. */
function retained(live: JsonObject, patch: JsonObject): Record<string, unknown> {
  const kept = patch[retainKeys]
  if (kept === undefined) return { ...live }
  const stray = Object.entries(patch).some(
    ([key, value]) => value !== null && !key.startsWith('$') && !(Array.isArray(kept) && kept.includes(key)),
  )
  if (!Array.isArray(kept) || stray) throw badRequest('invalid patch format of retainKeys')
  return Object.fromEntries(Object.entries(live).filter(([key]) => kept.includes(key)))
}

/** Merges the lists that `$setElementOrder` names, and says which they were. */
function orderedLists(merged: Record<string, unknown>, patch: JsonObject, place: Place): ReadonlySet<string> {
  const fields = Object.keys(patch).filter((key) => key.startsWith(setElementOrder))
  const names = fields.map((key) => key.slice(setElementOrder.length))
  for (const name of names) {
    const [order, live, change] = [patch[`${setElementOrder}${name}`], own(merged, name), own(patch, name)]
    const rule = ruleOf(place.rules, place.parent, name)
    if (!Array.isArray(order)) throw badRequest('invalid patch format of setElementOrder list')
    if (Array.isArray(change)) requireOrder(change, order, rule.patchKey)
    const list = mergeValue(live, change, rule, { ...place, parent: name })
    if (Array.isArray(list)) merged[name] = inOrder(list, order, asLeft(live, list, rule.patchKey), rule.patchKey)
  }
  return new Set(names)
}

/** The live list as upstream finds it after merging into its memory: what is new fills the places of what was deleted. */
function asLeft(live: unknown, merged: Items, patchKey: string | undefined): Items {
  if (!Array.isArray(live)) return []
  const [before, after] = [live, merged].map((list) => new Set(list.map((item) => keyOf(item, patchKey))))
  const left = live.filter((item) => after?.has(keyOf(item, patchKey)))
  const added = merged.filter((item) => !before?.has(keyOf(item, patchKey)))
  return [...left, ...added].slice(0, live.length)
}

function mergeField(merged: Record<string, unknown>, key: string, value: unknown, place: Place): void {
  const isDeletion = key.startsWith(deleteFromPrimitiveList)
  const name = isDeletion ? key.slice(deleteFromPrimitiveList.length) : key
  const live = own(merged, name)
  if (isDeletion && value !== null) {
    if (Array.isArray(live) && Array.isArray(value)) merged[name] = live.filter((item) => !value.includes(item))
    return
  }
  const rule = ruleOf(place.rules, place.parent, name)
  const after = value === null ? undefined : mergeValue(live, value, rule, { ...place, parent: name })
  if (after === undefined) delete merged[name]
  else merged[name] = after
}

function mergeValue(live: unknown, patch: unknown, rule: MergeRule, place: Place): unknown {
  if (patch === undefined) return live
  if (isRecord(live) && isRecord(patch)) return mergeMap(live, patch, place)
  if (Array.isArray(live) && Array.isArray(patch)) return mergeList(live, patch, rule, place)
  return cleaned(patch)
}

function mergeList(live: Items, patch: Items, { patchKey }: MergeRule, place: Place): Items {
  if (patchKey === undefined) return cleanedItems(patch)
  if (patchKey === '') return inOrder([...new Set([...live, ...patch])], patch, live, patchKey)
  const plain = patch.filter((item) => objectOf(item)['$patch'] === undefined)
  const special = patch.map(objectOf).filter(({ $patch }) => $patch !== undefined)
  for (const { $patch } of special) requireItemDirective($patch)
  if (special.some(({ $patch }) => $patch === 'replace')) return cleanedItems(plain)
  const deleted = special.map((item) => keyOf(item, patchKey))
  const merged = live.filter((item) => !deleted.includes(objectOf(item)[patchKey]))
  for (const item of plain) mergeItem(merged, objectOf(item), patchKey, place)
  return inOrder(merged, plain, live, patchKey)
}

function requireItemDirective(directive: unknown): void {
  if (directive === 'merge') throw unfit('merging lists cannot yet be specified in the patch')
  if (directive !== 'replace' && directive !== 'delete') throw unfit(`unknown patch type: ${String(directive)}`)
}

/** Into the first item with the same key, or behind the last. */
function mergeItem(merged: unknown[], item: JsonObject, patchKey: string, place: Place): void {
  const key = keyOf(item, patchKey)
  const index = merged.findIndex((other) => objectOf(other)[patchKey] === key)
  if (index < 0) merged.push(cleaned(item))
  else merged[index] = mergeMap(objectOf(merged[index]), item, place)
}

/** What the patch brings anew: without nulls and directives; undefined where a directive is all that it is. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return cleanedItems(value)
  if (!isRecord(value)) return value
  if (value['$patch'] !== undefined) return undefined
  const fields = Object.entries(value).filter(([key, field]) => field !== null && !isDirective(key))
  return Object.fromEntries(
    fields.map(([key, field]) => [key, cleaned(field)]).filter(([, field]) => field !== undefined),
  )
}

const cleanedItems = (items: Items): Items => items.map(cleaned).filter((item) => item !== undefined)

const isDirective = (key: string): boolean =>
  key === retainKeys || key.startsWith(setElementOrder) || key.startsWith(deleteFromPrimitiveList)

const unfit = (message: string): Refusal => new Refusal(500, 'InternalError', message)
