import { type Counters, maxSeries, type Seen } from './counters.ts'
import type { SideWindow } from './window.ts'

/** Of one side: its requests, and what is counted of them, errors or good ones. */
export interface OfSide<T> {
  readonly requests: T
  readonly counted: T
}

/**
 * What a side's counters grew by since the last look. What was counted before a series was first seen is left out, since
 * nobody knows when that was: a gateway that was not scraped for a while comes back with the requests of other releases.
 * - A new series of requests is where counting begins; it counts nothing yet.
 * - One that went down was reset, and counts what it has since counted (Prometheus' own rule for `increase`).
 * - One that is gone is remembered, and compared with its last value if it comes back.
 * - What is counted of requests often has no series before the first error. A new one counts where it must have begun since
 *   the last look, and no more than the requests grew by: see `freshGrowth`.
 *
 * `isNew`: all series of this side that are new began since the last look (`beganSince`), and count in full.
 */
export function growthOf(seen: OfSide<Seen>, last: OfSide<Counters>, isNew: boolean): SideWindow {
  const [requestsBefore, countedBefore] = [new Map(last.requests), new Map(last.counted)]
  const requests = grown(seen.requests, requestsBefore, isNew)
  const counted = total(grown(seen.counted, countedBefore, isNew))
  if (isNew) return { requests: total(requests), counted }
  const fresh = [...seen.counted].filter(([key, value]) => value > 0 && !countedBefore.has(key))
  const isKnown = last.counted.length < maxSeries
  const wereAllKnown = isKnown && [...requests.keys()].every((key) => requestsBefore.has(key))
  const freshly = freshGrowth(fresh, isKnown ? requests : new Map(), wereAllKnown)
  return freshly === undefined ? nothing : { requests: total(requests), counted: counted + freshly }
}

const nothing: SideWindow = { requests: 0, counted: 0 }

/** By series. One that is new counts nothing, or all of it. */
function grown(seen: Seen, before: Seen, isNew: boolean): Seen {
  const growth = (value: number, last: number | undefined): number => {
    if (last === undefined) return isNew ? value : 0
    return value >= last ? value - last : value
  }
  return new Map([...seen].map(([key, value]) => [key, growth(value, before.get(key))]))
}

/**
 * Of new series of what is counted: where the requests with the same labels were known at the last look, they began since.
 * If no requests have their labels, they did so if all requests were known. Otherwise it cannot be told: undefined.
 */
function freshGrowth(fresh: Counters, requests: Seen, wereAllKnown: boolean): number | undefined {
  const matched = fresh.map(([key, value]) => Math.min(value, requests.get(key) ?? 0))
  const others = fresh.filter(([key]) => !requests.has(key)).map(([, value]) => value)
  if (others.length > 0 && !wereAllKnown) return undefined
  return sum(matched) + Math.min(sum(others), total(requests))
}

/**
 * Whether what is new on the canary's side began since the last look, where it had no series at all before its first
 * request (`state.isNewCanary`). Something that was not scraped until now would bring its counters of stable as well: so
 * only when no series of stable's requests is new.
 */
export function beganSince(stable: Seen, last: Counters): boolean {
  const known = new Set(last.map(([key]) => key))
  return stable.size > 0 && [...stable.keys()].every((key) => known.has(key))
}

/** No series, or none that has counted anything. */
export const isUntouched = (seen: Seen): boolean => total(seen) === 0

const total = (by: Seen): number => sum([...by.values()])
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
