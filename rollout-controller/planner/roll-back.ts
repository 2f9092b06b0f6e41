import type { Action } from '../plan.ts'
import { bypassChanges } from './bypass.ts'
import { liftHold } from './lift.ts'
import { retire, stopSlip } from './retire.ts'
import { go, noRelease, stay, type Turn, type View } from './turn.ts'
import { isBypassed, isRejected, stableRevision } from './view.ts'

/** RollingBack: all traffic to the workload, the drain, then the copy goes. What the workload holds then says what follows. */
export function rollBack(view: View): Turn {
  const busy = retire(view)
  if (busy) return { ...busy, actions: [...busy.actions, ...stopSlip(view), ...keepRejected(view)] }
  const { workload } = view
  if (!workload || workload.uid !== view.status.stable?.workloadUid) return over(view)
  if (isBypassed(view)) return go(view, 'bypass-after-rollback', bypassChanges(view))
  if (workload.revision === stableRevision(view)) {
    return workload.held ? liftHold(view, workload) : go(view, 'returned', { ...noRelease, phase: 'Healthy' })
  }
  if (isRejected(view, workload.revision)) return turnedDown(view)
  return over(view)
}

function over(view: View): Turn {
  return go(view, 'starts-over', { ...noRelease, phase: 'Pending' })
}

function turnedDown(view: View): Turn {
  const keep = keepRejected(view)
  if (keep.length > 0) return stay(view, { actions: keep })
  const revision = view.workload?.revision
  const note = `revision ${revision} was turned down (${view.status.rejected?.message}); the stable version has all traffic`
  return go(view, 'rolled-back', { ...noRelease, phase: 'RolledBack' }, { type: 'Warning', reason: 'RolledBack', note })
}

/** The rejected template is kept as an object, so that it is known again however the server returns it later. */
export function keepRejected(view: View): readonly Action[] {
  const rejected = view.status.rejected?.revision
  if (rejected === undefined || view.workload?.revision !== rejected || view.templates.rejected === rejected) return []
  return [{ kind: 'storeTemplate', role: 'rejected', revision: rejected }]
}
