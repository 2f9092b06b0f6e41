import { finalizer } from '../../api/names.ts'
import type { Waiting } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import { templateRoles, type WorkloadView } from '../snapshot.ts'
import { stableTemplateLost } from './restore.ts'
import { retire } from './retire.ts'
import { stay, type Turn, type View } from './turn.ts'
import { isBypassed, isWhole, stableRevision, workloadName } from './view.ts'

/** Terminating: routes and copy go, the workload gets its stable template and is the user's own again, then we let go. */
export function terminate(view: View): Turn {
  const busy = retire(view)
  if (busy) return busy
  const { workload, rollout } = view
  if (workload?.claimedBy === rollout.meta.name) return handBack(view, workload)
  if (workload?.bypass !== undefined) {
    return stay(view, { actions: [{ kind: 'clearBypass', at: workload.resourceVersion }], waiting: handingBack(view) })
  }
  return stay(view, { actions: leave(view), waiting: handingBack(view), transient: true })
}

/** The stable template first, which the policy holds; then, in a write of its own, pause, annotation and label come off. */
function handBack(view: View, workload: WorkloadView): Turn {
  const { resourceVersion: at, revision } = workload
  const waiting = handingBack(view)
  if (!view.status.stable || revision === stableRevision(view) || rolledByOthers(view, workload)) {
    return stay(view, { actions: [{ kind: 'unclaim', at }], waiting })
  }
  // lifting the hold now would roll out what nobody approved
  if (view.templates.stable === undefined) return stay(view, { waiting: stableTemplateLost(view) })
  return stay(view, { actions: [{ kind: 'restoreTemplate', role: 'stable', at }], waiting })
}

/** What somebody let through by a bypass, or what rolled out un-held, is what they have now: it is not taken back. */
function rolledByOthers(view: View, workload: WorkloadView): boolean {
  return isBypassed(view) || (!workload.paused && isWhole(workload))
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
