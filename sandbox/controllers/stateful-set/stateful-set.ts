import { type JsonObject, numberOf, objectOf, sameJson } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { claim } from '../claim.ts'
import { concerned } from '../concerned.ts'
import type { ControllerContext, Running } from '../context.ts'
import { createLoop } from '../loop.ts'
import { isAvailable, isLeaving, isReady, nextAvailableMs, phaseOf } from '../pod-state.ts'
import { nonZero } from '../replica-set.ts'
import * as served from '../resources.ts'
import { labelSelector } from '../selector.ts'
import { keyOf } from '../shelf.ts'
import { type Act, nextActs } from './next-act.ts'
import { newPod, ordinalOf, revisionNameOf } from './pods.ts'
import { type Revisions, reviseStatefulSet, revisionOf, truncateHistory } from './revisions.ts'

/** Keeps the pods of StatefulSets, each under its own name, and brings them to the wanted template one by one. */
export function runStatefulSets(context: ControllerContext): Running {
  const { statefulSets, pods, controllerRevisions } = context.shelves
  const loop = createLoop({ ...context, reconcile: (key) => reconcile(context, key) })
  statefulSets.listen(({ object }) => loop.add(keyOf(object.metadata)))
  pods.listen((change) => concerned(statefulSets, change).forEach(loop.add))
  controllerRevisions.listen((change) => {
    if (change.now === undefined) concerned(statefulSets, change).forEach(loop.add)
  })
  return loop
}

function reconcile(context: ControllerContext, key: string): number | undefined {
  const { api, clock, shelves } = context
  const set = shelves.statefulSets.get(key)
  if (set === undefined) return undefined
  const kept = revisionsOf(context, set)
  const revisions = reviseStatefulSet(api, set, kept)
  const nowMs = clock.now()
  const acts = isLeaving(set) ? [] : nextActs({ set, pods: podsOf(context, set), revisions, nowMs })
  for (const act of acts) perform(context, set, act)
  const pods = podsOf(context, set)
  const status = statusOf(set, pods, revisions, nowMs)
  if (!sameJson(status, set['status'])) api.replace(served.statefulSets, { ...set, status }, { subresource: 'status' })
  const live = [revisions.current.metadata.name, revisions.update.metadata.name, ...pods.map(revisionNameOf)]
  truncateHistory(api, set, kept, new Set(live))
  return nextAvailableMs(pods, minReadyOf(set), nowMs)
}

const minReadyOf = (set: KubeObject): number => numberOf(objectOf(set['spec'])['minReadySeconds']) ?? 0

/** Oldest first. */
function revisionsOf({ api, shelves }: ControllerContext, owner: KubeObject): readonly KubeObject[] {
  const fits = ({ metadata }: KubeObject) => labelSelector(objectOf(owner['spec'])['selector'])(metadata.labels)
  const own = claim({ api, owner, resource: served.statefulSets, shelf: shelves.controllerRevisions, fits })
  return own.toSorted((a, b) => revisionOf(a) - revisionOf(b))
}

function podsOf({ api, shelves }: ControllerContext, owner: KubeObject): readonly KubeObject[] {
  const matches = labelSelector(objectOf(owner['spec'])['selector'])
  const fits = (pod: KubeObject) => matches(pod.metadata.labels) && ordinalOf(owner, pod) !== undefined
  return claim({ api, owner, resource: served.statefulSets, shelf: shelves.pods, fits })
}

function perform({ api }: ControllerContext, set: KubeObject, act: Act): void {
  if (act.kind === 'delete') api.delete(served.pods, act.pod.metadata)
  else api.create(served.pods, newPod(set, act.revision, act.ordinal))
}

function statusOf(
  set: KubeObject,
  pods: readonly KubeObject[],
  { current, update }: Revisions,
  nowMs: number,
): JsonObject {
  const ready = pods.filter((pod) => phaseOf(pod) === 'Running' && isReady(pod))
  const staying = pods.filter((pod) => !isLeaving(pod))
  const of = ({ metadata }: KubeObject) => staying.filter((pod) => revisionNameOf(pod) === metadata.name).length
  const [updated, replicas] = [of(update), numberOf(objectOf(set['spec'])['replicas']) ?? 1]
  const { type } = objectOf(objectOf(set['spec'])['updateStrategy'])
  const isComplete = type !== 'OnDelete' && [updated, ready.length, pods.length].every((count) => count === replicas)
  return {
    replicas: pods.length,
    availableReplicas: ready.filter((pod) => isAvailable(pod, minReadyOf(set), nowMs)).length,
    ...nonZero({
      observedGeneration: set.metadata.generation ?? 0,
      readyReplicas: ready.length,
      currentReplicas: isComplete ? updated : of(current),
      updatedReplicas: updated,
    }),
    currentRevision: isComplete ? update.metadata.name : current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: numberOf(objectOf(set['status'])['collisionCount']) ?? 0,
  }
}
