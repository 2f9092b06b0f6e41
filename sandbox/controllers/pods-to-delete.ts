import { numberOf, objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { phaseOf, readySinceMs } from './pod-state.ts'

/**
 * The `count` pods that are missed least, ranked as upstream does: unassigned, pending, not ready, ready for a short
 * time, restarted often, young. What upstream asks for besides is left out: a cost in an annotation, crowded nodes.
 */
export function podsToDelete(pods: readonly KubeObject[], count: number): readonly KubeObject[] {
  const ranked = pods.map((pod) => ({ pod, rank: rankOf(pod) }))
  return ranked
    .sort((a, b) => compare(a.rank, b.rank))
    .slice(0, count)
    .map(({ pod }) => pod)
}

/** The lower, the sooner it goes; what comes first counts most. */
function rankOf(pod: KubeObject): readonly number[] {
  const { nodeName } = objectOf(pod['spec'])
  const restarts = objectsOf(objectOf(pod['status'])['containerStatuses']).map((one) => numberOf(one['restartCount']))
  const readyMs = readySinceMs(pod)
  return [
    textOf(nodeName) === undefined ? 0 : 1,
    ['Pending', 'Unknown', 'Running'].indexOf(phaseOf(pod) ?? ''),
    readyMs === undefined ? 0 : 1,
    -(readyMs ?? 0),
    -Math.max(0, ...restarts.map((one) => one ?? 0)),
    -Date.parse(pod.metadata.creationTimestamp ?? ''),
  ]
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at])
  return (a[index] ?? 0) - (b[index] ?? 0)
}
