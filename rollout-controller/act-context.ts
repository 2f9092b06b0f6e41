import type { MeasureRequest } from '../analysis/measurement.ts'
import type { KubeObject, ObjectName, Resource } from '../api/kube-object.ts'
import { ownerUidLabel } from '../api/names.ts'
import type { HoldProbe } from '../api/status.ts'
import { isFault } from '../kube/errors.ts'
import type { KubeClient } from '../kube/types.ts'
import type { Caches } from './observed-caches.ts'
import type { Plan } from './plan.ts'
import type { ObservedRoute } from './routes.ts'
import type { Snapshot } from './snapshot.ts'

/** What one action may use: the look it was planned on, and the port it writes through. */
export interface ActContext {
  readonly client: KubeClient
  readonly caches: Caches
  readonly snapshot: Snapshot
  readonly plan: Plan
  readonly routes: readonly ObservedRoute[]
  /** The Rollout as it was just stored. */
  readonly rollout: KubeObject
  /** Takes the answer of our own write into the caches. */
  readonly remember: (object: KubeObject) => void
  /** Our deletes that the server has taken, as uid and resourceVersion: the caches may not have heard of them yet. */
  readonly deleted: Set<string>
  /** Takes an answer that the next snapshot is to hold. */
  readonly learn: (probe: HoldProbe) => void
  /** Begins to ask metric stores; the answers come with a later look. */
  readonly measure: (requests: readonly MeasureRequest[]) => void
  readonly signal: AbortSignal
}

/** `stale`: the plan was made on a world that is no more; nothing was written, look again. */
export type Result = 'changed' | 'unchanged' | 'stale'

/** A new object of ours. A name that is taken is looked at: ours already, or `stale`, and the next look says whose. */
export async function createOwned(context: ActContext, resource: Resource, object: KubeObject): Promise<Result> {
  const { client, remember, signal } = context
  try {
    remember(await client.create(resource, object, {}, signal))
    return 'changed'
  } catch (error) {
    if (!isFault(error, 'exists')) throw error
    const found = await getIfThere(context, resource, nameOf(object))
    if (found === undefined) return 'stale'
    remember(found)
    return isOurs(context, found) && found.metadata.deletionTimestamp === undefined ? 'unchanged' : 'stale'
  }
}

/** Deletes exactly the object that was seen, once; gone already is as good. */
export async function deleteSeen(
  { client, deleted, signal }: ActContext,
  resource: Resource,
  name: ObjectName,
  { uid, resourceVersion }: { readonly uid: string; readonly resourceVersion?: string },
): Promise<Result> {
  const version = resourceVersion === undefined ? {} : { resourceVersion }
  const seen = `${uid} ${resourceVersion ?? ''}`
  if (deleted.has(seen)) return 'unchanged' // the watch will say that it is gone, or what keeps it
  try {
    await client.delete(resource, name, { uid, ...version, propagationPolicy: 'Background' }, signal)
    deleted.add(seen)
    return 'changed'
  } catch (error) {
    if (isFault(error, 'not-found')) return 'unchanged'
    throw error
  }
}

export async function getIfThere(
  { client, signal }: Pick<ActContext, 'client' | 'signal'>,
  resource: Resource,
  name: ObjectName,
): Promise<KubeObject | undefined> {
  try {
    return await client.get(resource, name, signal)
  } catch (error) {
    if (isFault(error, 'not-found')) return undefined
    throw error
  }
}

export const isOurs = ({ snapshot }: ActContext, object: KubeObject): boolean =>
  object.metadata.labels?.[ownerUidLabel] === snapshot.rollout.meta.uid

function nameOf({ metadata: { name, namespace } }: KubeObject): ObjectName {
  return namespace === undefined ? { name } : { name, namespace }
}
