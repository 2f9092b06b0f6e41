import type { Waiting } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import type { WorkloadView } from '../snapshot.ts'
import { liftOrWait } from './lift.ts'
import { retire, stopSlip } from './retire.ts'
import { go, noRelease, stamp, stay, type Turn, type View } from './turn.ts'
import { command, isBypassed, isDeleting, isWhole, tooFewPods, workloadName } from './view.ts'

/**
 * Restoring: the workload was rolling when the release was ended. The copy keeps the traffic that it has, the workload
 * rolls back to its stable template off the traffic, then the traffic returns; a newer template is put back last, held.
 */
export function restore(view: View): Turn {
  const { workload, status } = view
  if (!workload || workload.uid !== status.stable?.workloadUid) return restoreVoid(view)
  if (status.release?.stage === 'Returning' || status.drainSince !== undefined) return giveBack(view)
  if (view.templates.stable === undefined) return withoutTemplate(view, workload)
  if (workload.revision !== view.templates.stable) return writeBack(view, workload.revision, workload.resourceVersion)
  if (workload.paused) return liftOrWait(view, restoring(view))
  // for a Rollout that goes, as many pods as its owner wants now are enough
  const pods = isDeleting(view) ? workload.replicas : Math.max(status.release?.desired ?? 0, workload.replicas)
  if (
    !isWhole(workload) ||
    workload.availableReplicas < pods ||
    workload.readyEndpoints < Math.min(pods, workload.replicas)
  ) {
    return stay(view, { waiting: (isDeleting(view) ? undefined : tooFewPods(view)) ?? restoring(view) })
  }
  return reverted(view)
}

function restoreVoid(view: View): Turn {
  const ending = { cause: 'workload-gone', by: 'sluice', message: 'the workload is gone' } as const
  return go(view, 'restore-void', { phase: 'RollingBack', ending, drainSince: undefined, wanted: undefined })
}

/** The kept stable template is lost: it is kept again if somebody brings it back; a bypass, or deletion, is the other way out. */
function withoutTemplate(view: View, workload: WorkloadView): Turn {
  if (workload.revision === view.status.stable?.revision) {
    const store: Action = { kind: 'storeTemplate', role: 'stable', revision: workload.revision }
    return stay(view, { actions: [store], waiting: restoring(view) })
  }
  if (!isBypassed(view)) return stay(view, { waiting: stableTemplateLost(view) })
  const ending = { cause: 'bypass', by: 'bypass', message: 'bypass was asked for' } as const
  return go(view, 'restore-void', { phase: 'RollingBack', ending, drainSince: undefined, wanted: undefined })
}

function writeBack(view: View, revision: string, resourceVersion: string): Turn {
  const back: Action = { kind: 'restoreTemplate', role: 'stable', at: resourceVersion }
  if (!isWanted(view, revision)) return stay(view, { actions: [back], waiting: restoring(view) })
  const keep: Action = { kind: 'storeTemplate', role: 'wanted', revision }
  const actions = view.templates.wanted === revision ? [back] : [keep, back]
  return stay(view, { actions, changes: { wanted: revision }, waiting: restoring(view) })
}

/** A template that nobody turned down is kept, to be put back; of a Rollout that is being deleted none is. */
function isWanted(view: View, revision: string): boolean {
  const { rejected, ending, release } = view.status
  if (isDeleting(view) || revision === rejected?.revision) return false
  return ending?.cause === 'slipped' || revision !== release?.revision
}

function reverted(view: View): Turn {
  const { release } = view.status
  const since = stamp(view.now)
  if (!release) return go(view, 'reverted', { drainSince: since })
  return go(view, 'reverted', { release: { ...release, stage: 'Returning', stageStartedAt: since } })
}

function giveBack(view: View): Turn {
  const busy = retire(view)
  if (busy) return { ...busy, actions: [...busy.actions, ...stopSlip(view)] }
  const { wanted } = view.status
  const { workload } = view
  if (workload && workload.revision !== view.templates.stable) {
    return go(view, 'wanted-put-back', { ...noRelease, phase: 'Pending' })
  }
  if (workload && wanted !== undefined && !isDeleting(view) && view.templates.wanted === wanted) {
    return stay(view, {
      actions: [{ kind: 'restoreTemplate', role: 'wanted', at: workload.resourceVersion }],
      waiting: restoring(view),
    })
  }
  const note = 'the workload runs its stable version again and has all traffic'
  return go(view, 'restored', { ...noRelease, phase: 'Healthy' }, { type: 'Normal', reason: 'Restored', note })
}

function restoring(view: View): Waiting {
  const { workload, release } = { workload: view.workload, release: view.status.release }
  const where = release ? 'while the copy keeps the traffic' : 'under its own strategy'
  if (workload?.failure !== undefined) {
    return {
      reason: 'WorkloadRollFailed',
      message: `${workloadName(view)} does not get ready with its stable template; the copy keeps the traffic`,
      next: 'mend the pods: kubectl get pods shows why they are not ready; no deadline',
    }
  }
  return {
    reason: 'WorkloadRestoring',
    message: `${workloadName(view)} rolls back to its stable template ${where}`,
    next: 'goes on by itself when all its pods are available; no deadline',
  }
}

export function stableTemplateLost(view: View): Waiting {
  const { name, namespace } = view.rollout.meta
  return {
    reason: 'StableTemplateLost',
    message: `PodTemplate ${namespace}/${name}-stable, which keeps the stable template, is gone`,
    next: `bring the old template back yourself (helm rollback), or ${command(view, 'bypass')} --reason …; no deadline`,
  }
}
