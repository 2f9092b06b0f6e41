import type { Clock } from '../../api/clock.ts'
import { within } from './life.ts'

export interface SharedSettings<T> {
  readonly clock: Clock
  /** For how long after it was there a result is handed out again, in milliseconds. */
  readonly keepMs: number
  /** Of the results that are kept, together. The oldest go first. */
  readonly mostWeight: number
  readonly weigh: (result: T) => number
}

export interface SharedResult<T> {
  readonly result: T
  /** False for those who got what somebody else had asked for. */
  readonly isFirst: boolean
}

/** Does the same work once for all who want it at the same time or soon after. */
export type Shared<T> = (
  key: string,
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
) => Promise<SharedResult<T>>

interface Flight<T> {
  readonly result: Promise<T>
  readonly ending: AbortController
  waiting: number
}

interface Landed<T> {
  readonly result: T
  readonly atMs: number
}

/**
 * Whoever gives up leaves the others their answer; when the last one has given up the work is aborted, and whoever comes
 * then starts it anew. Work that fails is not kept.
 */
export function createShared<T>(settings: SharedSettings<T>): Shared<T> {
  const flying = new Map<string, Flight<T>>()
  const kept = createKept(settings)

  const start = (key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> => {
    const ending = new AbortController()
    const flight: Flight<T> = { result: work(ending.signal), ending, waiting: 0 }
    flying.set(key, flight)
    const land = () => {
      if (flying.get(key) === flight) flying.delete(key)
    }
    flight.result.then((result) => {
      if (flying.get(key) === flight) kept.add(key, result)
      land()
    }, land)
    return flight
  }

  return async (key, work, signal) => {
    signal.throwIfAborted()
    const landed = kept.get(key)
    if (landed !== undefined) return { result: landed.result, isFirst: false }
    const joined = flying.get(key)
    const flight = joined ?? start(key, work)
    flight.waiting += 1
    try {
      return { result: await within(signal, flight.result), isFirst: joined === undefined }
    } finally {
      flight.waiting -= 1
      if (flight.waiting === 0 && flying.get(key) === flight) {
        flying.delete(key)
        flight.ending.abort(signal.reason)
      }
    }
  }
}

/** Results by key, the oldest first. */
function createKept<T>({ clock, keepMs, mostWeight, weigh }: SharedSettings<T>) {
  const results = new Map<string, Landed<T>>()
  let weight = 0
  const drop = (key: string): void => {
    const landed = results.get(key)
    if (landed !== undefined) weight -= weigh(landed.result)
    results.delete(key)
  }
  const prune = (): void => {
    for (const [key, { atMs }] of results) {
      if (weight <= mostWeight && clock.monotonicMs() - atMs <= keepMs) return
      drop(key)
    }
  }
  return {
    get(key: string): Landed<T> | undefined {
      prune()
      return results.get(key)
    },
    add(key: string, result: T): void {
      drop(key)
      results.set(key, { result, atMs: clock.monotonicMs() })
      weight += weigh(result)
      prune()
    },
  }
}
