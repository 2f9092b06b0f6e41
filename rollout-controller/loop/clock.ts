import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../api/clock.ts'

export type { Clock } from '../../api/clock.ts'

/** Longest delay that Node's timers take; beyond it they fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted()
    for (let leftMs = ms; leftMs > 0; leftMs -= LONGEST_TIMER_MS) await nap(Math.min(leftMs, LONGEST_TIMER_MS), signal)
  },
  setTimer(ms, fn) {
    let timer: NodeJS.Timeout
    const arm = (leftMs: number) => {
      const next = leftMs > LONGEST_TIMER_MS ? () => arm(leftMs - LONGEST_TIMER_MS) : fn
      timer = setTimeout(next, Math.min(leftMs, LONGEST_TIMER_MS))
    }
    arm(ms)
    return () => clearTimeout(timer)
  },
}

/** Rejects with the signal's own reason, where Node would wrap it in an AbortError. */
async function nap(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error
  }
}
