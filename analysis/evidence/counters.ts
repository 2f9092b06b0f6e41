import type { Reading, SeriesValue } from '../measurement.ts'

/** More series than this are not counted: the query should sum. */
export const maxSeries = 200
/** Counters beyond it are not exact any more. */
const maxCounter = Number.MAX_SAFE_INTEGER

/** Of one question: each series by a short hash, and its last value; those seen last at the end. */
export type Counters = readonly (readonly [key: string, value: number])[]

/** The series of one answer by their hashes, in the order of the hashes. */
export type Seen = ReadonlyMap<string, number>

/** `unknown`: why what the question asks cannot be counted. */
export type Answer =
  | { readonly kind: 'known'; readonly seen: Seen }
  | { readonly kind: 'unknown'; readonly why: string }

/**
 * The counters of one answer. An empty answer is an answer: nothing has been counted yet. The order of the series does
 * not matter; values under the same name are added up.
 */
export function answerOf(reading: Reading | undefined): Answer {
  if (reading === undefined) return { kind: 'unknown', why: 'it was not asked' }
  if (reading.kind === 'away') return { kind: 'unknown', why: reading.why }
  const values = reading.kind === 'values' ? reading.values : []
  const [odd] = values.flatMap(({ value }) => (value >= 0 && value <= maxCounter ? [] : [String(value)])).sort()
  if (odd !== undefined) return { kind: 'unknown', why: `it gave ${odd}, which no counter can be` }
  const seen = summed(values)
  if (seen.size > maxSeries) return { kind: 'unknown', why: `it gave ${seen.size} series, more than ${maxSeries}` }
  return { kind: 'known', seen }
}

/** Values are added in their own order, so that no order changes the sum. */
function summed(values: readonly SeriesValue[]): Seen {
  if (values.length === 1 && values[0] !== undefined) return new Map([[hashOf(values[0].series), values[0].value]])
  const ordered = values.map(({ series, value }) => [hashOf(series), value] as const).sort(byKeyThenValue)
  const sums = new Map<string, number>()
  for (const [key, value] of ordered) sums.set(key, (sums.get(key) ?? 0) + value)
  return sums
}

const byKeyThenValue = ([a, x]: readonly [string, number], [b, y]: readonly [string, number]): number =>
  a < b ? -1 : a > b ? 1 : x - y

/** What is compared with next time. Those that are gone first: they are forgotten when there are too many. */
export function remembered(seen: Seen, last: Counters = []): Counters {
  const gone = last.filter(([key]) => !seen.has(key))
  return [...gone.slice(Math.max(0, gone.length + seen.size - maxSeries)), ...seen]
}

/** FNV-1a, 32 bits: two of 200 series are taken for one in some 5 of a million analyses. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0).toString(36)
}
