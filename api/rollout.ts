import type { AnalysisUse } from './analysis.ts'
import type { ObjectMeta } from './kube-object.ts'

/** A Rollout, parsed. `spec` is what the user asks for; see `status.ts` for what the controller answers. */
export interface RolloutSpec {
  readonly workloadRef: WorkloadRef
  readonly strategy: { readonly canary: CanaryStrategy }
  readonly traffic: readonly RouteTarget[]
  /** How long to wait for pods and routes before rolling back, in milliseconds. */
  readonly progressDeadlineMs: number
}

export interface WorkloadRef {
  readonly apiVersion: 'apps/v1'
  readonly kind: 'Deployment'
  readonly name: string
}

export interface CanaryStrategy {
  readonly steps: readonly Step[]
  /** At work from the first step's split until the workload runs the new version. */
  readonly analysis: readonly AnalysisUse[]
  /** Must pass while the copy carries everything, before the workload is updated. */
  readonly beforePromotion: readonly AnalysisUse[]
}

/** One batch: a target and the gates that must pass before the next. */
export interface Step {
  /** Share of the traffic for the new version, in percent. Absent: the share stays what it was. */
  readonly weight?: number
  /** Pods of the new version. Absent: as many as the weight needs. */
  readonly replicas?: Replicas
  readonly gates: readonly Gate[]
}

export type Replicas =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number }

export type Gate =
  /** A person. `timeoutMs`: how long to wait before rolling back; absent: for ever. */
  | { readonly kind: 'approval'; readonly timeoutMs?: number }
  /** Time, counted from the moment the step's split is in force. */
  | { readonly kind: 'pause'; readonly durationMs: number }
  /** Metrics, measured from that moment on. */
  | { readonly kind: 'analysis'; readonly use: AnalysisUse }

/** Where the traffic comes in. A further provider is a further kind. */
export interface RouteTarget {
  readonly kind: 'ingress'
  readonly name: string
  /** How long a side is kept after its weight became 0. Absent: the provider's own. */
  readonly drainMs?: number
}

export interface RolloutMeta extends ObjectMeta {
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
}
