import type { RolloutStatus, Waiting } from '../../api/status.ts'
import type { Approver } from './approver.ts'
import type { Ending, WhatIf } from './course.ts'
import type { Recording } from './moments.ts'
import type { SimulatedWorld } from './world.ts'

/** A release that is under way. */
export interface Playing {
  readonly world: SimulatedWorld
  readonly recording: Recording
  readonly approver: Approver
  readonly whatIf: WhatIf | undefined
  /** How long nothing has to happen for nothing to be expected any more, in milliseconds. */
  readonly patienceMs: number
}

/** How it ended; undefined while it is under way. */
export function endingOf({ world, recording, approver, patienceMs, whatIf }: Playing): Ending | undefined {
  const status = world.status()
  const last = recording.moments.at(-1)
  if (status === undefined || last === undefined) return undefined
  const over = overOf(status, recording)
  const { waiting, message } = status
  if (over !== undefined || waiting?.until !== undefined || approver.dueMs() !== undefined) return over
  const isAlone = waiting?.reason === 'Approval' && whatIf?.kind === 'no-approval' && status.release?.step === whatIf.at
  const quietMs = world.clock.monotonicMs() - recording.startMs - last.atMs
  return isAlone || quietMs >= patienceMs ? { kind: 'waits', waiting: waitOf(waiting, message) } : undefined
}

/** A release has begun since the update, and none is there any more. */
function overOf(
  { phase, release, rejected, stable, message }: RolloutStatus,
  { moments, stableBefore }: Recording,
): Ending | undefined {
  const isAtRest = phase === 'RolledBack' || phase === 'Healthy'
  if (!isAtRest || release !== undefined || !moments.some(({ step }) => step !== undefined)) return undefined
  if (phase === 'RolledBack') return { kind: 'rolled-back', because: rejected?.message ?? message }
  return stable?.revision === stableBefore ? { kind: 'rolled-back', because: message } : { kind: 'promoted' }
}

function waitOf(waiting: Waiting | undefined, message: string): Pick<Waiting, 'reason' | 'message' | 'next'> {
  if (waiting === undefined) return { reason: 'Nothing', message, next: '' }
  const { reason, message: said, next } = waiting
  return { reason, message: said, next }
}
