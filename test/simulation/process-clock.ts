import type { Clock } from '../../api/clock.ts'
import { sleepBy } from '../../sandbox/virtual-clock.ts'

/** The clock of one process: it stops for good when the process dies, and its wall clock can be set. */
export interface ProcessClock extends Clock {
  jump(byMs: number): void
  stop(): void
}

export function createProcessClock(world: Clock): ProcessClock {
  let offsetMs = 0
  let stopped = false
  const setTimer = (ms: number, fire: () => void) =>
    world.setTimer(ms, () => {
      if (!stopped) fire()
    })
  return {
    now: () => world.now() + offsetMs,
    monotonicMs: () => world.monotonicMs(),
    setTimer,
    sleep: (ms, signal) => sleepBy(setTimer, ms, signal),
    jump(byMs) {
      offsetMs += byMs
    },
    stop() {
      stopped = true
    },
  }
}
