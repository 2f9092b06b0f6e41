import { type JsonObject, objectsOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { timeText } from '../../server/context.ts'
import type { View } from './view.ts'

export type Condition = JsonObject

/** What is said of one type. */
export interface Saying {
  readonly type: 'Progressing' | 'Available' | 'ReplicaFailure'
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

export const conditionsOf = ({ status }: View): readonly Condition[] => objectsOf(status['conditions'])

export const find = (conditions: readonly Condition[], type: Saying['type']): Condition | undefined =>
  conditions.find((one) => one['type'] === type)

export const without = (conditions: readonly Condition[], type: Saying['type']): readonly Condition[] =>
  conditions.filter((one) => one['type'] !== type)

/**
 * The conditions with one said anew. The same status for the same reason is no news, unless `isNews`; the time of
 * transition is kept as long as the status is the same.
 */
export function say(
  conditions: readonly Condition[],
  saying: Saying,
  nowMs: number,
  isNews = false,
): readonly Condition[] {
  const before = find(conditions, saying.type)
  const sameStatus = before?.['status'] === saying.status
  if (sameStatus && before['reason'] === saying.reason && !isNews) return conditions
  const now = timeText(nowMs)
  const { type, status, reason, message } = saying
  const lastTransitionTime = sameStatus ? before['lastTransitionTime'] : now
  return [...without(conditions, type), { type, status, lastUpdateTime: now, lastTransitionTime, reason, message }]
}

/** A pause begins or ends: from then on nobody waits for progress that cannot be. */
export function sayPaused(conditions: readonly Condition[], { spec }: View, nowMs: number): readonly Condition[] {
  const reason = find(conditions, 'Progressing')?.['reason']
  if (spec.deadlineSeconds === undefined || reason === 'ProgressDeadlineExceeded') return conditions
  if (spec.isPaused === (reason === 'DeploymentPaused')) return conditions
  const [said, message] = spec.isPaused
    ? ['DeploymentPaused', 'Deployment is paused']
    : ['DeploymentResumed', 'Deployment is resumed']
  return say(conditions, { type: 'Progressing', status: 'Unknown', reason: said, message }, nowMs)
}

export const created = (set: KubeObject): Saying => ({
  type: 'Progressing',
  status: 'True',
  reason: 'NewReplicaSetCreated',
  message: `Created new replica set "${set.metadata.name}"`,
})

export const found = (set: KubeObject): Saying => ({
  type: 'Progressing',
  status: 'True',
  reason: 'FoundNewReplicaSet',
  message: `Found new replica set "${set.metadata.name}"`,
})

export const notCreated = (name: string, why: string): Saying => ({
  type: 'Progressing',
  status: 'False',
  reason: 'ReplicaSetCreateError',
  message: `Failed to create new replica set "${name}": ${why}`,
})
