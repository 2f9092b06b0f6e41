import type { Clock } from '../api/clock.ts'
import { objectOf, objectsOf, textOf } from '../api/json.ts'
import { serviceAccountName, serviceAccountUser, systemNamespace } from '../api/names.ts'
import { isFault, KubeError } from '../kube/errors.ts'
import type { KubeClient } from '../kube/types.ts'

/** The controller cannot run here as it is; the message is one sentence for a person, with the next step. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

type Asker = Pick<KubeClient, 'request'>

const tokenSeconds = 3600
/** A token is asked for anew when less than this is left of it. */
const renewBeforeMs = 10 * 60_000

/** What the API server calls us. */
export async function whoAmI(client: Asker, signal?: AbortSignal): Promise<string> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const answer = await client.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', body, signal)
  return textOf(objectOf(objectOf(objectOf(answer)['status'])['userInfo'])['username']) ?? ''
}

/** True when we are the controller's service account already, as in its own pod. */
export async function isServiceAccount(client: Asker, signal?: AbortSignal): Promise<boolean> {
  return (await whoAmI(client, signal)) === serviceAccountUser
}

/**
 * Tokens of the controller's service account, asked for by whoever `client` is: only that account may lift a hold.
 * Each is kept until shortly before it expires.
 */
export function serviceAccountTokens(client: Asker, clock: Clock): () => Promise<string> {
  let asked: { readonly token: Promise<string>; readonly untilMs: number } | undefined
  return () => {
    if (asked !== undefined && clock.monotonicMs() < asked.untilMs) return asked.token
    const token = requestToken(client)
    const mine = { token, untilMs: clock.monotonicMs() + tokenSeconds * 1000 - renewBeforeMs }
    asked = mine
    token.catch(() => {
      if (asked === mine) asked = undefined
    })
    return token
  }
}

async function requestToken(client: Asker): Promise<string> {
  const path = `/api/v1/namespaces/${systemNamespace}/serviceaccounts/${serviceAccountName}/token`
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: tokenSeconds },
  }
  try {
    const answer = await client.request('POST', path, body)
    const token = textOf(objectOf(objectOf(answer)['status'])['token'])
    if (token !== undefined && token !== '') return token
    throw new KubeError('unavailable', 'the API server answered a TokenRequest without a token')
  } catch (error) {
    throw explained(error)
  }
}

function explained(error: unknown): unknown {
  const account = `${systemNamespace}/${serviceAccountName}`
  if (isFault(error, 'not-found')) {
    return new StartError(`Sluice is not installed in this cluster: run "sluice install".`, { cause: error })
  }
  if (isFault(error, 'denied')) {
    const message = `The controller must act as the service account ${account}, and you may not request its token: run it in the cluster, or ask for the right to create serviceaccounts/token there.`
    return new StartError(message, { cause: error })
  }
  return error
}

/** Whether this server holds updates by policy: MutatingAdmissionPolicy v1, on from Kubernetes 1.36. */
export async function servesHold(client: Asker, signal?: AbortSignal): Promise<boolean> {
  try {
    const answer = await client.request('GET', '/apis/admissionregistration.k8s.io/v1', undefined, signal)
    return objectsOf(objectOf(answer)['resources']).some(({ name }) => name === 'mutatingadmissionpolicies')
  } catch (error) {
    if (isFault(error, 'not-found')) return false
    throw error
  }
}

/** Refuses to start where our own kinds are not served. */
export async function requireInstalled(client: Asker, signal?: AbortSignal): Promise<void> {
  try {
    await client.request('GET', '/apis/sluice.dev/v1alpha1', undefined, signal)
  } catch (error) {
    if (!isFault(error, 'not-found')) throw error
    throw new StartError('Sluice is not installed in this cluster: run "sluice install".', { cause: error })
  }
}
