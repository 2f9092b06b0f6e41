import { serviceAccount } from '../policy/rbac.ts'
import type { Authorize, Caller } from '../server/caller.ts'
import { badRequest, Refusal } from '../server/refusal.ts'
import type { RestRequest } from './exchange.ts'
import { requireRight } from './rights.ts'
import type { Tokens } from './tokens.ts'

/** Who asks: the token's owner, or whom the owner acts as. 401 without a token that is good, 403 for an act not allowed. */
export function authenticate(tokens: Tokens, authorize: Authorize, headers: RestRequest['headers']): Caller {
  const [, token] = /^Bearer (\S+)$/i.exec(textsOf(headers['authorization'])[0] ?? '') ?? []
  const caller = token === undefined ? undefined : tokens.callerOf(token)
  if (caller === undefined) throw new Refusal(401, 'Unauthorized', 'Unauthorized')
  return impersonated(authorize, caller, headers)
}

function impersonated(authorize: Authorize, caller: Caller, headers: RestRequest['headers']): Caller {
  const [username] = textsOf(headers['impersonate-user'])
  const groups = textsOf(headers['impersonate-group'])
  if (username === undefined) {
    if (groups.length > 0) throw badRequest('requested groups without impersonating a user')
    return caller
  }
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? []
  const may = { verb: 'impersonate', group: '' }
  if (namespace === undefined || name === undefined) {
    requireRight(authorize, caller, { ...may, resource: 'users', name: username })
  } else requireRight(authorize, caller, { ...may, resource: 'serviceaccounts', namespace, name })
  for (const group of groups) requireRight(authorize, caller, { ...may, resource: 'groups', name: group })
  if (groups.length === 0 && namespace !== undefined && name !== undefined) return serviceAccount(namespace, name)
  return { username, groups: [...new Set([...groups, 'system:authenticated'])] }
}

const textsOf = (header: string | readonly string[] | undefined): readonly string[] =>
  header === undefined ? [] : [header].flat()
