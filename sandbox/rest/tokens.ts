import type { Clock } from '../../api/clock.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { serviceAccount } from '../policy/rbac.ts'
import type { Api, Ids } from '../server/api.ts'
import type { Caller } from '../server/caller.ts'

/** Bearer tokens: those of the users, and those that service accounts ask for. */
export interface Tokens {
  /** Undefined for a token that is unknown or expired, or whose account is gone. */
  callerOf(token: string): Caller | undefined
  issue(account: KubeObject, seconds: number): IssuedToken
}

export interface IssuedToken {
  readonly token: string
  readonly expiresAtMs: number
}

export interface TokenParts {
  readonly api: Api
  readonly clock: Clock
  readonly ids: Ids
  /** By token. They do not expire. */
  readonly users: Readonly<Record<string, Caller>>
}

export function createTokens({ api, clock, ids, users }: TokenParts): Tokens {
  const byToken = new Map(Object.entries(users))
  const issued = new Map<string, { readonly account: KubeObject; readonly expiresAtMs: number }>()
  const dropExpired = () => {
    for (const [token, { expiresAtMs }] of issued) if (expiresAtMs <= clock.now()) issued.delete(token)
  }
  return {
    callerOf(token) {
      const user = byToken.get(token)
      if (user !== undefined) return user
      dropExpired()
      const account = issued.get(token)?.account
      return account !== undefined && isThere(api, account) ? accountAsCaller(account) : undefined
    },
    issue(account, seconds) {
      const token = `sandbox.${ids.uid()}.${ids.uid()}`
      const expiresAtMs = clock.now() + seconds * 1000
      issued.set(token, { account, expiresAtMs })
      return { token, expiresAtMs }
    },
  }
}

const accounts = { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true }

const isThere = (api: Api, { metadata }: KubeObject): boolean =>
  api.find(accounts, metadata)?.metadata.uid === metadata.uid

/** A service account as it is seen when it asks. */
function accountAsCaller({ metadata: { namespace = '', name, uid } }: KubeObject): Caller {
  return { ...serviceAccount(namespace, name), ...(uid !== undefined && { uid }) }
}
