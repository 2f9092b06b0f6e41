import type { Waiting } from '../../api/status.ts'
import type { WorkloadView } from '../snapshot.ts'
import type { View } from './turn.ts'

const defaultDeadlineMs = 600_000
const defaultDrainMs = 10_000

/** All pods are of the present template, available, and the Deployment controller says so about the latest spec. */
export function isWhole(workload: WorkloadView): boolean {
  const { observed, replicas, totalReplicas, updatedReplicas, availableReplicas } = workload
  return observed && totalReplicas === replicas && updatedReplicas === replicas && availableReplicas >= replicas
}

/** The stable revision as the server returns it now; the stored hash only when the kept template is lost. */
export function stableRevision(view: View): string | undefined {
  if (!view.status.stable) return undefined
  return view.templates.stable ?? view.status.stable.revision
}

export function isRejected(view: View, revision: string): boolean {
  const { rejected } = view.status
  return rejected !== undefined && (revision === rejected.revision || revision === view.templates.rejected)
}

/** Pods that carry the full load: follows the workload upwards, never below what it was when the release began. */
export function fullSize(view: View): number {
  return Math.max(1, view.status.release?.desired ?? 0, view.workload?.replicas ?? 0)
}

/** Ready pods of the new version that the traffic can reach. */
export function readyPods(view: View): number {
  return view.copy && !view.copy.terminating ? view.copy.ready : 0
}

export function deadlineMs(view: View): number {
  return view.rollout.spec?.progressDeadlineMs ?? defaultDeadlineMs
}

/** The slowest route decides. */
export function drainMs(view: View): number {
  return view.routes.length === 0 ? defaultDrainMs : Math.max(...view.routes.map((route) => route.drainMs))
}

/** What is left of the drain that is under way, in whole milliseconds; by this process's own eyes where it has watched. */
export function drainLeftMs(view: View): number {
  const { drainSince } = view.status
  const watched = drainSince === view.rollout.status?.drainSince ? view.drainSeenMs : undefined
  const passedMs = watched ?? (drainSince === undefined ? 0 : view.now - at(drainSince))
  return Math.ceil(drainMs(view) - passedMs)
}

/** When the drain is over by the stored time, as it is told: the same words for as long as nothing changes. */
export function drainedAt(view: View): string {
  return new Date(at(view.status.drainSince ?? new Date(view.now).toISOString()) + drainMs(view)).toISOString()
}

export function isDeleting(view: View): boolean {
  return view.rollout.meta.deletionTimestamp !== undefined
}

export function isBypassed(view: View): boolean {
  const { bypass } = view.status
  return (bypass !== undefined && bypass.endedBy === undefined) || view.workload?.bypass !== undefined
}

/** Only the first-class words that a person types, with the namespace that makes them right anywhere. */
export function command(view: View, verb: string): string {
  const { name, namespace } = view.rollout.meta
  return `sluice ${verb} ${name} -n ${namespace}`
}

export function workloadName(view: View): string {
  const name = view.workload?.name ?? view.rollout.spec?.workloadRef.name ?? '?'
  return `Deployment ${view.rollout.meta.namespace}/${name}`
}

/** Milliseconds of an RFC 3339 time that we wrote. */
export function at(time: string): number {
  return Date.parse(time)
}

/** The workload has fewer pods than it had when the release began: the traffic must not go back to so few. */
export function tooFewPods(view: View): Waiting | undefined {
  const { workload, status } = view
  const desired = status.release?.desired ?? 0
  if (!workload || workload.replicas >= desired) return undefined
  return {
    reason: 'TooFewPods',
    message: `${workloadName(view)} was scaled to fewer pods than the ${desired} it had when the release began`,
    next: `kubectl scale deployment/${workload.name} -n ${view.rollout.meta.namespace} --replicas=${desired}; no deadline`,
  }
}
