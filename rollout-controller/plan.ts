import type { MeasureRequest } from '../analysis/measurement.ts'
import type { RouteTarget } from '../api/rollout.ts'
import type { RolloutStatus, Waiting } from '../api/status.ts'
import type { RouteIntent } from '../traffic-providers/provider.ts'
import type { OwnedObject, TemplateRole } from './snapshot.ts'

/** What to record, then what to do, then when to look again without having been woken. */
export interface Plan {
  readonly status: RolloutStatus
  /** In order; routes that follow each other are written side by side. Each is idempotent. */
  readonly actions: readonly Action[]
  readonly events: readonly PlannedEvent[]
  /** The transitions taken, by name (planner/transitions.ts). */
  readonly transitions: readonly string[]
  readonly waiting?: Waiting
  /** Milliseconds from the snapshot's `now`. */
  readonly wakeAfterMs?: number
}

/** `at` is the workload's resourceVersion that the plan was made on: every write of the workload is conditional on it. */
export type Action =
  | { readonly kind: 'addFinalizer' }
  | { readonly kind: 'removeFinalizer' }
  /** Our label on the workload. */
  | { readonly kind: 'claim'; readonly at: string }
  /** `spec.paused` and our annotation on the workload: for an update that got through. */
  | { readonly kind: 'hold'; readonly at: string }
  /** `spec.paused` and our annotation off. */
  | { readonly kind: 'lift'; readonly at: string }
  /** `lift`, and our label off as well: the workload is the user's own again. */
  | { readonly kind: 'unclaim'; readonly at: string }
  | { readonly kind: 'clearBypass'; readonly at: string }
  /** Keeps the workload's present template (which must be of `revision`) in the PodTemplate of that role. */
  | { readonly kind: 'storeTemplate'; readonly role: TemplateRole; readonly revision: string }
  | { readonly kind: 'dropTemplate'; readonly role: TemplateRole }
  /** Writes a kept template back into the workload, held. */
  | { readonly kind: 'restoreTemplate'; readonly role: TemplateRole; readonly at: string }
  /** The copy, made from the workload's present template, which must be of `revision`. */
  | { readonly kind: 'createCopy'; readonly revision: string; readonly replicas: number }
  | { readonly kind: 'scaleCopy'; readonly replicas: number }
  | { readonly kind: 'createService'; readonly stable: string; readonly canary: string }
  | { readonly kind: 'route'; readonly target: RouteTarget; readonly intent: RouteIntent }
  /** With uid and resourceVersion as preconditions. */
  | { readonly kind: 'delete'; readonly object: OwnedObject }
  /** The answer on the Decision's own status. */
  | {
      readonly kind: 'settle'
      readonly decision: string
      readonly outcome: 'Accepted' | 'Refused'
      readonly message: string
    }
  /** Every Decision that names this Rollout. */
  | { readonly kind: 'deleteDecisions' }
  /** Asks the server by a dry run whether an update would be held. */
  | { readonly kind: 'probeHold'; readonly asked: string }
  /** Begins to ask metric stores; the answers come with a later look. Writes nothing. */
  | { readonly kind: 'measure'; readonly requests: readonly MeasureRequest[] }

export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning'
  /** CamelCase. */
  readonly reason: string
  readonly note: string
}
