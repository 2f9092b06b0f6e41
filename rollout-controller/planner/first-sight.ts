import type { Waiting } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import type { WorkloadView } from '../snapshot.ts'
import { pausedBySomebody } from './lift.ts'
import { go, stay, type Turn, type View, waitFor } from './turn.ts'
import { command, isWhole, workloadName } from './view.ts'

/** A workload without a claim of ours: its stable revision is recorded and kept, then our label is put on it, conditionally. */
export function firstSight(view: View, workload: WorkloadView): Turn {
  const claimProblem = view.problems.find(({ reason }) => reason === 'WorkloadClaimed' || reason === 'SpecInvalid')
  if (claimProblem) return stay(view, { waiting: waitFor(claimProblem) })
  if (!view.hold.served) return stay(view, { waiting: notServed })
  if (workload.paused && !workload.held) return stay(view, { waiting: pausedBySomebody(view) })
  if (!isWhole(workload)) return stay(view, { waiting: notYetHeld(view, workload) })
  const actions = claim(view, workload)
  const stable = { revision: workload.revision, workloadUid: workload.uid, claimed: false }
  if (actions.length > 0) return stay(view, { actions, changes: { stable }, waiting: claiming(view) })
  return go(view, 'claimed', { stable: { ...stable, claimed: true } })
}

function claim(view: View, workload: WorkloadView): readonly Action[] {
  const actions: Action[] = []
  if (view.templates.stable !== workload.revision) {
    actions.push({ kind: 'storeTemplate', role: 'stable', revision: workload.revision })
  }
  if (workload.claimedBy !== view.rollout.meta.name) actions.push({ kind: 'claim', at: workload.resourceVersion })
  return actions
}

export const notServed: Waiting = {
  reason: 'HoldNotServed',
  message: 'this API server does not serve MutatingAdmissionPolicy v1 (Kubernetes 1.36), which holds updates',
  next: 'use a cluster of Kubernetes 1.36 or later',
}

function notYetHeld(view: View, workload: WorkloadView): Waiting {
  if (workload.held) {
    return {
      reason: 'NotYetHeld',
      message: `${workloadName(view)} already holds an update and what ran before it is not on record`,
      next: `bring the running template back (helm rollback), or ${command(view, 'bypass')} --reason …; no deadline`,
    }
  }
  return {
    reason: 'NotYetHeld',
    message: `${workloadName(view)} is still rolling; it finishes first, and updates are held from then on`,
    next: 'goes on by itself when all its pods are available; no deadline',
  }
}

function claiming(view: View): Waiting {
  return { reason: 'Claiming', message: `puts ${workloadName(view)} under this Rollout`, next: 'goes on by itself' }
}
