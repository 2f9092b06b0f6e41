import { bypassAnnotation, heldAnnotation, revisionAnnotation, rolloutLabel } from '../../api/names.ts'
import type { CopyView, WorkloadView } from '../snapshot.ts'
import type { DeploymentFacts, StrategyFacts } from './deployment-facts.ts'

/** The workload as the planner sees it; `readyEndpoints` are the ready endpoints of each of its Services. */
export function viewWorkload(facts: DeploymentFacts, readyEndpoints: readonly number[]): WorkloadView {
  const claimedBy = facts.labels[rolloutLabel]
  const bypass = facts.annotations[bypassAnnotation]
  const zero = canReachZero(facts.strategy, facts.replicas)
  return {
    name: facts.name,
    uid: facts.uid,
    resourceVersion: facts.resourceVersion,
    revision: facts.revision,
    replicas: facts.replicas,
    paused: facts.paused,
    held: facts.annotations[heldAnnotation] === 'true',
    ...(claimedBy === undefined ? {} : { claimedBy }),
    ...(bypass === undefined ? {} : { bypass }),
    observed: facts.observed,
    totalReplicas: facts.totalReplicas,
    updatedReplicas: facts.updatedReplicas,
    availableReplicas: facts.availableReplicas,
    ...(facts.failure === undefined ? {} : { failure: facts.failure }),
    ...(zero === undefined ? {} : { canReachZero: zero }),
    readyEndpoints: fewest(facts.availableReplicas, readyEndpoints),
  }
}

/** The copy as the planner sees it; `readyEndpoints` are the ready endpoints of each canary Service. */
export function viewCopy(facts: DeploymentFacts, readyEndpoints: readonly number[]): CopyView {
  return {
    name: facts.name,
    uid: facts.uid,
    resourceVersion: facts.resourceVersion,
    revision: facts.annotations[revisionAnnotation] ?? '',
    replicas: facts.replicas,
    ready: Math.min(facts.availableReplicas, fewest(facts.availableReplicas, readyEndpoints)),
    terminating: facts.terminating,
  }
}

/** Why an update of the workload itself may leave it without a ready pod; undefined when it cannot. */
export function canReachZero(strategy: StrategyFacts, replicas: number): string | undefined {
  if (strategy.type === 'Recreate') return 'spec.strategy.type is Recreate: all pods are deleted before new ones start'
  const unavailable = unavailableOf(strategy, replicas)
  if (replicas === 0 || unavailable < replicas) return undefined
  return `spec.strategy.rollingUpdate.maxUnavailable is ${strategy.maxUnavailable}: all ${replicas} pods may be unavailable at once`
}

/** As the Deployment controller resolves it: percent of unavailable down, of surge up, and never both 0. */
function unavailableOf({ maxUnavailable, maxSurge }: StrategyFacts, replicas: number): number {
  const unavailable = resolve(maxUnavailable, replicas, Math.floor)
  if (unavailable === 0 && resolve(maxSurge, replicas, Math.ceil) === 0) return 1
  return Math.min(unavailable, replicas)
}

function resolve(value: number | string, replicas: number, round: (n: number) => number): number {
  if (typeof value === 'number') return value
  const percent = /^(\d+)%$/.exec(value)?.[1]
  return percent === undefined ? 0 : round((Number(percent) * replicas) / 100)
}

const fewest = (without: number, counts: readonly number[]): number =>
  counts.length === 0 ? without : Math.min(...counts)
