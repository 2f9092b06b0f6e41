import type { KubeObject, OwnerReference, Resource } from '../../api/kube-object.ts'
import type { Api } from '../server/api.ts'
import { controllerRef } from './owner.ts'
import type { Shelf } from './shelf.ts'

export interface Claim {
  readonly api: Api
  readonly owner: KubeObject
  /** Of the owner. */
  readonly resource: Resource
  /** Where the objects are. */
  readonly shelf: Shelf
  /** Whether the owner's selector, and what else it asks for, fits. */
  readonly fits: (object: KubeObject) => boolean
}

/**
 * The objects that `owner` controls, after it has let go of those that no longer fit and has taken those that fit and
 * have no controller; an owner that is being deleted does neither.
 */
export function claim({ api, owner, resource, shelf, fits }: Claim): readonly KubeObject[] {
  const isLeaving = owner.metadata.deletionTimestamp !== undefined
  const owned = shelf.ownedBy(owner.metadata.uid)
  if (isLeaving) return owned.filter(fits)
  const take = (object: KubeObject) => {
    const owners = [...(object.metadata.ownerReferences ?? []), controllerRef(resource, owner)]
    return api.replace(shelf.resource, withOwners(object, owners)).object
  }
  const letGo = (object: KubeObject) => {
    const others = object.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? []
    api.replace(shelf.resource, withOwners(object, others))
    return []
  }
  const isFree = (object: KubeObject) => object.metadata.deletionTimestamp === undefined && fits(object)
  const kept = owned.flatMap((object) => (fits(object) ? [object] : letGo(object)))
  const taken = shelf.orphansIn(owner.metadata.namespace).filter(isFree).map(take)
  return taken.length === 0 ? kept : [...kept, ...taken]
}

/** The same object with other owners, conditional on its version. */
export const withOwners = (object: KubeObject, ownerReferences: readonly OwnerReference[]): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, ownerReferences },
})
