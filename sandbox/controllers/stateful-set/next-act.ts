import { numberOf, objectOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { isAvailable, isLeaving, isOver } from '../pod-state.ts'
import { ordinalOf, revisionNameOf, startOf } from './pods.ts'
import type { Revisions } from './revisions.ts'

/** What is done for one pod. */
export type Act =
  | { readonly kind: 'create'; readonly ordinal: number; readonly revision: KubeObject }
  | { readonly kind: 'delete'; readonly pod: KubeObject }

export interface StatefulView {
  readonly set: KubeObject
  readonly pods: readonly KubeObject[]
  readonly revisions: Revisions
  readonly nowMs: number
}

/** A pod that there is, or a place that one is missing from. */
interface Place {
  readonly ordinal: number
  readonly pod?: KubeObject
}

/**
 * What to do now: first every place is filled, then the pods beyond them go, from the highest ordinal down, then
 * those of another revision. One at a time, and none before all others are available, unless the set is Parallel.
 */
export function nextActs(view: StatefulView): readonly Act[] {
  const places = placesOf(view)
  const filled = new Set(places.map(({ ordinal }) => ordinal))
  const surplus = view.pods.filter((pod) => !filled.has(ordinalOf(view.set, pod) ?? 0)).toSorted(highestFirst(view.set))
  if (objectOf(view.set['spec'])['podManagementPolicy'] === 'Parallel') return parallelActs(view, places, surplus)
  const blocker = places.find((place) => !isSettled(view, place))
  if (blocker !== undefined) return fillingActs(view, blocker)
  return surplus.length > 0 ? shrinkingActs(view, surplus) : updatingActs(view, places)
}

const replicasOf = (set: KubeObject): number => numberOf(objectOf(set['spec'])['replicas']) ?? 1

function placesOf({ set, pods }: StatefulView): readonly Place[] {
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]))
  return Array.from({ length: replicasOf(set) }, (_, index) => {
    const ordinal = startOf(set) + index
    const pod = byOrdinal.get(ordinal)
    return { ordinal, ...(pod === undefined ? {} : { pod }) }
  })
}

const highestFirst = (set: KubeObject) => (a: KubeObject, b: KubeObject) =>
  (ordinalOf(set, b) ?? 0) - (ordinalOf(set, a) ?? 0)

const minReadyOf = (set: KubeObject): number => numberOf(objectOf(set['spec'])['minReadySeconds']) ?? 0

const serves = ({ set, nowMs }: StatefulView, pod: KubeObject): boolean =>
  !isLeaving(pod) && isAvailable(pod, minReadyOf(set), nowMs)

const isSettled = (view: StatefulView, { pod }: Place): boolean =>
  pod !== undefined && !isOver(pod) && serves(view, pod)

/** A missing pod is made, one that has ended is deleted first, any other is waited for. */
function fillingActs(view: StatefulView, { ordinal, pod }: Place): readonly Act[] {
  if (pod === undefined) return [{ kind: 'create', ordinal, revision: revisionFor(view, ordinal) }]
  return isOver(pod) && !isLeaving(pod) ? [{ kind: 'delete', pod }] : []
}

/** Below the partition a pod is made as it was, above it as it is to be. */
function revisionFor({ set, revisions }: StatefulView, ordinal: number): KubeObject {
  const { type, rollingUpdate } = objectOf(objectOf(set['spec'])['updateStrategy'])
  const partition = numberOf(objectOf(rollingUpdate)['partition'])
  const current = type === 'OnDelete' ? 0 : numberOf(objectOf(set['status'])['currentReplicas'])
  const isKept = ordinal < startOf(set) + (rollingUpdate === undefined ? (current ?? 0) : (partition ?? 0))
  return isKept ? revisions.current : revisions.update
}

/** The highest one goes, unless it is on its way or it is not the first that ails. */
function shrinkingActs(view: StatefulView, surplus: readonly KubeObject[]): readonly Act[] {
  const [pod] = surplus
  if (pod === undefined || isLeaving(pod)) return []
  const ailing = surplus.findLast((one) => !serves(view, one))
  return serves(view, pod) || pod === ailing ? [{ kind: 'delete', pod }] : []
}

/** From the highest ordinal down to the partition: one pod of another revision goes once all above it serve again. */
function updatingActs(view: StatefulView, places: readonly Place[]): readonly Act[] {
  const { type, rollingUpdate } = objectOf(objectOf(view.set['spec'])['updateStrategy'])
  if (type === 'OnDelete') return []
  const partition = numberOf(objectOf(rollingUpdate)['partition']) ?? 0
  for (const { pod } of places.slice(partition).toReversed()) {
    if (pod === undefined) return []
    const isOld = revisionNameOf(pod) !== view.revisions.update.metadata.name
    if (isOld && !isLeaving(pod)) return [{ kind: 'delete', pod }]
    if (!serves(view, pod)) return []
  }
  return []
}

/** All that is missing and all that is too much at once; an update still goes pod by pod. */
function parallelActs(view: StatefulView, places: readonly Place[], surplus: readonly KubeObject[]): readonly Act[] {
  const filling = places
    .filter(({ pod }) => pod === undefined || isOver(pod))
    .flatMap((place) => fillingActs(view, place))
  const leaving = surplus.filter((pod) => !isLeaving(pod)).map((pod): Act => ({ kind: 'delete', pod }))
  return [...filling, ...leaving, ...(filling.length === 0 ? updatingActs(view, places) : [])]
}
