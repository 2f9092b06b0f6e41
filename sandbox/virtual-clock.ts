import { nextTick } from 'node:process'
import type { Clock } from '../api/clock.ts'

/** A clock that stands still until somebody moves it. */
export interface VirtualClock extends Clock {
  /** Moves time, firing what falls due in order and letting promises settle in between. */
  advance(ms: number): Promise<void>
  /** As `advance`, but no further than the moment at which `isEnough` says so, asked after every timer. */
  advanceUntil(ms: number, isEnough: () => boolean): Promise<void>
  /** Timers that are armed. */
  pending(): number
}

interface Timer {
  readonly dueMs: number
  readonly order: number
  readonly fire: () => void
  isCancelled: boolean
}

/** Starts at 2026-01-01T00:00:00Z unless told otherwise. */
export function createVirtualClock(startMs = Date.UTC(2026, 0, 1)): VirtualClock {
  const timers = createTimers()
  let elapsedMs = 0

  /** In whole milliseconds, as Node's timers are. */
  const setTimer = (ms: number, fire: () => void) => timers.add(elapsedMs + Math.ceil(Math.max(0, ms)), fire)
  const advanceUntil = async (ms: number, isEnough: () => boolean) => {
    const untilMs = elapsedMs + ms
    await settled()
    for (let timer = timers.nextUntil(untilMs); timer !== undefined; timer = timers.nextUntil(untilMs)) {
      elapsedMs = Math.max(elapsedMs, timer.dueMs)
      timer.fire()
      await settled()
      if (isEnough()) return
    }
    elapsedMs = untilMs
  }

  return {
    now: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    setTimer,
    sleep: (ms, signal) => sleepBy(setTimer, ms, signal),
    advance: (ms) => advanceUntil(ms, () => false),
    advanceUntil,
    pending: timers.count,
  }
}

/** A sleep made of a timer, as `Clock.sleep` promises it. */
export function sleepBy(setTimer: Clock['setTimer'], ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
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
  })
}

/** Lets everything run that waits for no timer and no socket: Node runs its ticks when no promise has work left. */
function settled(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve))
}

/** A heap: the earliest first, of the same moment the one that was set first. */
function createTimers() {
  const heap: Timer[] = []
  let order = 0
  let cancelled = 0

  const take = (): Timer | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    heap[0] = last
    sink(heap, 0)
    return first
  }
  return {
    count: () => heap.length - cancelled,
    add(dueMs: number, fire: () => void): () => void {
      const timer: Timer = { dueMs, order: order++, fire, isCancelled: false }
      heap.push(timer)
      rise(heap, heap.length - 1)
      return () => {
        if (timer.isCancelled) return
        timer.isCancelled = true
        cancelled++
      }
    },
    nextUntil(untilMs: number): Timer | undefined {
      for (let first = heap[0]; first !== undefined && first.dueMs <= untilMs; first = heap[0]) {
        take()
        if (!first.isCancelled) {
          first.isCancelled = true // a cancel that comes after it has fired is none
          return first
        }
        cancelled--
      }
      return undefined
    },
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)

function rise(heap: Timer[], index: number): void {
  const timer = heap[index]
  const parentIndex = (index - 1) >> 1
  const parent = heap[parentIndex]
  if (index === 0 || timer === undefined || parent === undefined || !isBefore(timer, parent)) return
  heap[index] = parent
  heap[parentIndex] = timer
  rise(heap, parentIndex)
}

function sink(heap: Timer[], index: number): void {
  const timer = heap[index]
  const childIndex = firstChild(heap, index)
  const child = heap[childIndex]
  if (timer === undefined || child === undefined || !isBefore(child, timer)) return
  heap[index] = child
  heap[childIndex] = timer
  sink(heap, childIndex)
}

function firstChild(heap: readonly Timer[], index: number): number {
  const left = heap[2 * index + 1]
  const right = heap[2 * index + 2]
  return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * index + 2 : 2 * index + 1
}
