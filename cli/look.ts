import type { RolloutSpec, Step } from '../api/rollout.ts'
import type { RolloutStatus } from '../api/status.ts'

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
  readonly asked: number
  /** Absent: there is no object of ours. */
  readonly says?: number
  readonly object?: string
}

export type StepMark = 'done' | 'current' | 'open'

/** Where a step stands: from the release under way, or none. */
export function markOf(status: RolloutStatus | undefined, step: number): StepMark {
  const release = status?.release
  if (release === undefined) return 'open'
  if (release.stage !== undefined || step < release.step) return 'done'
  return step === release.step ? 'current' : 'open'
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
