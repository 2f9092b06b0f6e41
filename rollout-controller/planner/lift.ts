import type { Waiting } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import type { WorkloadView } from '../snapshot.ts'
import { stay, type Turn, type View } from './turn.ts'
import { workloadName } from './view.ts'

/** Takes our hold off; a pause that somebody else set stays, and is said. */
export function liftOrWait(view: View, waiting: Waiting): Turn {
  const { workload } = view
  if (!workload?.held) return stay(view, { waiting: pausedBySomebody(view) })
  const lift: Action = { kind: 'lift', at: workload.resourceVersion }
  return stay(view, { actions: [lift], waiting })
}

/** The stable template is back: the hold comes off, which touches no pod, before anything is said to be well. */
export function liftHold(view: View, workload: WorkloadView): Turn {
  const waiting = {
    reason: 'Lifting',
    message: `${workloadName(view)} has its stable template again; its hold is taken off`,
    next: 'goes on by itself',
  }
  return stay(view, { actions: [{ kind: 'lift', at: workload.resourceVersion }], waiting, transient: true })
}

export function pausedBySomebody(view: View): Waiting {
  const { name } = view.workload ?? { name: '?' }
  return {
    reason: 'WorkloadPaused',
    message: `${workloadName(view)} was paused by somebody else (spec.paused)`,
    next: `kubectl rollout resume deployment/${name} -n ${view.rollout.meta.namespace}`,
  }
}
