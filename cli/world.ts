import type { KubeObject, Resource } from '../api/kube-object.ts'
import { deploymentResource, ingressResource, podResource, podTemplateResource, rolloutResource } from '../api/names.ts'
import { type Cache, createCache } from '../kube/cache.ts'
import { isFault } from '../kube/errors.ts'
import { systemClock } from '../rollout-controller/loop/clock.ts'
import type { Session } from './session.ts'

/** The objects that a status is read from, as the server sent them. */
export interface World {
  readonly rollout: KubeObject
  readonly deployments: readonly KubeObject[]
  readonly pods: readonly KubeObject[]
  readonly ingresses: readonly KubeObject[]
  readonly templates: readonly KubeObject[]
}

type Surroundings = Omit<World, 'rollout'>
const kinds: Readonly<Record<keyof Surroundings, Resource>> = {
  deployments: deploymentResource,
  pods: podResource,
  ingresses: ingressResource,
  templates: podTemplateResource,
}
const nothing: Surroundings = { deployments: [], pods: [], ingresses: [], templates: [] }

/** Reads it once. What the user may not list is left out: a status without pods is better than none. */
export async function readWorld(session: Session, name: string, signal: AbortSignal): Promise<World> {
  const { client, namespace } = session
  const rollout = await client.get(rolloutResource, { namespace, name }, signal)
  const lists = await Promise.all(
    entries().map(async ([key, kind]) => [key, await listOr(session, kind, signal)] as const),
  )
  const listed = Object.fromEntries(lists.filter(([, items]) => items !== undefined))
  return { ...nothing, ...listed, rollout }
}

const entries = () =>
  Object.entries(kinds).filter((entry): entry is [keyof Surroundings, Resource] => entry[0] in nothing)

async function listOr({ client, namespace }: Session, kind: Resource, signal: AbortSignal) {
  try {
    return (await client.listAll(kind, { namespace }, signal)).items
  } catch (error) {
    if (isFault(error, 'denied')) return undefined
    throw error
  }
}

/** Changes within this time are shown together. */
const togetherMs = 80

/** The world now, and again after every change, until the signal aborts or the Rollout is gone. */
export async function* followWorld(session: Session, name: string, signal: AbortSignal): AsyncGenerator<World> {
  const first = await readWorld(session, name, signal) // says at once what is missing or forbidden
  yield first
  const stop = new AbortController()
  const bell = createBell(AbortSignal.any([signal, stop.signal]))
  const rollouts = cacheOf(session, rolloutResource, bell.ring, `metadata.name=${name}`)
  const around = entries().map(([key, kind]) => [key, cacheOf(session, kind, bell.ring)] as const)
  const running = [rollouts, ...around.map(([, cache]) => cache)].map((cache) => cache.run(bell.until))
  try {
    await rollouts.synced
    while (await bell.heard()) {
      const rollout = rollouts.get(session.namespace, name)
      if (rollout === undefined) return
      const seen = around.filter(([, cache]) => cache.hasSynced()).map(([key, cache]) => [key, cache.list()] as const)
      yield { ...first, ...Object.fromEntries(seen), rollout }
      await systemClock.sleep(togetherMs, bell.until).catch(() => undefined)
    }
  } finally {
    stop.abort()
    await Promise.allSettled(running)
  }
}

function cacheOf(
  { client, namespace }: Session,
  resource: Resource,
  onChange: () => void,
  fieldSelector?: string,
): Cache {
  const selected = fieldSelector === undefined ? {} : { fieldSelector }
  return createCache({ client, resource, namespace, clock: systemClock, onChange, ...selected })
}

interface Bell {
  readonly until: AbortSignal
  readonly ring: () => void
  /** Resolves when it was rung since last heard; false when it is over. */
  heard(): Promise<boolean>
}

export function createBell(until: AbortSignal): Bell {
  let rung = true
  let wake: () => void = () => undefined
  until.addEventListener('abort', () => wake(), { once: true })
  return {
    until,
    ring() {
      rung = true
      wake()
    },
    async heard() {
      if (!rung && !until.aborted) await new Promise<void>((resolve) => (wake = resolve))
      rung = false
      return !until.aborted
    },
  }
}
