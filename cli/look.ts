import type { RolloutSpec, Step } from '../api/rollout.ts'
import type { RolloutStatus } from '../api/status.ts'
import { stepOfEnd } from './analyses-at-work.ts'

/** One Rollout and what is around it, as a person wants to see it: plain data, read by the views and printed by `-o json`. */
export interface Look {
  readonly name: string
  readonly namespace: string
  readonly deleting: boolean
  /** Absent when it does not parse; then `specProblems` says why. */
  readonly spec?: RolloutSpec
  readonly specProblems: readonly string[]
  /** Absent until the controller has looked at it once. */
  readonly status?: RolloutStatus
  readonly workload?: WorkloadLook
  readonly stable?: Side
  readonly canary?: Side
  readonly routes: readonly RouteLook[]
}

export interface WorkloadLook {
  readonly name: string
  readonly held: boolean
  /** Revision of the template that it holds now. */
  readonly revision: string
  readonly images: readonly string[]
}

/** The pods of one side. */
export interface Side {
  readonly revision?: string
  /** Images of its containers; several when it is a mix. */
  readonly images: readonly string[]
  readonly ready: number
  readonly wanted: number
  readonly trouble: readonly PodTrouble[]
}

export interface PodTrouble {
  readonly pod: string
  readonly reason: string
}

/** A route: what the release asks for, and what the live object says. */
export interface RouteLook {
  readonly kind: string
  readonly name: string
  /** Absent while no share is asked for: nothing is released, or the traffic stays where it is. */
  readonly asked?: number
  /** Absent: there is no object of ours. */
  readonly says?: number
  readonly object?: string
}

export type StepMark = 'done' | 'current' | 'failed' | 'open'

/** Where a step stands: from the release under way, or none. */
export function markOf(status: RolloutStatus | undefined, step: number): StepMark {
  const release = status?.release
  if (status === undefined || release === undefined) return markOfEnd(status, step)
  if (release.stage !== undefined || step < release.step) return 'done'
  if (step > release.step) return 'open'
  return status.ending === undefined && status.phase === 'Progressing' ? 'current' : 'failed'
}

/** No release is under way: where the version that is held was turned down, if that is known. */
function markOfEnd(status: RolloutStatus | undefined, step: number): StepMark {
  const end = status === undefined ? undefined : stepOfEnd(status)
  if (end === undefined || step > end) return 'open'
  return step < end ? 'done' : 'failed'
}

/** The step that the release is at; absent when there is none, or the list of steps has changed since. */
export function currentStep(look: Look): Step | undefined {
  const release = look.status?.release
  return release === undefined ? undefined : look.spec?.strategy.canary.steps[release.step - 1]
}

/** The workload holds a template that the Rollout has not answered yet: an update that the controller is about to see. */
export function hasUnseenUpdate({ workload, status }: Look): boolean {
  if (workload === undefined || !workload.held || status === undefined) return false
  const known = [status.stable?.revision, status.release?.revision, status.rejected?.revision]
  return !known.includes(workload.revision)
}

/** The share that the canary is meant to have now; undefined when the phase does not say. */
export function askedShare(status: RolloutStatus | undefined): number | undefined {
  const release = status?.release
  if (status === undefined || release === undefined) return undefined
  if (status.phase === 'Progressing') return release.weight
  if (status.phase === 'RollingBack') return 0
  return status.phase === 'Promoting' && release.stage !== 'Filling' && release.stage !== 'Returning' ? 100 : undefined
}

/** The workload itself goes from one version to the other: its pods are neither side's. */
export function isRolling({ status }: Look): boolean {
  const stage = status?.release?.stage
  return stage === 'Rolling' || stage === 'Returning' || status?.phase === 'Restoring'
}
