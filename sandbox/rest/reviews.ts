import { type JsonObject, objectOf, stringsOf } from '../../api/json.ts'
import type { Resource } from '../../api/kube-object.ts'
import { type Attributes, type Authorize, type Caller, mastersGroup } from '../server/caller.ts'

/** A kind that answers at once and stores nothing: who am I, may I. */
export interface Review {
  readonly resource: Resource
  /** The status of what is posted. */
  readonly answer: (spec: JsonObject, caller: Caller, authorize: Authorize) => JsonObject
}

export const reviews: readonly Review[] = [
  {
    resource: virtual('authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview'),
    answer: (_spec, caller) => ({ userInfo: { ...caller } }),
  },
  {
    resource: virtual('authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
    answer: (spec, caller, authorize) => accessOf(spec, caller, authorize),
  },
]

function virtual(group: string, plural: string, kind: string): Resource {
  return { group, version: 'v1', plural, kind, namespaced: false }
}

function accessOf(spec: JsonObject, caller: Caller, authorize: Authorize): JsonObject {
  const asked = spec['resourceAttributes']
  // paths that are no resources are for everybody who is known: discovery, health
  const allowed = asked === undefined ? caller.groups.includes(mastersGroup) : authorize(caller, attributesOf(asked))
  return { allowed }
}

function attributesOf(asked: unknown): Attributes {
  const { verb = '', group = '', resource = '', subresource, namespace, name } = stringsOf(objectOf(asked))
  return {
    verb,
    group,
    resource,
    ...(subresource && { subresource }),
    ...(namespace && { namespace }),
    ...(name && { name }),
  }
}
