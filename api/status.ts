import type { AnalysisRun } from './analysis-run.ts'
import type { Verb } from './decision.ts'
import type { RouteTarget } from './rollout.ts'

/** Every state a Rollout can be in; docs/planner.md draws them. */
export const phases = [
  'Pending',
  'Healthy',
  'Progressing',
  'Promoting',
  'RollingBack',
  'RolledBack',
  'Restoring',
  'Bypassed',
  'Terminating',
] as const
export type Phase = (typeof phases)[number]

/** While Promoting: the copy is filled to carry all, the old pods drain, the workload rolls, traffic returns to it. */
export const stages = ['Filling', 'Draining', 'Rolling', 'Returning'] as const
export type Stage = (typeof stages)[number]

/** What the controller writes: only what cannot be seen again, and what a person wants to read. Times are RFC 3339. */
export interface RolloutStatus {
  readonly observedGeneration?: number
  readonly phase: Phase
  /** One sentence: where it is. The same words for the same state. */
  readonly message: string
  /** `<step>/<steps>`, for the printer column: it cannot join two fields. */
  readonly progress?: string
  readonly waiting?: Waiting
  readonly stable?: StableRevision
  readonly release?: Release
  /** Why the release is being rolled back, restored or retired. */
  readonly ending?: Ending
  /** When the side that is to go was seen to get nothing any more: its drain counts from here. */
  readonly drainSince?: string
  /** While Restoring: the revision that arrived meanwhile and is to be put back, held, afterwards. */
  readonly wanted?: string
  /** The last revision that was turned down; it stays held until it changes or someone retries. */
  readonly rejected?: Rejected
  /** The workload goes around Sluice until somebody says `hold`; `endedBy` is who did. */
  readonly bypass?: { readonly by: string; readonly reason: string; readonly since: string; readonly endedBy?: string }
  /** How many attempts there were, ever: the next attempt's number comes from it. */
  readonly attempts: number
  /** The last decisions taken, newest last. */
  readonly decisions: readonly TakenDecision[]
  readonly conditions: readonly Condition[]
  /** The dry run's answer to "is the hold in force?" and the policies it was asked under. */
  readonly hold?: HoldProbe
}

/** What it waits for, what a person may do, and until when. */
export interface Waiting {
  /** CamelCase, for machines. */
  readonly reason: string
  /** For people. */
  readonly message: string
  /** The next action: a command to type, or what will happen by itself. */
  readonly next: string
  /** When the wait ends by itself; absent: it has no deadline. */
  readonly until?: string
}

export interface StableRevision {
  readonly revision: string
  /** The workload object it was seen on; another uid is another workload. */
  readonly workloadUid: string
  /** True once the workload was seen with our label on it. */
  readonly claimed: boolean
}

/** One attempt at releasing one revision. */
export interface Release {
  /** `<revision>-<n>` */
  readonly attempt: string
  readonly revision: string
  /** The workload's replicas when the release began; the copy is never sized for fewer. */
  readonly desired: number
  readonly startedAt: string
  /** Counted from 1. */
  readonly step: number
  readonly steps: number
  /** Hash of the current step, as shown to whoever approves it. */
  readonly stepHash: string
  /** Hash of the whole list: another list is another attempt. */
  readonly stepsHash: string
  readonly stepStartedAt: string
  /** Weight and pods that the current step asks for. */
  readonly weight: number
  readonly replicas: number
  /** When the step's split was seen in force: gates count from here. */
  readonly gatesOpenedAt?: string
  readonly approvedBy?: string
  readonly paused?: { readonly by: string; readonly since: string }
  /** For how long the step was paused by people, in milliseconds: the deadlines of its analyses stand still for it. */
  readonly pausedMs?: number
  /** When too few ready pods carried the split; a stated patience later it is rolled back. */
  readonly unreadySince?: string
  /** While Promoting. */
  readonly stage?: Stage
  readonly stageStartedAt?: string
  /** The analyses of this release: those at work, and those of steps that are over. */
  readonly analyses?: readonly AnalysisRun[]
  /** The routes that this release may have written: a rollback must not depend on a spec that was broken since. */
  readonly routes: readonly RouteTarget[]
}

/** Why a release ends without being promoted. */
export interface Ending {
  readonly cause:
    | 'rollback'
    | 'deadline'
    | 'superseded'
    | 'returned'
    | 'deleted'
    | 'bypass'
    | 'workload-gone'
    | 'slipped'
    | 'leftover'
    | 'analysis'
  readonly by: string
  readonly message: string
}

export interface Rejected {
  readonly revision: string
  readonly at: string
  readonly by: string
  readonly message: string
  /** What the analyses had measured: to defend it next morning. */
  readonly analyses?: readonly AnalysisRun[]
}

export interface TakenDecision {
  readonly uid: string
  readonly name: string
  readonly verb: Verb
  readonly by: string
  readonly at: string
  readonly step?: number
  readonly attempt?: string
  readonly reason?: string
  readonly outcome: 'Accepted' | 'Refused'
  readonly message: string
}

export interface Condition {
  readonly type: ConditionType
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime: string
  readonly observedGeneration?: number
}

/** Held: an update would be held. Accepted: the spec and what it names can work. Stalled: it needs a person. */
export const conditionTypes = ['Held', 'Accepted', 'Stalled'] as const
export type ConditionType = (typeof conditionTypes)[number]

export interface HoldProbe {
  readonly inForce: boolean
  /** Fingerprint of the policies and the workload that were asked. */
  readonly asked: string
  readonly message: string
}
