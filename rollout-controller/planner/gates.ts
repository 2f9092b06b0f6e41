import { formatDuration } from '../../api/duration.ts'
import type { Gate, Step } from '../../api/rollout.ts'
import type { Waiting } from '../../api/status.ts'
import type { View } from './turn.ts'
import { stamp } from './turn.ts'
import { at, command } from './view.ts'

export type GateAnswer =
  | { readonly kind: 'pass' }
  | { readonly kind: 'wait'; readonly waiting: Waiting; readonly wakeAt?: number }
  /** An approval that did not come in time. */
  | { readonly kind: 'expired'; readonly message: string }

/** A step passes when all its gates pass; the first that does not is what it waits for. */
export function judgeGates(view: View, step: Step, openedAt: string): GateAnswer {
  const answers = step.gates.map((gate) => judgeGate(view, gate, at(openedAt)))
  const expired = answers.find((answer) => answer.kind === 'expired')
  const waits = answers.filter((answer) => answer.kind === 'wait')
  const first = expired ?? waits.find((answer) => answer.waiting.reason === 'Approval') ?? waits[0]
  if (first?.kind !== 'wait') return first ?? { kind: 'pass' }
  const wakes = waits.flatMap((answer) => answer.wakeAt ?? [])
  return wakes.length > 0 ? { ...first, wakeAt: Math.min(...wakes) } : first
}

function judgeGate(view: View, gate: Gate, openedAt: number): GateAnswer {
  switch (gate.kind) {
    case 'approval':
      return judgeApproval(view, gate.timeoutMs, openedAt)
    case 'pause':
      return judgePause(view, gate.durationMs, openedAt)
    default:
      return gate satisfies never
  }
}

function judgeApproval(view: View, timeoutMs: number | undefined, openedAt: number): GateAnswer {
  const release = view.status.release
  if (!release || release.approvedBy !== undefined) return { kind: 'pass' }
  const until = timeoutMs === undefined ? undefined : openedAt + timeoutMs
  if (until !== undefined && view.now >= until) {
    return { kind: 'expired', message: `step ${release.step} was not approved in time` }
  }
  const limit = until === undefined ? 'no deadline' : 'rolls back when the time is over'
  const waiting: Waiting = {
    reason: 'Approval',
    message: `step ${release.step} of ${release.steps} (${release.weight} %) waits for approval`,
    next: `${command(view, 'approve')} (or ${command(view, 'rollback')}); ${limit}`,
    ...(until !== undefined && { until: stamp(until) }),
  }
  return { kind: 'wait', waiting, ...(until !== undefined && { wakeAt: until }) }
}

function judgePause(view: View, durationMs: number, openedAt: number): GateAnswer {
  const until = openedAt + durationMs
  if (view.now >= until) return { kind: 'pass' }
  const release = view.status.release
  const waiting: Waiting = {
    reason: 'Pause',
    message: `step ${release?.step} of ${release?.steps} (${release?.weight} %) pauses for ${formatDuration(durationMs)}`,
    next: 'goes on by itself when the time is over',
    until: stamp(until),
  }
  return { kind: 'wait', waiting, wakeAt: until }
}
