import { objectOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { controllerOf } from './owner.ts'
import { labelSelector } from './selector.ts'
import { type Change, keyOf, type Shelf } from './shelf.ts'

/** The keys of those on `owners` whom a change concerns: the controller, or where there is none all that may take it. */
export function concerned(owners: Shelf, { object, now, before }: Change): readonly string[] {
  const isOrphan = now !== undefined && controllerOf(now) === undefined
  const hasMoved = now !== undefined && before !== undefined && controllerOf(before)?.uid !== controllerOf(now)?.uid
  const former = hasMoved ? controllerKey(owners, before) : []
  return [...former, ...(isOrphan ? takers(owners, now) : controllerKey(owners, object))]
}

/** The key of the controller if it is on that shelf, under that very uid. */
export function controllerKey(owners: Shelf, object: KubeObject): readonly string[] {
  const reference = controllerOf(object)
  if (reference === undefined || reference.kind !== owners.resource.kind) return []
  const key = keyOf({ ...object.metadata, name: reference.name })
  return owners.get(key)?.metadata.uid === reference.uid ? [key] : []
}

const takers = (owners: Shelf, { metadata }: KubeObject): readonly string[] =>
  owners
    .in(metadata.namespace)
    .filter((owner) => labelSelector(objectOf(owner['spec'])['selector'])(metadata.labels))
    .map((owner) => keyOf(owner.metadata))
