import { isRecord, type JsonObject, objectOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'

export const phaseOf = (pod: KubeObject): string | undefined => textOf(objectOf(pod['status'])['phase'])

/** It has ended for good, well or badly. */
export function isOver(pod: KubeObject): boolean {
  const phase = phaseOf(pod)
  return phase === 'Succeeded' || phase === 'Failed'
}

export const isLeaving = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined

/** It counts as a replica. */
export const isActive = (pod: KubeObject): boolean => !isLeaving(pod) && !isOver(pod)

export function conditionOf(object: KubeObject, type: string): JsonObject | undefined {
  const conditions = objectOf(object['status'])['conditions']
  return Array.isArray(conditions) ? conditions.find((one) => isRecord(one) && one['type'] === type) : undefined
}

export const isReady = (pod: KubeObject): boolean => conditionOf(pod, 'Ready')?.['status'] === 'True'

/** Since when it has been ready, ms since the epoch; undefined when it is not. */
export function readySinceMs(pod: KubeObject): number | undefined {
  const condition = conditionOf(pod, 'Ready')
  return condition?.['status'] === 'True' ? Date.parse(String(condition['lastTransitionTime'])) : undefined
}

/** From when on it is available, ms since the epoch; undefined while it is not ready. */
export function availableFromMs(pod: KubeObject, minReadySeconds: number): number | undefined {
  if (minReadySeconds === 0) return isReady(pod) ? 0 : undefined
  const sinceMs = readySinceMs(pod)
  return sinceMs === undefined ? undefined : sinceMs + minReadySeconds * 1000
}

export function isAvailable(pod: KubeObject, minReadySeconds: number, nowMs: number): boolean {
  const fromMs = availableFromMs(pod, minReadySeconds)
  return fromMs !== undefined && fromMs <= nowMs
}

/** In how many ms the next pod that is ready becomes available; undefined when none does. */
export function nextAvailableMs(pods: readonly KubeObject[], minReadySeconds: number, nowMs: number) {
  if (minReadySeconds === 0) return undefined
  const waits = pods.map((pod) => (availableFromMs(pod, minReadySeconds) ?? 0) - nowMs).filter((ms) => ms > 0)
  return waits.length === 0 ? undefined : Math.min(...waits)
}
