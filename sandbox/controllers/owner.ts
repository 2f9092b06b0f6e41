import type { KubeObject, OwnerReference, Resource } from '../../api/kube-object.ts'
import { apiVersionOf } from '../../kube/json.ts'

/** The one owner that manages an object. */
export const controllerOf = ({ metadata }: KubeObject): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)

/** What an object carries whose controller is `owner`. */
export function controllerRef(resource: Resource, { metadata }: KubeObject): OwnerReference {
  const { name, uid = '' } = metadata
  const who = { apiVersion: apiVersionOf(resource), kind: resource.kind, name, uid }
  return { ...who, controller: true, blockOwnerDeletion: true }
}
