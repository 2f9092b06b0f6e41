import type { RolloutStatus } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import { retire } from './retire.ts'
import { go, noRelease, stamp, stay, type Turn, type View } from './turn.ts'
import { command, workloadName } from './view.ts'

type Changes = typeof noRelease & Pick<RolloutStatus, 'phase'>

/** The workload goes around Sluice, on the record; its stable revision is taken anew when it comes back. */
export function bypassChanges(view: View): Changes {
  const byHand = view.workload?.bypass
  const bypass = view.status.bypass ?? { by: 'annotation', reason: byHand || 'no reason given', since: stamp(view.now) }
  return { ...noRelease, phase: 'Bypassed', bypass, stable: undefined, rejected: undefined }
}

export function beginBypass(view: View): Turn {
  const changes = bypassChanges(view)
  const note = `updates roll at once, without a canary, until somebody says hold: ${changes.bypass?.reason}`
  return go(view, 'bypass-begins', changes, { type: 'Warning', reason: 'Bypassed', note })
}

/** Bypassed: label and hold are off. Ends with `hold`, or when the annotation that began it is taken away. */
export function bypassed(view: View): Turn {
  const { workload, status } = view
  const { bypass } = status
  const ended = bypass?.endedBy !== undefined || (bypass?.by === 'annotation' && workload?.bypass === undefined)
  const letting = letGo(view)
  if (!ended || letting.length > 0) return retire(view) ?? stay(view, { actions: letting, waiting: goingAround(view) })
  if (workload?.bypass !== undefined) {
    return stay(view, { actions: [{ kind: 'clearBypass', at: workload.resourceVersion }], waiting: goingAround(view) })
  }
  const note = `updates are held again, said by ${bypass?.endedBy ?? 'taking the annotation away'}`
  return go(view, 'hold-again', { phase: 'Pending', bypass: undefined }, { type: 'Normal', reason: 'HoldAgain', note })
}

function letGo(view: View): readonly Action[] {
  const { workload } = view
  if (!workload || (workload.claimedBy !== view.rollout.meta.name && !workload.held)) return []
  return [{ kind: 'unclaim', at: workload.resourceVersion }]
}

function goingAround(view: View) {
  const { by, reason } = view.status.bypass ?? { by: '?', reason: '?' }
  return {
    reason: 'Bypassed',
    message: `${workloadName(view)} goes around Sluice, said by ${by}: ${reason}`,
    next: `${command(view, 'hold')}; no deadline`,
  }
}
