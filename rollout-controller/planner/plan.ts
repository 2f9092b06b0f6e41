import { finalizer } from '../../api/names.ts'
import type { RolloutStatus, Waiting } from '../../api/status.ts'
import type { Action, Plan, PlannedEvent } from '../plan.ts'
import type { Snapshot } from '../snapshot.ts'
import { inconclusiveReason } from './analysis-gate.ts'
import { bypassed } from './bypass.ts'
import { conditionsOf } from './conditions.ts'
import { takeDecisions } from './decisions.ts'
import { beginRestore } from './end.ts'
import { progress } from './progress.ts'
import { isCommitted, promote } from './promote.ts'
import { rest } from './rest.ts'
import { restore } from './restore.ts'
import { rollBack } from './roll-back.ts'
import { sentence } from './sentence.ts'
import { terminate } from './terminate.ts'
import type { TransitionName } from './transitions.ts'
import { type Go, go, type Stay, type Turn, type View, withStatus } from './turn.ts'
import { isDeleting } from './view.ts'

/** More than the longest chain of states that one look can pass through. */
const mostTurns = 12

/**
 * Decides. A total function of the snapshot: no clock, no I/O, no throw.
 * Takes the decisions of people, then goes from state to state until one says "stay", and answers with what to record,
 * what to do once that is recorded, and when to look again.
 */
export function plan(snapshot: Snapshot): Plan {
  const seen: View = { ...snapshot, status: snapshot.rollout.status ?? firstStatus }
  const decided = takeDecisions(seen)
  const walk = walkStates(decided.view)
  return assemble(seen, { ...walk, taken: [...decided.turns, ...walk.taken] }, decided.actions)
}

const firstStatus: RolloutStatus = {
  phase: 'Pending',
  message: '',
  attempts: 0,
  decisions: [],
  conditions: [],
}

interface Walk {
  readonly view: View
  readonly stay: Stay
  readonly taken: readonly Go[]
}

function walkStates(start: View): Walk {
  const taken: Go[] = []
  let view = start
  for (let turns = 0; turns < mostTurns; turns += 1) {
    const turn = turnOf(view)
    if (turn.kind === 'stay') return { view: { ...view, status: turn.status }, stay: turn, taken }
    taken.push(turn)
    view = { ...view, status: turn.status }
  }
  return { view, stay: { kind: 'stay', status: view.status, actions: [] }, taken }
}

function turnOf(view: View): Turn {
  const guard = isDeleting(view) ? deletion(view) : undefined
  if (guard) return guard
  if (!isDeleting(view) && !view.rollout.meta.finalizers?.includes(finalizer)) {
    return { kind: 'stay', status: view.status, actions: [{ kind: 'addFinalizer' }] }
  }
  const { phase } = view.status
  switch (phase) {
    case 'Pending':
    case 'Healthy':
    case 'RolledBack':
      return rest(view)
    case 'Progressing':
      return progress(view)
    case 'Promoting':
      return promote(view)
    case 'RollingBack':
      return rollBack(view)
    case 'Restoring':
      return restore(view)
    case 'Bypassed':
      return bypassed(view)
    case 'Terminating':
      return terminate(view)
    default:
      return phase satisfies never
  }
}

const deleted = { cause: 'deleted', by: 'deletion', message: 'the Rollout is being deleted' } as const

/** Deletion waits for nothing but a workload that is rolling for us: that one goes back to stable first. */
function deletion(view: View): Go | undefined {
  const { phase, release } = view.status
  if (phase === 'Terminating') return undefined
  const canRestore = view.workload !== undefined && view.templates.stable !== undefined
  if (phase === 'Restoring' && canRestore) return undefined
  if (phase === 'Promoting' && release?.stage === 'Rolling' && canRestore && !isCommitted(view, release)) {
    return beginRestore(view, deleted, 'restore-begins')
  }
  return go(view, 'deletion', { phase: 'Terminating', ending: deleted, wanted: undefined, drainSince: undefined })
}

function assemble(seen: View, walk: Walk, settling: readonly Action[]): Plan {
  const { stay, taken, view } = walk
  const changed = taken.length > 0 || seen.rollout.status === undefined
  const waiting = stay.transient && !changed ? seen.status.waiting : stay.waiting
  const status = finish(view, waiting)
  return {
    status,
    actions: [...stay.actions, ...settling],
    events: [...eventsOf(taken, stay), ...asked(seen, waiting)],
    transitions: taken.map((turn): TransitionName => turn.transition),
    ...(waiting && { waiting }),
    ...(stay.wakeAt !== undefined && { wakeAfterMs: Math.max(0, stay.wakeAt - seen.now) }),
  }
}

/** A release that nobody watches says aloud that it asks somebody: once, when it begins to. */
function asked(seen: View, waiting: Waiting | undefined): readonly PlannedEvent[] {
  if (waiting?.reason !== inconclusiveReason || seen.status.waiting?.reason === inconclusiveReason) return []
  return [{ type: 'Warning', reason: waiting.reason, note: `${waiting.message}; ${waiting.next}` }]
}

function finish(view: View, waiting: Waiting | undefined): RolloutStatus {
  const generation = view.rollout.meta.generation
  const { release } = view.status
  return withStatus(view.status, {
    observedGeneration: generation,
    waiting,
    progress: release && `${release.step}/${release.steps}`,
    message: sentence(view.status, waiting),
    conditions: conditionsOf(view, waiting),
  })
}

function eventsOf(taken: readonly Go[], stay: Stay): readonly PlannedEvent[] {
  return [...taken, stay].flatMap(({ event }) => event ?? [])
}
