import type { Clock } from '../../api/clock.ts'
import { Refusal } from '../server/refusal.ts'

export interface LoopOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  /** How long after a change its key is worked off. Asked for each. */
  readonly delayMs: () => number
  /** Brings one key in order. Gives back after how many ms it wants to look again, whatever happens until then. */
  readonly reconcile: (key: string) => number | undefined
}

/** Keys to be reconciled, one timer for each. */
export interface Loop {
  readonly add: (key: string) => void
  readonly stop: () => void
}

interface Waiting {
  readonly dueMs: number
  readonly cancel: () => void
}

const firstRetryMs = 5
const longestRetryMs = 1_000_000

/**
 * A loop with nothing in it. A write that is refused is tried again: after a conflict as soon as after a change, else
 * later each time, as upstream's work queues do (5 ms, doubled up to 1,000 s). Any other error is a bug and is thrown.
 */
export function createLoop({ clock, delayMs, reconcile }: LoopOptions): Loop {
  const waiting = new Map<string, Waiting>()
  const failures = new Map<string, number>()

  const addAfter = (key: string, ms: number) => {
    const dueMs = clock.monotonicMs() + ms
    const known = waiting.get(key)
    if (known !== undefined && known.dueMs <= dueMs) return
    known?.cancel()
    waiting.set(key, { dueMs, cancel: clock.setTimer(ms, () => work(key)) })
  }
  const work = (key: string) => {
    waiting.delete(key)
    try {
      const againMs = reconcile(key)
      failures.delete(key)
      if (againMs !== undefined) addAfter(key, againMs)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      addAfter(key, retryMs(key, error))
    }
  }
  const retryMs = (key: string, { reason }: Refusal): number => {
    const failed = failures.get(key) ?? 0
    failures.set(key, failed + 1)
    const backoffMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failed, 30))
    return reason === 'Conflict' && failed < 5 ? delayMs() : Math.max(backoffMs, delayMs())
  }

  return {
    add: (key) => addAfter(key, delayMs()),
    stop() {
      for (const { cancel } of waiting.values()) cancel()
      waiting.clear()
    },
  }
}
