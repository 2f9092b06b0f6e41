import { objectOf, objectsOf, textOf } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { endpointSliceResource, podResource } from '../api/names.ts'
import { isFault } from '../kube/errors.ts'
import type { KubeClient } from '../kube/types.ts'
import { isReadyEndpoint } from './facts.ts'
import type { Caches } from './observed-caches.ts'
import { isReadyPod, isTerminatingPod } from './pod-state.ts'
import type { EndpointsView, Snapshot } from './snapshot.ts'
import { selectorQuery } from './workload/selectors.ts'

/** Whom to ask. */
export interface EndpointDeps {
  readonly client: Pick<KubeClient, 'listAll'>
  readonly caches: Caches
}

/**
 * Whether the workload's Services name the pods that are ready now, by a live read: only when traffic is about to return to
 * a workload that has rolled. Kubernetes' endpoint controller may be behind after an outage of the API server, and may even
 * give up (`Retry budget exceeded`, pkg/controller/endpointslice): a count of ready endpoints does not show that their pods
 * are gone.
 */
export async function observeEndpoints(
  deps: EndpointDeps,
  { rollout, routes, services, workload }: Snapshot,
  signal: AbortSignal,
): Promise<Pick<Snapshot, 'endpoints'>> {
  const isReturning = rollout.status?.release?.stage === 'Returning' && routes.some(({ state }) => state.canary > 0)
  if (!isReturning || workload === undefined) return {}
  const { namespace } = rollout.meta
  const seen = await Promise.all(services.map(({ stable }) => lookOrSay(deps, namespace, stable, signal)))
  return { endpoints: seen.find(({ kind }) => kind !== 'current') ?? { kind: 'current' } }
}

/** A look that fails must not keep anything else of the Rollout from being seen. */
async function lookOrSay(
  deps: EndpointDeps,
  namespace: string,
  service: string,
  signal: AbortSignal,
): Promise<EndpointsView> {
  try {
    return await lookAt(deps, namespace, service, signal)
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'unknown', service, denied: isFault(error, 'denied') }
  }
}

async function lookAt(
  { client, caches }: EndpointDeps,
  namespace: string,
  service: string,
  signal: AbortSignal,
): Promise<EndpointsView> {
  const selector = caches.services.get(namespace, service)?.selector
  if (selector === undefined) return { kind: 'current' }
  const slices = { namespace, labelSelector: `kubernetes.io/service-name=${service},${managedByKubernetes}` }
  const named = podsNamed(namespace, (await client.listAll(endpointSliceResource, slices, signal)).items)
  const pods = { namespace, labelSelector: selectorQuery(selector) }
  const live = (await client.listAll(podResource, pods, signal)).items.filter((pod) => !isTerminatingPod(pod))
  const uids = new Set(live.map(({ metadata }) => metadata.uid))
  const namesGone = [...named].some((uid) => !uids.has(uid))
  const missesReady = live.some((pod) => isReadyPod(pod) && !named.has(pod.metadata.uid ?? ''))
  return namesGone || missesReady ? { kind: 'behind', service } : { kind: 'current' }
}

/** Slices that others write beside Kubernetes' own are theirs to keep true. */
const managedByKubernetes = 'endpointslice.kubernetes.io/managed-by=endpointslice-controller.k8s.io'

/** By uid: a StatefulSet's next pod has the name of the last. */
function podsNamed(namespace: string, slices: readonly KubeObject[]): ReadonlySet<string> {
  const ready = slices.flatMap((slice) => objectsOf(slice['endpoints']).filter(isReadyEndpoint))
  const refs = ready.map(({ targetRef }) => objectOf(targetRef))
  const pods = refs.filter((ref) => ref['kind'] === 'Pod' && (ref['namespace'] ?? namespace) === namespace)
  return new Set(pods.flatMap(({ uid }) => textOf(uid) ?? []))
}
