import type { Clock } from '../api/clock.ts'
import type { ObjectName, Resource } from '../api/kube-object.ts'
import {
  deploymentResource,
  ingressResource,
  ownerUidLabel,
  podTemplateResource,
  rolloutResource,
  serviceResource,
} from '../api/names.ts'
import { isFault } from '../kube/errors.ts'
import type { KubeClient } from '../kube/types.ts'
import { commonFactsOf } from './facts.ts'
import type { Caches } from './observed-caches.ts'

export interface SweepDeps {
  readonly client: Pick<KubeClient, 'get' | 'listAll' | 'delete'>
  readonly caches: Caches
  readonly clock: Clock
  /** How long the last requests take after a route is gone. */
  readonly drainMs: number
  readonly report: (message: string, object: Orphan) => void
}

/** An object of ours whose Rollout is gone: somebody took our finalizer off. */
export interface Orphan {
  readonly resource: Resource
  readonly name: ObjectName
  readonly uid: string
  readonly ownerUid: string
}

/**
 * Retires what Rollouts that are gone have left behind, in the promised order: routes, then, after a drain, Services,
 * copies, templates. That a Rollout is gone is asked of the server, not of a cache.
 */
export async function sweepOrphans(deps: SweepDeps, signal: AbortSignal): Promise<void> {
  const suspects = suspectsIn(deps.caches)
  if (suspects.length === 0) return
  const rollouts = await deps.client.listAll(rolloutResource, {}, signal)
  const alive = new Set(rollouts.items.map(({ metadata }) => metadata.uid))
  const orphans = suspects.filter(({ ownerUid }) => !alive.has(ownerUid))
  const routes = orphans.filter(({ resource }) => resource === ingressResource)
  const rest = orphans.filter(({ resource }) => resource !== ingressResource)
  await deleteAll(deps, routes, signal)
  if (routes.length > 0 && rest.length > 0) await deps.clock.sleep(deps.drainMs, signal)
  await deleteAll(deps, rest, signal)
}

/** In the order in which they go. */
function suspectsIn(caches: Caches): readonly Orphan[] {
  const alive = new Set(caches.rollouts.list().map(({ uid }) => uid))
  const all = [
    ...caches.ingresses.list().map((object) => ({ resource: ingressResource, ...commonFactsOf(object) })),
    ...caches.services.list().map((facts) => ({ resource: serviceResource, ...facts })),
    ...caches.deployments.list().map(({ namespace, name, uid, labels }) => ({
      resource: deploymentResource,
      namespace,
      name,
      uid,
      ownerUid: labels[ownerUidLabel],
    })),
    ...caches.templates.list().map((facts) => ({ resource: podTemplateResource, ...facts })),
  ]
  return all.flatMap(({ resource, namespace, name, uid, ownerUid }) =>
    ownerUid === undefined || alive.has(ownerUid) ? [] : [{ resource, name: { namespace, name }, uid, ownerUid }],
  )
}

async function deleteAll(deps: SweepDeps, orphans: readonly Orphan[], signal: AbortSignal): Promise<void> {
  for (const orphan of orphans) {
    const { resource, name, uid } = orphan
    try {
      await deps.client.delete(resource, name, { uid, propagationPolicy: 'Background' }, signal)
      deps.report('deleted an object whose Rollout is gone', orphan)
    } catch (error) {
      if (!isFault(error, 'not-found') && !isFault(error, 'conflict')) throw error
    }
  }
}
