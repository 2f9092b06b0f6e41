import { isRecord, objectOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { isKubeObject } from '../../kube/json.ts'
import { badRequest, Refusal } from '../server/refusal.ts'
import { difference, type FieldSet, intersection, isNothing, nothing, pathsIn, union } from './field-set.ts'
import { isSame, type Manager, managersOf, recorded, textOf, withManagers, withoutManagers } from './managers.ts'
import { withoutNulls } from './merge.ts'
import { merged, pruned } from './merging.ts'
import { type Changes, changesOf, fieldsOf } from './ownership.ts'
import type { Place } from './place.ts'
import { share } from './share.ts'

/** How a kind is owned, and who writes it. */
export interface Writing {
  readonly manager: string
  readonly subresource?: string
  readonly place: Place
  /** Top-level fields that this endpoint does not write: `status`, or, on the status, all others. */
  readonly ignored?: readonly string[]
  /** RFC 3339. */
  readonly nowIso: string
}

export interface Apply extends Writing {
  /** Absent when the object is made by this. */
  readonly live: KubeObject | undefined
  readonly applied: unknown
  readonly force: boolean
}

/**
 * Server-side apply. Writes what is applied into the live object, takes away what the same manager applied before and
 * nobody owns any longer, and records the ownership in metadata.managedFields. A field that another manager owns with
 * another value is refused (409) or, by `force`, taken over; with the same value it is owned by both. Without any change
 * the answer is the live object itself. Defaults, validation and a schema's unknown fields are left to the caller. A null
 * counts as a field that is not applied.
 */
export function applyPatch(apply: Apply): KubeObject {
  const { live } = apply
  const applied = appliedObject(apply)
  const wanted = writable(apply, fieldsOf(applied, apply.place))
  const entry = { ...self(apply, applied, 'Apply'), fields: recorded(wanted) }
  if (live === undefined) return withManagers(applied, [{ ...entry, time: apply.nowIso }])
  return shared(live, applyTo(live, applied, entry, wanted, apply))
}

function appliedObject({ live, applied }: Apply): KubeObject {
  const given = withoutNulls(applied)
  if (!isRecord(given)) throw badRequest('error decoding YAML: no object')
  if (objectOf(given['metadata'])['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil')
  const isOfKind = live === undefined || (given['apiVersion'] === live.apiVersion && given['kind'] === live.kind)
  if (isKubeObject(given) && isOfKind) return given
  throw badRequest(`invalid object type: ${String(given['apiVersion'])}, Kind=${String(given['kind'])}`)
}

/** Who owned what; of an object that nobody has applied yet a manager of the server's own owns all that is there. */
function managersBefore(live: KubeObject, apply: Apply): readonly Manager[] {
  const managers = managersOf(live)
  if (managers.length > 0) return managers
  const { written } = changesTo(withoutManagers(live), undefined, apply)
  const before = self({ ...apply, manager: 'before-first-apply' }, live, 'Update')
  return [{ ...before, time: apply.nowIso, fields: recorded(written) }]
}

function applyTo(live: KubeObject, applied: KubeObject, entry: Manager, wanted: FieldSet, apply: Apply): KubeObject {
  const { place, force, nowIso } = apply
  const managers = managersBefore(live, apply)
  const before = managers.find((manager) => isSame(manager, entry))
  const others = managers.filter((manager) => manager !== before)
  const old = withoutManagers(live)
  const written = merged(old, applied, place)
  const owned = others.reduce((all, { fields }) => union(all, fields), wanted)
  const next = shared(old, before === undefined ? written : pruned(written, before.fields, owned, place))
  const changes = changesTo(next, old, apply)
  if (!force) refuseConflicts(others, changes)
  // Upstream says no time where nothing but the ownership changes.
  const time = next === old ? before?.time : nowIso
  const mine = { ...entry, ...(time === undefined ? {} : { time }) }
  return withManagers(next, [...others.map((manager) => withoutThe(changes, manager)), mine])
}

/** Nobody may write what another manager owns with another value. */
function refuseConflicts(others: readonly Manager[], { written }: Changes): void {
  const conflicts = others
    .map((manager) => ({ who: `with ${textOf(manager)}`, paths: pathsIn(intersection(manager.fields, written)) }))
    .filter(({ paths }) => paths.length > 0)
    .toSorted((one, other) => (one.who < other.who ? -1 : 1))
  const causes = conflicts.flatMap(({ who, paths }) => paths.map((field) => ({ field, message: `conflict ${who}` })))
  const [first, ...more] = causes
  if (first === undefined) return
  const list = conflicts.flatMap(({ who, paths }) => [`conflicts ${who}:`, ...paths.map((path) => `- ${path}`)])
  const said =
    more.length === 0
      ? `1 conflict: ${first.message}: ${first.field}`
      : `${causes.length} conflicts: ${list.join('\n')}`
  throw new Refusal(409, 'Conflict', `Apply failed with ${said}`, causes)
}

export interface Update extends Writing {
  readonly old: KubeObject
  readonly updated: KubeObject
}

/**
 * What a PUT or any other patch than an apply does to the ownership of `old`, which somebody has applied: the writer owns
 * what differs, by an Update entry of his own, and nobody else does. Objects that nobody has applied carry no
 * managedFields here, where a real API server records every write: there this gives `updated` as it is. To give an empty
 * list (or one empty entry) ends the ownership of all, as with a real one.
 */
export function trackUpdate(update: Update): KubeObject {
  const { old, updated } = update
  const managers = managersGiven(update)
  if (managers.length === 0) return withoutManagers(updated)
  const changes = changesTo(withoutManagers(updated), withoutManagers(old), update)
  const left = managers.map((manager) => withoutThe(changes, manager))
  const entry = self(update, updated, 'Update')
  const before = left.find((manager) => isSame(manager, entry))
  const written = recorded(changes.written)
  if (isNothing(written)) return shared(old, withManagers(updated, left))
  const mine = { ...entry, time: update.nowIso, fields: union(before?.fields ?? nothing, written) }
  return shared(old, withManagers(updated, [...left.filter((manager) => manager !== before), mine]))
}

/** A client that does not know of managedFields loses none; only a subresource cannot set them. */
function managersGiven({ old, updated, subresource }: Update): readonly Manager[] {
  const given = objectOf(updated.metadata)['managedFields']
  if (subresource !== undefined || !Array.isArray(given)) return managersOf(old)
  const isReset = given.every((entry) => isRecord(entry) && Object.keys(entry).length === 0)
  return isReset ? [] : managersOf(updated)
}

const self = ({ manager, subresource }: Writing, { apiVersion }: KubeObject, operation: Manager['operation']) => ({
  manager,
  operation,
  apiVersion,
  ...(subresource === undefined ? {} : { subresource }),
})

function changesTo(next: KubeObject, old: KubeObject | undefined, writing: Writing): Changes {
  const { written, removed } = changesOf(old, next, writing.place)
  return { written: writable(writing, written), removed: writable(writing, removed) }
}

const writable = ({ ignored = [] }: Writing, set: FieldSet): FieldSet =>
  Object.fromEntries(Object.entries(set).filter(([element]) => !ignored.includes(element.slice(2))))

const withoutThe = ({ written, removed }: Changes, manager: Manager): Manager => ({
  ...manager,
  fields: difference(manager.fields, union(written, removed)),
})

/** `next`, sharing with `live` all that is equal. */
function shared(live: KubeObject, next: unknown): KubeObject {
  const object = share(live, next)
  if (isKubeObject(object)) return object
  throw new Refusal(500, 'InternalError', `apply leaves nothing of ${live.kind} ${live.metadata.name}`)
}
