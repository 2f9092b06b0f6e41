import type { Credentials } from '../analysis/http.ts'
import type { Auth } from '../api/analysis.ts'
import { type StringMap, stringsOf } from '../api/json.ts'
import { secretResource, serviceAccountName, systemNamespace } from '../api/names.ts'
import { KubeError } from '../kube/errors.ts'
import type { KubeClient } from '../kube/types.ts'

/** `unreadable`: why, and what to do about it. */
export type SecretValues =
  | { readonly kind: 'values'; readonly values: StringMap }
  | { readonly kind: 'unreadable'; readonly why: string }

export type CredentialsRead =
  | { readonly kind: 'credentials'; readonly credentials: Credentials }
  | { readonly kind: 'unreadable'; readonly why: string }

export interface SecretName {
  readonly namespace: string
  readonly name: string
}

/** Never rejects, but for the signal. */
export async function readSecret(
  client: Pick<KubeClient, 'get'>,
  name: SecretName,
  signal: AbortSignal,
): Promise<SecretValues> {
  try {
    const { data } = await client.get(secretResource, name, signal)
    const decoded = Object.entries(stringsOf(data)).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ])
    return { kind: 'values', values: Object.fromEntries(decoded) }
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'unreadable', why: whyUnreadable(error, name) }
  }
}

/** By default the controller may read no Secret at all: whoever names one must let it. */
function whyUnreadable(error: unknown, { namespace, name }: SecretName): string {
  const secret = `Secret ${namespace}/${name}`
  const fault = error instanceof KubeError ? error.fault : 'unavailable'
  if (fault === 'not-found') return `${secret} does not exist`
  if (fault !== 'denied') return `${secret} cannot be read: the API server does not answer`
  const role = `a Role in ${namespace} that allows get on secrets with resourceNames [${name}]`
  const subject = `ServiceAccount ${serviceAccountName} of ${systemNamespace}`
  return `the controller may not read ${secret}: it needs ${role}, bound to ${subject}`
}

/** What a Secret holds for this kind of authentication. A line break at its end is an accident of whoever wrote it. */
export function credentialsIn(values: StringMap, { type, secret }: Auth): CredentialsRead {
  const missing = keysOf[type].find((key) => (values[key] ?? '') === '')
  if (missing !== undefined)
    return { kind: 'unreadable', why: `Secret ${secret} has no key ${missing}, which auth of type ${type} needs` }
  const value = (key: string): string => (values[key] ?? '').replace(/\r?\n$/, '')
  const ca = values['ca.crt']
  return {
    kind: 'credentials',
    credentials: { ...ofType(type, value), ...(ca === undefined || ca === '' ? {} : { ca }) },
  }
}

const keysOf: Readonly<Record<Auth['type'], readonly string[]>> = {
  basic: ['username', 'password'],
  bearer: ['token'],
  tls: ['tls.crt', 'tls.key'],
}

function ofType(type: Auth['type'], value: (key: string) => string): Credentials {
  switch (type) {
    case 'basic':
      return { type, username: value('username'), password: value('password') }
    case 'bearer':
      return { type, token: value('token') }
    case 'tls':
      return { type, cert: value('tls.crt'), key: value('tls.key') }
    default:
      return type satisfies never
  }
}
