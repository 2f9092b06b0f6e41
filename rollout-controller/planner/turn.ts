import type { RolloutStatus, Waiting } from '../../api/status.ts'
import type { Action, PlannedEvent } from '../plan.ts'
import type { Problem, Snapshot } from '../snapshot.ts'
import type { TransitionName } from './transitions.ts'

/** The snapshot with the status as decided so far in this plan. */
export interface View extends Snapshot {
  readonly status: RolloutStatus
}

/** What one state says to one view: go to another state, or stay and do this. */
export type Turn = Go | Stay

export interface Go {
  readonly kind: 'go'
  readonly transition: TransitionName
  readonly status: RolloutStatus
  readonly event?: PlannedEvent
}

export interface Stay {
  readonly kind: 'stay'
  readonly status: RolloutStatus
  readonly actions: readonly Action[]
  readonly waiting?: Waiting
  /** The actions end this wait at once: it is not worth a write of its own unless something else is recorded anyway. */
  readonly transient?: boolean
  /** Epoch milliseconds at which time alone changes the answer. */
  readonly wakeAt?: number
  readonly event?: PlannedEvent
}

type Changes = { readonly [K in keyof RolloutStatus]?: RolloutStatus[K] | undefined }

/** `status` with the changes in; a key that is given as undefined is gone. */
export function withStatus(status: RolloutStatus, changes: Changes): RolloutStatus {
  const merged = Object.entries({ ...status, ...changes }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(merged) as unknown as RolloutStatus
}

export function go(view: View, transition: TransitionName, changes: Changes, event?: PlannedEvent): Go {
  const status = withStatus(view.status, changes)
  return event ? { kind: 'go', transition, status, event } : { kind: 'go', transition, status }
}

export interface Staying {
  readonly actions?: readonly Action[]
  readonly changes?: Changes
  readonly waiting?: Waiting | undefined
  readonly transient?: boolean
  readonly wakeAt?: number | undefined
  readonly event?: PlannedEvent | undefined
}

export function stay(view: View, what: Staying = {}): Stay {
  return {
    kind: 'stay',
    status: what.changes ? withStatus(view.status, what.changes) : view.status,
    actions: what.actions ?? [],
    ...(what.waiting && { waiting: what.waiting }),
    ...(what.transient && { transient: true }),
    ...(what.wakeAt !== undefined && { wakeAt: what.wakeAt }),
    ...(what.event && { event: what.event }),
  }
}

/** A problem as a wait: it ends when the problem is mended. */
export function waitFor(problem: Problem): Waiting {
  return { reason: problem.reason, message: problem.message, next: problem.next }
}

/** RFC 3339 of epoch milliseconds. */
export function stamp(ms: number): string {
  return new Date(ms).toISOString()
}

/** What a release leaves behind in the status when it is over: nothing. */
export const noRelease: Changes = {
  release: undefined,
  ending: undefined,
  drainSince: undefined,
  wanted: undefined,
}
