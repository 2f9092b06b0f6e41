import type { KubeObject, Resource } from '../api/kube-object.ts'
import { isFault } from '../kube/errors.ts'
import { servesHold } from '../rollout-controller/identity.ts'
import { systemClock } from '../rollout-controller/loop/clock.ts'
import { noNews, observe } from '../rollout-controller/observe.ts'
import { type Caches, createCaches, type Listeners } from '../rollout-controller/observed-caches.ts'
import type { Snapshot } from '../rollout-controller/snapshot.ts'
import type { StrategyFacts } from '../rollout-controller/workload/deployment-facts.ts'
import { overlaid } from './overlay-client.ts'
import type { Session } from './session.ts'

/** What the controller would see if it looked at this Rollout now, and how the workload replaces its pods. */
export interface Sight {
  readonly snapshot: Snapshot
  readonly strategy?: StrategyFacts
}

/**
 * The controller's own look, by its own code, with the caller's rights. The Rollout may come from a file: then it is
 * looked at as if it had just been created. `objects` count as if they were in the cluster, too.
 */
export async function sightOf(
  session: Session,
  rollout: KubeObject,
  signal: AbortSignal,
  objects: readonly KubeObject[] = [],
): Promise<Sight> {
  const stop = new AbortController()
  try {
    const caches = await filledCaches(session, objects, AbortSignal.any([signal, stop.signal]))
    const { namespace } = session
    const { name } = rollout.metadata
    const holdServed = await servesHold(session.client, signal)
    const client = {
      get: () => Promise.resolve(asCreated(rollout, namespace, caches.rollouts.get(namespace, name)?.uid)),
    }
    const deps = { client, caches, clock: systemClock, holdServed }
    const observed = await observe(deps, { namespace, name }, noNews, signal)
    if (observed === undefined) throw new Error(`Rollout ${namespace}/${name} is gone`)
    const { snapshot } = observed
    const facts = snapshot.workload && caches.deployments.get(namespace, snapshot.workload.name)
    return { snapshot, ...(facts === undefined ? {} : { strategy: facts.strategy }) }
  } finally {
    stop.abort()
  }
}

/** One from a file whose name is there already is that one, edited: what is kept for it is its own. */
function asCreated(rollout: KubeObject, namespace: string, known = 'not-created-yet'): KubeObject {
  const { uid = known, resourceVersion = '0' } = rollout.metadata
  return { ...rollout, metadata: { ...rollout.metadata, namespace, uid, resourceVersion } }
}

const nobody = () => undefined
const listeners: Listeners = {
  rollouts: nobody,
  decisions: nobody,
  analyses: nobody,
  clusterAnalyses: nobody,
  deployments: nobody,
  services: nobody,
  endpoints: nobody,
  ingresses: nobody,
  ingressClasses: nobody,
  autoscalers: nobody,
  templates: nobody,
  policies: nobody,
  bindings: nobody,
}

/** A server that answers may fail for so long; the next failure after that ends the look. */
const patienceMs = 15_000

/**
 * All caches after their first list. What may not be listed is thrown at once, and so is a server that cannot be reached; one
 * that answers and fails for now is asked again by the cache itself, for a while.
 */
async function filledCaches(
  { client: live, namespace }: Session,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<Caches> {
  const client = overlaid(live, objects, namespace)
  return new Promise((resolve, reject) => {
    const startedMs = systemClock.monotonicMs()
    const onProblem = (_resource: Resource, error: unknown) => {
      const isPassing = isFault(error, 'unavailable') && error.status !== undefined
      if (!isPassing || systemClock.monotonicMs() - startedMs > patienceMs) reject(error)
    }
    const caches = createCaches({ client, clock: systemClock, namespace, listeners, onProblem })
    const all = Object.values(caches)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    for (const cache of all) cache.run(signal).catch(reject)
    Promise.all(all.map((cache) => cache.synced)).then(() => resolve(caches), reject)
  })
}
