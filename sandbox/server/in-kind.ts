import type { KubeObject, ObjectMeta } from '../../api/kube-object.ts'
import { apiVersionOf } from '../../kube/json.ts'
import type { Kind } from './kind.ts'
import { badRequest } from './refusal.ts'

/** An object as it comes in a body: the path has said already what it is. */
interface Sent {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

/** What is sent must be of the kind that it is sent to; without a word about it, it is. */
export function inKind({ resource }: Kind, object: Sent): KubeObject {
  const apiVersion = apiVersionOf(resource)
  const { apiVersion: givenVersion = apiVersion, kind = resource.kind } = object
  if (givenVersion === apiVersion && kind === resource.kind) return { ...object, apiVersion, kind }
  throw badRequest(
    `${kind} in version "${givenVersion}" cannot be handled as a ${resource.kind}: the API version in the data (${givenVersion}, Kind=${kind}) does not match the expected API version (${apiVersion}, Kind=${resource.kind})`,
  )
}
