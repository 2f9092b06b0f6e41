import type { Release, Waiting } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import type { Problem } from '../snapshot.ts'
import { beginRollBack, isForAPerson } from './end.ts'
import { followRoutes, paused } from './shift.ts'
import { stamp, stay, type Turn, type View, waitFor, withStatus } from './turn.ts'
import { at, deadlineMs } from './view.ts'

export interface PatientWait {
  readonly waiting: Waiting
  readonly actions: readonly Action[]
  readonly transient?: boolean
  /** Epoch milliseconds until which it is nobody's fault: the deadline stands still. */
  readonly blamelessUntil?: number
}

/** Waits for pods or routes until the deadline, then rolls back. Counted from `since`, or from the moment it was first seen. */
export function waitOrRollBack(view: View, wait: PatientWait, since?: string): Turn {
  const { waiting, actions } = wait
  const release = view.status.release
  if (!release) return stay(view, { actions, waiting })
  if (release.paused) return stay(view, { actions, waiting: paused(view) }) // a person's pause has no deadline
  if (wait.blamelessUntil !== undefined) return waitBlameless(view, wait, wait.blamelessUntil, since)
  const from = since ?? release.unreadySince ?? stamp(view.now)
  const until = at(from) + deadlineMs(view)
  if (view.now >= until) {
    return beginRollBack(view, { cause: 'deadline', by: 'deadline', message: `${waiting.message}, until the deadline` })
  }
  const next = `${waiting.next}; rolls back by itself at the deadline`
  return stay(view, {
    actions,
    waiting: { ...waiting, next, until: stamp(until) },
    wakeAt: until,
    ...(wait.transient && { transient: true }),
    ...(since === undefined && { changes: { release: { ...release, unreadySince: from } } }),
  })
}

/** What was waited for before does not count; a step or stage whose deadline would pass meanwhile starts anew afterwards. */
function waitBlameless(view: View, { waiting, actions }: PatientWait, wakeAt: number, since?: string): Turn {
  const { status } = ready(view)
  const { release } = status
  const starts = { [release?.stage === undefined ? 'stepStartedAt' : 'stageStartedAt']: stamp(wakeAt) }
  const passes = since !== undefined && at(since) + deadlineMs(view) <= wakeAt
  const changes = release && passes ? { changes: { release: { ...release, ...starts } } } : {}
  return stay({ ...view, status }, { actions, waiting, wakeAt, ...changes })
}

/** Something is in the way in the middle of a release: time or a person ends it. */
export function atProblem(view: View, problem: Problem): Turn {
  const waiting = waitFor(problem)
  const actions = followRoutes(view)
  if (!isForAPerson(problem)) return waitOrRollBack(view, { waiting, actions })
  return stay(view, { actions, waiting: { ...waiting, next: `${waiting.next}; no deadline` } })
}

/** The view once everything is ready again: the patience starts anew next time. */
export function ready(view: View): View {
  const release = view.status.release
  if (!release?.unreadySince) return view
  const { unreadySince: _gone, ...rest } = release
  return { ...view, status: withStatus(view.status, { release: rest satisfies Release }) }
}
