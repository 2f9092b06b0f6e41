import type { Measure, Measurement, MeasureRequest } from '../analysis/measurement.ts'
import type { Clock } from '../api/clock.ts'

/** The measurements of all Rollouts that are under way, and the answers that are not recorded yet. */
export interface Measuring {
  /** Asks for them, unless they are being asked already; the Rollout is woken when answers are there. */
  start(key: string, requests: readonly MeasureRequest[], signal: AbortSignal): void
  seen(key: string): Measured
  /** The answers that are recorded now. */
  recorded(key: string, measurements: readonly Measurement[]): void
  forget(key: string): void
}

export interface Measured {
  readonly measurements: readonly Measurement[]
  /** Ids of the requests that are not answered yet. */
  readonly measuring: readonly string[]
}

export interface MeasuringDeps {
  readonly measure: Measure
  readonly clock: Clock
  readonly wake: (key: string) => void
}

interface Desk {
  readonly open: Set<string>
  readonly answers: Measurement[]
  /** Calls off the wake-up that is to come. */
  cancelWake?: () => void
}

/** Answers that come so soon after the first are recorded with it: one look and one write instead of one for each. */
const togetherMs = 200
/** More than any Rollout asks for in the time that a look takes. */
const mostAnswers = 200
/** Nothing asked, nothing answered. */
export const nothingMeasured: Measured = { measurements: [], measuring: [] }

/** Keeps what is asked and answered beside the reconcile loop, so that a slow store never holds it up. */
export function createMeasuring({ measure, clock, wake }: MeasuringDeps): Measuring {
  const desks = new Map<string, Desk>()
  const deskOf = (key: string): Desk => {
    const desk = desks.get(key) ?? { open: new Set(), answers: [] }
    desks.set(key, desk)
    return desk
  }
  const wakeNow = (key: string, desk: Desk): void => {
    desk.cancelWake?.()
    delete desk.cancelWake
    wake(key)
  }
  const ask = async (key: string, desk: Desk, request: MeasureRequest, signal: AbortSignal): Promise<void> => {
    desk.open.add(request.id)
    const answer = await measure(request, signal)
    desk.open.delete(request.id)
    if (signal.aborted) return
    desk.answers.push(answer)
    if (desk.answers.length > mostAnswers) desk.answers.shift()
    if (desk.open.size === 0) wakeNow(key, desk)
    else desk.cancelWake ??= clock.setTimer(togetherMs, () => wakeNow(key, desk))
  }
  return {
    start(key, requests, signal) {
      const desk = deskOf(key)
      for (const request of requests) if (!desk.open.has(request.id)) void ask(key, desk, request, signal)
    },
    seen(key) {
      const desk = desks.get(key)
      return desk === undefined ? nothingMeasured : { measurements: [...desk.answers], measuring: [...desk.open] }
    },
    recorded(key, measurements) {
      const desk = desks.get(key)
      if (desk === undefined) return
      const left = desk.answers.filter((answer) => !measurements.includes(answer))
      desk.answers.splice(0, desk.answers.length, ...left)
      if (desk.open.size === 0 && desk.answers.length === 0) desks.delete(key)
    },
    forget(key) {
      desks.get(key)?.cancelWake?.()
      desks.delete(key)
    },
  }
}
