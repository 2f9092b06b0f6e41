import type { KubeObject, Resource } from '../../api/kube-object.ts'
import { apiVersionOf } from '../../kube/json.ts'
import type { Api } from './api.ts'
import { Refusal } from './refusal.ts'

/** How an object, as it stands in a manifest, is served. Throws 404 where it is not. */
export function resourceOf(api: Pick<Api, 'kinds'>, { apiVersion, kind }: KubeObject): Resource {
  const found = api.kinds().find(({ resource }) => resource.kind === kind && apiVersionOf(resource) === apiVersion)
  if (found) return found.resource
  throw new Refusal(404, 'NotFound', `no matches for kind "${kind}" in version "${apiVersion}"`)
}
