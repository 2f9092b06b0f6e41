import type { Clock } from '../../api/clock.ts'

/** `rollback` is always served first. */
export type Lane = 'rollback' | 'normal'

/** How many keys stand where, for metrics. */
export interface QueueSize {
  readonly rollback: number
  readonly normal: number
  readonly delayed: number
  readonly processing: number
}

/** Keys to be reconciled. A key stands here once, and is never in two workers' hands. */
export interface WorkQueue {
  /** Due now. A key in a worker's hands comes again after `done`. */
  add(key: string, lane?: Lane): void
  /** Due in `ms`; of several delays the earliest wins, and a key that is due already stays due. */
  addAfter(key: string, ms: number, lane?: Lane): void
  /** After a failure, in the lane it came from: `now` is at once for a few times, then like `backoff` (50 ms to 30 s). */
  retry(key: string, how: 'now' | 'backoff'): void
  /** The key succeeded: its next failure starts at the shortest delay. */
  forget(key: string): void
  /** The next key, or undefined once the signal aborts. `only` leaves the other lane to others. */
  take(signal: AbortSignal, only?: Lane): Promise<string | undefined>
  /** Every taken key must be handed back. */
  done(key: string): void
  /** Nothing that is due later comes any more: its timers would keep a process alive that has nothing to do. */
  dropDelayed(): void
  size(): QueueSize
}

export interface QueueOptions {
  readonly clock: Clock
  readonly random?: () => number
  /** Hears how long each key that was due has waited for a worker, in milliseconds. Must not throw. */
  readonly onTaken?: (lane: Lane, waitedMs: number) => void
}

const FIRST_RETRY_MS = 50
const MOST_RETRY_MS = 30_000
/** A key that conflicts more often than this in a row is not merely stale. */
const RETRIES_AT_ONCE = 5

interface Waiter {
  readonly only: Lane | undefined
  hand(key: string): void
}

interface Delayed {
  readonly dueMs: number
  readonly lane: Lane
  cancel(): void
}

/** An empty queue. */
export function createQueue({ clock, random = Math.random, onTaken }: QueueOptions): WorkQueue {
  /** Since when, by the monotonic clock; in the order of arrival. */
  const ready: Record<Lane, Map<string, number>> = { rollback: new Map(), normal: new Map() }
  const delayed = new Map<string, Delayed>()
  const processing = new Map<string, Lane>()
  const again = new Map<string, Lane>()
  const failures = new Map<string, number>()
  const waiters = new Set<Waiter>()

  const add = (key: string, lane: Lane = 'normal') => {
    const waiting = delayed.get(key)
    waiting?.cancel()
    delayed.delete(key)
    const urgent = urgentOf(lane, waiting?.lane)
    if (processing.has(key)) again.set(key, urgentOf(urgent, again.get(key)))
    else enqueue(key, urgent)
  }
  const enqueue = (key: string, lane: Lane) => {
    if (ready.rollback.has(key)) return
    const since = ready.normal.get(key) ?? clock.monotonicMs()
    if (lane === 'rollback') ready.normal.delete(key)
    ready[lane].set(key, since)
    serve()
  }
  /** Hands ready keys to waiters; a rollback goes to a reserved worker first, so that the others stay free. */
  const serve = () => {
    for (const lane of ['rollback', 'normal'] as const) {
      for (const key of ready[lane].keys()) {
        const waiter = waiterFor(waiters, lane)
        if (waiter === undefined) break
        waiters.delete(waiter)
        start(key, lane)
        waiter.hand(key)
      }
    }
  }
  const start = (key: string, lane: Lane) => {
    const since = ready[lane].get(key)
    ready[lane].delete(key)
    processing.set(key, lane)
    if (since !== undefined) onTaken?.(lane, clock.monotonicMs() - since)
  }
  const addAfter = (key: string, ms: number, lane: Lane = 'normal') => {
    if (ready.rollback.has(key) || ready.normal.has(key) || again.has(key)) return
    if (ms <= 0) return add(key, lane)
    const dueMs = clock.monotonicMs() + ms
    const waiting = delayed.get(key)
    const urgent = urgentOf(lane, waiting?.lane)
    if (waiting !== undefined && waiting.dueMs <= dueMs) {
      delayed.set(key, { ...waiting, lane: urgent })
      return
    }
    waiting?.cancel()
    delayed.set(key, { dueMs, lane: urgent, cancel: clock.setTimer(ms, () => add(key)) })
  }

  return {
    add,
    addAfter,
    retry(key, how) {
      const failed = failures.get(key) ?? 0
      failures.set(key, failed + 1)
      const lane = processing.get(key) ?? 'normal'
      if (how === 'now' && failed < RETRIES_AT_ONCE) add(key, lane)
      else addAfter(key, retryDelayMs(failed, random), lane)
    },
    forget(key) {
      failures.delete(key)
    },
    take(signal, only) {
      if (signal.aborted) return Promise.resolve(undefined)
      for (const lane of only === undefined ? (['rollback', 'normal'] as const) : [only]) {
        const [key] = ready[lane].keys()
        if (key === undefined) continue
        start(key, lane)
        return Promise.resolve(key)
      }
      return waitFor(waiters, signal, only)
    },
    done(key) {
      processing.delete(key)
      const lane = again.get(key)
      again.delete(key)
      if (lane !== undefined) enqueue(key, lane)
    },
    dropDelayed() {
      for (const waiting of delayed.values()) waiting.cancel()
      delayed.clear()
    },
    size: () => ({
      rollback: ready.rollback.size,
      normal: ready.normal.size,
      delayed: delayed.size,
      processing: processing.size,
    }),
  }
}

function waitFor(waiters: Set<Waiter>, signal: AbortSignal, only: Lane | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onAbort = () => {
      waiters.delete(waiter)
      resolve(undefined)
    }
    const waiter: Waiter = {
      only,
      hand(key) {
        signal.removeEventListener('abort', onAbort)
        resolve(key)
      },
    }
    signal.addEventListener('abort', onAbort, { once: true })
    waiters.add(waiter)
  })
}

function waiterFor(waiters: ReadonlySet<Waiter>, lane: Lane): Waiter | undefined {
  let anyLane: Waiter | undefined
  for (const waiter of waiters) {
    if (waiter.only === lane) return waiter
    if (waiter.only === undefined) anyLane ??= waiter
  }
  return anyLane
}

function urgentOf(a: Lane, b: Lane | undefined): Lane {
  return a === 'rollback' || b === 'rollback' ? 'rollback' : 'normal'
}

/** Full delay at most, half at least, so that keys that failed together spread out. */
function retryDelayMs(failed: number, random: () => number): number {
  const plain = Math.min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failed, 30))
  return plain * (0.5 + random() / 2)
}
