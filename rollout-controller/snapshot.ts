import type { Measurement } from '../analysis/measurement.ts'
import type { AnalysisUse, Metric } from '../api/analysis.ts'
import type { AnalysisScope } from '../api/analysis-run.ts'
import type { Decision } from '../api/decision.ts'
import type { ObjectName, Resource } from '../api/kube-object.ts'
import type { RolloutMeta, RolloutSpec, RouteTarget } from '../api/rollout.ts'
import type { HoldProbe, RolloutStatus } from '../api/status.ts'
import type { RouteState } from '../traffic-providers/provider.ts'

/**
 * Everything a decision may look at, as plain data: `plan` is a total function of it.
 * The Rollout is a live read; the rest comes from caches, so every write made on it is conditional.
 */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly rollout: RolloutView
  /** The Deployment that `workloadRef` names; absent when there is none. */
  readonly workload?: WorkloadView
  /** The canary copy, if one of ours is there. */
  readonly copy?: CopyView
  /** One for every Service that selects the workload's pods and is named by a route. */
  readonly services: readonly ServicePair[]
  /** The routes of the spec and of the release under way. */
  readonly routes: readonly RouteView[]
  /** Everything marked with this Rollout's uid, except its PodTemplates and its copy's pods. */
  readonly owned: readonly OwnedObject[]
  /** The pod templates that we keep, each with its revision as the server returns it now. */
  readonly templates: Templates
  /** Those that are not yet settled, oldest first. */
  readonly decisions: readonly Decision[]
  /** What keeps an update from being canaried: in the spec, the routes, the names, the labels. Empty when nothing does. */
  readonly problems: readonly Problem[]
  readonly hold: HoldView
  /**
   * For how long this process itself has seen the drain of `drainSince` under way, in milliseconds. Absent where nobody
   * has watched: then the stored time says it (docs/adr/0004).
   */
  readonly drainSeenMs?: number
  /**
   * The API server was away: for so many milliseconds more, gateways may not have heard of what changed since. Absent
   * where nobody has watched (docs/adr/0006).
   */
  readonly watchLagMs?: number
  /** Of the workload's Services. Absent where nobody has looked: that is done before traffic returns to a workload that has rolled. */
  readonly endpoints?: EndpointsView
  /** The analyses that the spec names, ready to be asked: those that cannot be are `problems`. */
  readonly analyses: readonly AnalysisView[]
  /** What was measured since the last record. */
  readonly measurements: readonly Measurement[]
  /** The ids of the requests that are under way. */
  readonly measuring: readonly string[]
  /** Label selectors of either side's pods. */
  readonly podSelectors: { readonly canary: string; readonly stable: string }
  /** What the API server said when it refused the last write; absent when all went well. */
  readonly failure?: string
}

export interface RolloutView {
  readonly meta: RolloutMeta
  /** Absent when it does not parse: then `problems` says why. */
  readonly spec?: RolloutSpec
  /** What was recorded last; absent before the first record. */
  readonly status?: RolloutStatus
}

export interface WorkloadView {
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  /** Hash of the pod template as the server returns it now. */
  readonly revision: string
  readonly replicas: number
  readonly paused: boolean
  /** Our annotation is on it. */
  readonly held: boolean
  /** The value of our label on it: whose it is. */
  readonly claimedBy?: string
  /** The value of the break-glass annotation. */
  readonly bypass?: string
  /** The Deployment controller has seen the latest spec; otherwise the counts below are about an older one. */
  readonly observed: boolean
  readonly totalReplicas: number
  readonly updatedReplicas: number
  readonly availableReplicas: number
  /** The Deployment controller gave up (`ProgressDeadlineExceeded`): its message. */
  readonly failure?: string
  /** Its update strategy can leave no pod ready (`Recreate`, or maxUnavailable reaching all): why. */
  readonly canReachZero?: string
  /** Ready endpoints behind its Services: the fewest of them. */
  readonly readyEndpoints: number
}

export interface CopyView {
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly revision: string
  readonly replicas: number
  /** Pods that are available and, behind every canary Service, ready endpoints: the fewest of these counts. */
  readonly ready: number
  readonly terminating: boolean
}

/** A Service of the user's and the canary Service beside it. */
export interface ServicePair {
  readonly stable: string
  readonly canary: string
  readonly exists: boolean
}

/** Whether EndpointSlices name every pod that is ready, and none that is gone. */
export type EndpointsView =
  | { readonly kind: 'current' }
  | { readonly kind: 'behind'; readonly service: string }
  /** They could not be read; `denied`: for want of rights. */
  | { readonly kind: 'unknown'; readonly service: string; readonly denied: boolean }

export interface RouteView {
  readonly target: RouteTarget
  readonly state: RouteState
  readonly drainMs: number
}

/** One use of an analysis by the spec, its arguments and names filled in. */
export interface AnalysisView {
  /** As in `AnalysisRun`. */
  readonly id: string
  readonly scope: AnalysisScope
  /** Of the step whose gate it is, counted from 1. */
  readonly step?: number
  readonly use: AnalysisUse
  readonly metrics: readonly Metric[]
  /** Whoever wrote it administers the cluster. */
  readonly trusted: boolean
  /** Of the metrics. */
  readonly hash: string
}

export interface OwnedObject {
  readonly resource: Resource
  readonly name: ObjectName
  readonly uid: string
  readonly resourceVersion: string
  readonly role: OwnedRole
  readonly terminating: boolean
}
export type OwnedRole = 'route' | 'service' | 'copy'

export const templateRoles = ['stable', 'rejected', 'wanted'] as const
export type TemplateRole = (typeof templateRoles)[number]
export type Templates = Readonly<Partial<Record<TemplateRole, string>>>

export interface Problem {
  /** CamelCase. */
  readonly reason: string
  /** Names the object and the field, and says what is wrong. */
  readonly message: string
  /** What to do about it. */
  readonly next: string
}

export interface HoldView {
  /** The server serves MutatingAdmissionPolicy v1. */
  readonly served: boolean
  /** Fingerprint of the policies in force and of the workload: another one means "ask again". */
  readonly asked: string
  /** The answer of a dry run just made. */
  readonly probe?: HoldProbe
}
