import type { WhatIf } from './course.ts'
import type { Recording } from './moments.ts'
import type { SimulatedWorld } from './world.ts'

/** Somebody who answers every question, up to the step in which something goes wrong. */
export interface Approver {
  /** When the answer comes, on the world's clock; undefined when none is to come. */
  readonly dueMs: () => number | undefined
  readonly stop: () => void
}

export function createApprover(
  { clock, decide }: SimulatedWorld,
  recording: Recording,
  afterMs: number,
  whatIf: WhatIf | undefined,
): Approver {
  const answered = new Set<number>()
  let dueMs: number | undefined
  let cancel = (): void => undefined
  recording.onMoment(({ step, waiting }) => {
    if (waiting?.reason !== 'Approval' || step === undefined || answered.has(step) || !isApproved(step, whatIf)) return
    answered.add(step)
    dueMs = clock.monotonicMs() + afterMs
    cancel = clock.setTimer(afterMs, () => {
      dueMs = undefined
      decide('approve')
    })
  })
  return { dueMs: () => dueMs, stop: () => cancel() }
}

const isApproved = (step: number, whatIf: WhatIf | undefined): boolean =>
  whatIf === undefined || whatIf.at === 'promotion' || step < whatIf.at
