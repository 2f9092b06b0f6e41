import { finalizer } from '../../api/names.ts'
import type { Waiting } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import { templateRoles } from '../snapshot.ts'
import { retire } from './retire.ts'
import { stay, type Turn, type View } from './turn.ts'
import { workloadName } from './view.ts'

/** Terminating: routes and copy go, the workload gets its stable template and is the user's own again, then we let go. */
export function terminate(view: View): Turn {
  const busy = retire(view)
  if (busy) return busy
  const { workload, rollout } = view
  const ours = workload?.claimedBy === rollout.meta.name
  if (ours)
    return stay(view, {
      actions: [handBack(view, workload.revision, workload.resourceVersion)],
      waiting: handingBack(view),
    })
  return stay(view, { actions: leave(view), waiting: handingBack(view), transient: true })
}

/** The stable template first, which the policy holds; then, in a write of its own, pause, annotation and label come off. */
function handBack(view: View, revision: string, at: string): Action {
  const { stable } = view.templates
  if (view.status.stable && stable !== undefined && stable !== revision)
    return { kind: 'restoreTemplate', role: 'stable', at }
  return { kind: 'unclaim', at }
}

function leave(view: View): readonly Action[] {
  if (!view.rollout.meta.finalizers?.includes(finalizer)) return []
  const roles = templateRoles.filter((role) => view.templates[role] !== undefined)
  return [
    ...roles.map((role): Action => ({ kind: 'dropTemplate', role })),
    { kind: 'deleteDecisions' },
    { kind: 'removeFinalizer' },
  ]
}

function handingBack(view: View): Waiting {
  return {
    reason: 'HandingBack',
    message: `gives ${workloadName(view)} back with its stable template, not paused, without our keys`,
    next: 'goes on by itself',
  }
}
