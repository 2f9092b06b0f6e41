import { type JsonObject, numberOf, objectOf, objectsOf, type StringMap, sameJson, stringsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { timeText } from '../server/context.ts'
import { Refusal } from '../server/refusal.ts'
import { claim } from './claim.ts'
import { concerned } from './concerned.ts'
import type { ControllerContext, Running } from './context.ts'
import { createLoop } from './loop.ts'
import { podOf } from './new-pod.ts'
import { controllerOf, controllerRef } from './owner.ts'
import { isActive, isAvailable, isLeaving, isOver, isReady, nextAvailableMs } from './pod-state.ts'
import { podsToDelete } from './pods-to-delete.ts'
import * as served from './resources.ts'
import { labelSelector } from './selector.ts'
import { keyOf } from './shelf.ts'

/** Keeps as many pods as `spec.replicas` says, and says in the status what there is. */
export function runReplicaSets(context: ControllerContext): Running {
  const { replicaSets, pods } = context.shelves
  const loop = createLoop({ ...context, reconcile: (key) => reconcile(context, replicaSets.get(key)) })
  replicaSets.listen(({ object }) => loop.add(keyOf(object.metadata)))
  pods.listen((change) => concerned(replicaSets, change).forEach(loop.add))
  return loop
}

function reconcile(context: ControllerContext, set: KubeObject | undefined): number | undefined {
  if (set === undefined) return undefined
  const before = claimed(context, set)
  const missing = isLeaving(set) ? 0 : replicasOf(set) - before.filter(isActive).length
  const refusal = missing === 0 ? undefined : scale(context, set, before.filter(isActive), missing)
  const pods = missing === 0 ? before : claimed(context, set)
  const nowMs = context.clock.now()
  const status = statusOf(set, pods, refusal, nowMs)
  if (!sameJson(status, set['status'])) {
    context.api.replace(served.replicaSets, { ...set, status }, { subresource: 'status' })
  }
  if (refusal !== undefined) throw refusal
  return nextAvailableMs(pods.filter(isActive), minReadyOf(set), nowMs)
}

/** Pods that have ended or are about to stay whose they are, whatever their labels. */
function claimed({ api, shelves }: ControllerContext, owner: KubeObject): readonly KubeObject[] {
  const matches = labelSelector(objectOf(owner['spec'])['selector'])
  const fits = (pod: KubeObject) => (isActive(pod) ? matches(pod.metadata.labels) : controllerOf(pod) !== undefined)
  return claim({ api, owner, resource: served.replicaSets, shelf: shelves.pods, fits })
}

/** Creates what is missing, or deletes what is too much; gives back why the server refused, if it did. */
function scale(context: ControllerContext, set: KubeObject, pods: readonly KubeObject[], missing: number) {
  const { api, ids } = context
  const excess = missing < 0 ? podsToDelete(pods, -missing) : []
  try {
    for (let made = 0; made < missing; made += 1) api.create(served.pods, newPod(set, ids.suffix()))
    for (const { metadata } of excess) api.delete(served.pods, metadata)
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

function newPod(set: KubeObject, suffix: string): KubeObject {
  const { name, namespace } = set.metadata
  const generateName = `${name}-`
  const meta = { name: `${generateName.slice(0, 58)}${suffix}`, generateName, ...(namespace && { namespace }) }
  return podOf(objectOf(set['spec'])['template'], controllerRef(served.replicaSets, set), meta)
}

const replicasOf = (set: KubeObject): number => numberOf(objectOf(set['spec'])['replicas']) ?? 1
const minReadyOf = (set: KubeObject): number => numberOf(objectOf(set['spec'])['minReadySeconds']) ?? 0

function statusOf(set: KubeObject, pods: readonly KubeObject[], refusal: Refusal | undefined, nowMs: number) {
  const active = pods.filter(isActive)
  const ready = active.filter(isReady)
  const template = objectOf(objectOf(objectOf(set['spec'])['template'])['metadata'])
  const labels = Object.entries(stringsOf(template['labels']))
  const counts = {
    fullyLabeledReplicas: active.filter(({ metadata }) => carries(metadata.labels, labels)).length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isAvailable(pod, minReadyOf(set), nowMs)).length,
    observedGeneration: set.metadata.generation ?? 0,
  }
  const conditions = conditionsOf(set, active.length, refusal, nowMs)
  return {
    replicas: active.length,
    ...nonZero(counts),
    terminatingReplicas: pods.filter((pod) => isLeaving(pod) && !isOver(pod)).length,
    ...(conditions.length === 0 ? {} : { conditions }),
  }
}

const carries = (labels: StringMap = {}, wanted: readonly (readonly [string, string])[]): boolean =>
  wanted.every(([key, value]) => labels[key] === value)

/** As Go writes numbers of a status: 0 is left out. */
export const nonZero = (counts: Readonly<Record<string, number>>): JsonObject =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0))

/** ReplicaFailure while the server refuses; the first refusal stands. */
function conditionsOf(set: KubeObject, active: number, refusal: Refusal | undefined, nowMs: number) {
  const before = objectsOf(objectOf(set['status'])['conditions'])
  const others = before.filter(({ type }) => type !== 'ReplicaFailure')
  if (refusal === undefined) return others
  if (others.length < before.length) return before
  const reason = active < replicasOf(set) ? 'FailedCreate' : 'FailedDelete'
  const failure = { type: 'ReplicaFailure', status: 'True', lastTransitionTime: timeText(nowMs), reason }
  return [...others, { ...failure, message: refusal.message }]
}
