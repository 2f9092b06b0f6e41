import type { Attributes, Authorize, Caller } from '../server/caller.ts'
import { resourceText } from '../server/naming.ts'
import { forbidden } from '../server/refusal.ts'

/** Throws 403, in the API's words, unless the caller may do that. */
export function requireRight(authorize: Authorize, caller: Caller, attributes: Attributes): void {
  if (!authorize(caller, attributes)) throw forbidden(refusalText(caller, attributes))
}

function refusalText(
  { username }: Caller,
  { verb, group, resource, subresource, namespace, name }: Attributes,
): string {
  const what = resourceText({ group, plural: resource }) + (name === undefined ? '' : ` "${name}"`)
  const which = subresource === undefined ? resource : `${resource}/${subresource}`
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  return `${what} is forbidden: User "${username}" cannot ${verb} resource "${which}" in API group "${group}" ${where}`
}
