import { type JsonObject, numberOf, objectOf, objectsOf } from '../../../api/json.ts'
import { nonZero } from '../replica-set.ts'
import { type Condition, find, type Saying, say, without } from './conditions.ts'
import { all, sum, type View } from './view.ts'

interface Counts {
  readonly replicas: number
  readonly updated: number
  readonly ready: number
  readonly available: number
}

/** The status of a Deployment whose conditions so far are `conditions`. `isRolling`: progress is judged. */
export function statusOf(view: View, conditions: readonly Condition[], isRolling: boolean, nowMs: number): JsonObject {
  const counts = countsOf(view)
  const withAvailable = say(conditions, availability(view, counts), nowMs)
  const judged = isRolling ? sayFailure(sayProgress(view, counts, withAvailable, nowMs), view) : withAvailable
  const { collisionCount } = view.status
  return {
    ...nonZero({
      observedGeneration: view.deployment.metadata.generation ?? 0,
      replicas: counts.replicas,
      updatedReplicas: counts.updated,
      readyReplicas: counts.ready,
      availableReplicas: counts.available,
      unavailableReplicas: Math.max(0, sum(all(view), 'replicas') - counts.available),
    }),
    terminatingReplicas: sum(all(view), 'terminating'),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(judged.length === 0 ? {} : { conditions: judged }),
  }
}

/** The roll is over: every pod is new and available. As the status says that was written last. */
export function isComplete({ spec, status, deployment }: View): boolean {
  const done = [status['updatedReplicas'], status['replicas'], status['availableReplicas']]
  const observed = numberOf(status['observedGeneration']) ?? 0
  return done.every((count) => (count ?? 0) === spec.replicas) && observed >= (deployment.metadata.generation ?? 0)
}

/** In how many ms the deadline for progress may have passed; undefined when there is nothing to wait for. */
export function deadlineMs(view: View, conditions: readonly Condition[], nowMs: number): number | undefined {
  const progressing = find(conditions, 'Progressing')
  const { deadlineSeconds } = view.spec
  if (deadlineSeconds === undefined || progressing === undefined || view.spec.isPaused) return undefined
  if (isJudged(progressing) || isDone(view, countsOf(view))) return undefined
  // a second more, since what is written down has no milliseconds
  return Math.max(0, updatedMs(progressing) + deadlineSeconds * 1000 - nowMs) + 1000
}

/** The roll has come to an end, good or bad: what happens to pods afterwards is no matter of progress. */
const isJudged = ({ reason }: Condition): boolean =>
  reason === 'ProgressDeadlineExceeded' || reason === 'NewReplicaSetAvailable'

function countsOf(view: View): Counts {
  const sets = all(view)
  return {
    replicas: sum(sets, 'actual'),
    updated: view.newest?.actual ?? 0,
    ready: sum(sets, 'ready'),
    available: sum(sets, 'available'),
  }
}

function availability({ spec }: View, { available }: Counts): Saying {
  const isEnough = available >= spec.replicas - spec.maxUnavailable
  return isEnough
    ? sayAvailable('True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : sayAvailable('False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.')
}

const sayAvailable = (status: Saying['status'], reason: string, message: string): Saying => ({
  type: 'Available',
  status,
  reason,
  message,
})

function sayProgress(view: View, counts: Counts, conditions: readonly Condition[], nowMs: number) {
  if (view.spec.deadlineSeconds === undefined) return without(conditions, 'Progressing')
  const before = find(conditions, 'Progressing')
  if (counts.replicas === counts.updated && before?.['reason'] === 'NewReplicaSetAvailable') return conditions
  if (isDone(view, counts)) {
    return say(conditions, progress(view, 'True', 'NewReplicaSetAvailable', 'has successfully progressed.'), nowMs)
  }
  if (isProgress(view, counts)) {
    return say(conditions, progress(view, 'True', 'ReplicaSetUpdated', 'is progressing.'), nowMs, true)
  }
  if (isTooLate(view, before, nowMs)) {
    return say(conditions, progress(view, 'False', 'ProgressDeadlineExceeded', 'has timed out progressing.'), nowMs)
  }
  return conditions
}

function progress({ deployment, newest }: View, status: Saying['status'], reason: string, what: string): Saying {
  const who =
    newest === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newest.set.metadata.name}"`
  return { type: 'Progressing', status, reason, message: `${who} ${what}` }
}

const isDone = ({ spec }: View, { updated, replicas, available }: Counts): boolean =>
  [updated, replicas, available].every((count) => count === spec.replicas)

/** More new pods, fewer old ones, or more that are ready or available than the last status said. */
function isProgress({ status }: View, now: Counts): boolean {
  const before = (field: string) => numberOf(status[field]) ?? 0
  return (
    now.updated > before('updatedReplicas') ||
    now.replicas - now.updated < before('replicas') - before('updatedReplicas') ||
    now.ready > before('readyReplicas') ||
    now.available > before('availableReplicas')
  )
}

function isTooLate({ spec }: View, progressing: Condition | undefined, nowMs: number): boolean {
  if (progressing === undefined || progressing['reason'] === 'NewReplicaSetAvailable') return false
  return updatedMs(progressing) + (spec.deadlineSeconds ?? 0) * 1000 < nowMs
}

const updatedMs = (condition: Condition): number => Date.parse(String(condition['lastUpdateTime']))

/** A ReplicaSet that the server refuses pods: the newest one's trouble before that of others. */
function sayFailure(conditions: readonly Condition[], view: View): readonly Condition[] {
  const sets = view.newest === undefined ? view.old : [view.newest, ...view.old]
  const failures = sets.flatMap(({ set }) => objectsOf(objectOf(set['status'])['conditions']))
  const failure = failures.find((one) => one['type'] === 'ReplicaFailure')
  if (failure === undefined) return without(conditions, 'ReplicaFailure')
  const before = find(conditions, 'ReplicaFailure')
  if (before !== undefined && before['reason'] === failure['reason']) return conditions
  return [...without(conditions, 'ReplicaFailure'), { ...failure, lastUpdateTime: failure['lastTransitionTime'] }]
}
