import type { Answer, PodFacts } from '../analysis/provider.ts'
import { isRecord, numberOf, objectOf, objectsOf } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { podResource } from '../api/names.ts'
import { KubeError } from '../kube/errors.ts'
import type { KubeClient } from '../kube/types.ts'
import { isReadyPod, isTerminatingPod } from './pod-state.ts'

/** What the cluster knows of the pods that a label selector finds. Never rejects, but for the signal. */
export async function listPods(
  client: Pick<KubeClient, 'list'>,
  namespace: string,
  labelSelector: string,
  signal: AbortSignal,
): Promise<Answer> {
  // an empty selector would find the pods of everybody
  if (labelSelector === '') return { kind: 'pods', canary: [] }
  try {
    const { items } = await client.list(podResource, { namespace, labelSelector }, signal)
    return { kind: 'pods', canary: items.map(factsOf) }
  } catch (error) {
    signal.throwIfAborted()
    const isDenied = error instanceof KubeError && error.fault === 'denied'
    return {
      kind: 'none',
      why: isDenied ? 'the controller may not list pods' : 'the API server does not list the pods',
    }
  }
}

function factsOf(pod: KubeObject): PodFacts {
  const { containerStatuses, initContainerStatuses } = objectOf(pod.status)
  const containers = [...objectsOf(initContainerStatuses), ...objectsOf(containerStatuses)]
  return {
    name: pod.metadata.name,
    ready: isReadyPod(pod),
    terminating: isTerminatingPod(pod),
    restarts: containers.reduce((sum, { restartCount }) => sum + (numberOf(restartCount) ?? 0), 0),
    oomKilled: containers.some(({ state, lastState }) => [state, lastState].some(isOomKilled)),
  }
}

function isOomKilled(state: unknown): boolean {
  const terminated = isRecord(state) ? objectOf(state['terminated']) : {}
  return terminated['reason'] === 'OOMKilled'
}
