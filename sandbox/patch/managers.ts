import { type JsonObject, objectOf, objectsOf, pick, sameJson } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { decode, difference, encode, type FieldSet, isNothing, setOf } from './field-set.ts'

/** What one manager owns by one kind of writing: an entry of metadata.managedFields. */
export interface Manager {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
  readonly time?: string
  readonly fields: FieldSet
}

/** Whoever applies keeps his entry through versions. */
export const isSame = (one: Manager, other: Omit<Manager, 'fields'>): boolean =>
  one.manager === other.manager &&
  one.operation === other.operation &&
  one.subresource === other.subresource &&
  (one.operation === 'Apply' || one.apiVersion === other.apiVersion)

export const managersOf = (object: KubeObject): readonly Manager[] =>
  objectsOf(objectOf(object.metadata)['managedFields']).map(managerOf)

function managerOf(entry: JsonObject): Manager {
  const { manager, operation, apiVersion, subresource, time, fieldsV1 } = entry
  return {
    manager: typeof manager === 'string' ? manager : '',
    operation: operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
    ...(typeof subresource === 'string' && subresource !== '' ? { subresource } : {}),
    ...(typeof time === 'string' ? { time } : {}),
    fields: decode(fieldsV1),
  }
}

export function withManagers<O extends KubeObject>(object: O, managers: readonly Manager[]): O {
  const bare = withoutManagers(object)
  const owning = managers.filter(({ fields }) => !isNothing(fields))
  if (owning.length === 0) return bare
  return { ...bare, metadata: { ...bare.metadata, managedFields: owning.toSorted(inOrder).map(entryOf) } }
}

export function withoutManagers<O extends KubeObject>(object: O): O {
  if (!('managedFields' in object.metadata)) return object
  const { managedFields: _managers, ...metadata } = object.metadata
  return { ...object, metadata }
}

const entryOf = ({ fields, ...manager }: Manager): JsonObject => ({
  ...pick(manager, ['manager', 'operation', 'apiVersion', 'time']),
  fieldsType: 'FieldsV1',
  fieldsV1: encode(fields),
  ...pick(manager, ['subresource']),
})

const inOrder = (one: Manager, other: Manager): number =>
  compareText(one.operation, other.operation) ||
  compareText(one.time ?? '', other.time ?? '') ||
  compareText(one.manager, other.manager) ||
  compareText(one.apiVersion, other.apiVersion) ||
  compareText(one.subresource ?? '', other.subresource ?? '')

const compareText = (one: string, other: string): number => (one < other ? -1 : Number(one > other))

/** As the API names a manager in a conflict. */
export function textOf({ manager, operation, apiVersion, subresource }: Manager): string {
  const who =
    JSON.stringify(manager) + (subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`)
  return operation === 'Update' ? `${who} using ${apiVersion}` : who
}

/** Who wrote these is known without saying. */
const never = setOf([
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['f:metadata', `f:${name}`]),
])

/** What of `fields` is ever written down as owned. */
export const recorded = (fields: FieldSet): FieldSet => difference(fields, never)

/** `old` where only the times of managers differ: that is no change. An apply cannot know of values that defaults restore. */
export function keepTimes(old: KubeObject, next: KubeObject): KubeObject {
  const managers = managersOf(next)
  if (managers.length === 0 || !sameJson(timeless(managersOf(old)), timeless(managers))) return next
  return sameJson(withoutManagers(old), withoutManagers(next)) ? old : next
}

const timeless = (managers: readonly Manager[]) =>
  managers.map(({ time: _time, ...manager }) => manager).toSorted(inOrder)
