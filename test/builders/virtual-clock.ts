import type { Clock } from '../../api/clock.ts'

/** A clock that stands still until a test moves it. */
export interface VirtualClock extends Clock {
  /** Moves time, firing what falls due in order and letting promises settle in between. */
  advance(ms: number): Promise<void>
  /** Timers that are armed. */
  pending(): number
}

interface Timer {
  readonly dueMs: number
  readonly fire: () => void
}

/** Starts at 2026-01-01T00:00:00Z unless told otherwise. */
export function createVirtualClock(startMs = Date.UTC(2026, 0, 1)): VirtualClock {
  const timers = new Set<Timer>()
  let elapsedMs = 0

  const setTimer = (ms: number, fire: () => void) => {
    const timer = { dueMs: elapsedMs + Math.max(0, ms), fire }
    timers.add(timer)
    return () => {
      timers.delete(timer)
    }
  }
  const nextBefore = (untilMs: number): Timer | undefined => {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer
    }
    return next
  }

  return {
    now: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    setTimer,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason)
        const onAbort = () => {
          cancel()
          reject(signal?.reason)
        }
        const cancel = setTimer(ms, () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        })
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
    async advance(ms) {
      const untilMs = elapsedMs + ms
      await settle()
      for (let timer = nextBefore(untilMs); timer !== undefined; timer = nextBefore(untilMs)) {
        timers.delete(timer)
        elapsedMs = Math.max(elapsedMs, timer.dueMs)
        timer.fire()
        await settle()
      }
      elapsedMs = untilMs
    },
    pending: () => timers.size,
  }
}

/** Lets everything run that waits for no timer and no socket. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
