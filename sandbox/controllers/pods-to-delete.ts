import { numberOf, objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { isActive, phaseOf, readySinceMs } from './pod-state.ts'

interface Ranked {
  readonly pod: KubeObject
  readonly isAssigned: number
  readonly phase: number
  readonly isReady: number
  /** Annotation controller.kubernetes.io/pod-deletion-cost. */
  readonly cost: number
  /** How many related pods run on its node. */
  readonly crowd: number
  readonly readyMs: number
  readonly restarts: number
  readonly createdMs: number
}

/**
 * The `count` pods that are missed least, as upstream ranks them: unassigned, pending, not ready, cheap, crowded, ready
 * for a short time, restarted often, young. `related`: the pods of all that belongs to the same Deployment.
 */
export function podsToDelete(
  pods: readonly KubeObject[],
  related: readonly KubeObject[],
  count: number,
  nowMs: number,
): readonly KubeObject[] {
  if (count >= pods.length) return pods
  const crowds = new Map<string, number>()
  for (const pod of related.filter(isActive)) crowds.set(nodeOf(pod), (crowds.get(nodeOf(pod)) ?? 0) + 1)
  return pods
    .map((pod) => rank(pod, crowds.get(nodeOf(pod)) ?? 0))
    .sort((a, b) => compare(a, b, nowMs))
    .slice(0, count)
    .map(({ pod }) => pod)
}

function rank(pod: KubeObject, crowd: number): Ranked {
  const { metadata } = pod
  const readyMs = readySinceMs(pod)
  const cost = Number(metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
  const restarts = objectsOf(objectOf(pod['status'])['containerStatuses']).map((one) => numberOf(one['restartCount']))
  return {
    pod,
    isAssigned: nodeOf(pod) === '' ? 0 : 1,
    phase: ['Pending', 'Unknown', 'Running'].indexOf(phaseOf(pod) ?? ''),
    isReady: readyMs === undefined ? 0 : 1,
    cost: Number.isInteger(cost) ? cost : 0,
    crowd,
    readyMs: readyMs ?? 0,
    restarts: Math.max(0, ...restarts.map((one) => one ?? 0)),
    createdMs: Date.parse(metadata.creationTimestamp ?? ''),
  }
}

/** Negative when `a` goes first. */
function compare(a: Ranked, b: Ranked, nowMs: number): number {
  return (
    a.isAssigned - b.isAssigned ||
    a.phase - b.phase ||
    a.isReady - b.isReady ||
    a.cost - b.cost ||
    b.crowd - a.crowd ||
    byAge(a, b, 'readyMs', nowMs) ||
    b.restarts - a.restarts ||
    byAge(a, b, 'createdMs', nowMs)
  )
}

/** Ages are compared by orders of two, and then by uid, so that it is not always the youngest. */
function byAge(a: Ranked, b: Ranked, field: 'readyMs' | 'createdMs', nowMs: number): number {
  if (a[field] === b[field]) return 0
  const byMagnitude = magnitude(nowMs - a[field]) - magnitude(nowMs - b[field])
  return byMagnitude || ((a.pod.metadata.uid ?? '') < (b.pod.metadata.uid ?? '') ? -1 : 1)
}

/** Upstream reckons in nanoseconds. */
const magnitude = (ms: number): number => (ms > 0 ? Math.trunc(Math.log2(ms * 1e6)) : -1)

const nodeOf = (pod: KubeObject): string => textOf(objectOf(pod['spec'])['nodeName']) ?? ''
