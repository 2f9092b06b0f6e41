import type { Reading, SeriesValue } from '../measurement.ts'

/** More series than this are not counted: the query should sum. */
export const maxSeries = 200
/** Counters beyond it are not exact any more. */
const maxCounter = Number.MAX_SAFE_INTEGER

/** Of one question: each series by a short hash, and its last value; those seen last at the end. */
export type Counters = readonly (readonly [key: string, value: number])[]

/** `known`: what the counters grew by. Otherwise why nobody can say. */
export type Growth =
  | { readonly kind: 'known'; readonly by: number; readonly counters: Counters }
  | { readonly kind: 'unknown'; readonly why: string }

/**
 * What a question's counters grew by since they were last seen. `last` is undefined until the question was first
 * answered: that answer is where counting begins. Afterwards
 * - a series that was never seen began at 0 and counts in full;
 * - one that went down was reset, and counts what it has since counted (Prometheus' own rule for `increase`);
 * - one that is gone is remembered, and compared with its last value if it comes back.
 *
 * An empty answer is an answer: nothing has been counted yet. The order of the series does not matter; values under
 * the same name are added up.
 */
export function growthOf(reading: Reading | undefined, last: Counters | undefined): Growth {
  if (reading === undefined) return { kind: 'unknown', why: 'it was not asked' }
  if (reading.kind === 'away') return { kind: 'unknown', why: reading.why }
  const values = reading.kind === 'values' ? reading.values : []
  const [odd] = values.flatMap(({ value }) => (value >= 0 && value <= maxCounter ? [] : [String(value)])).sort()
  if (odd !== undefined) return { kind: 'unknown', why: `it gave ${odd}, which no counter can be` }
  const seen = summed(values)
  if (seen.size > maxSeries) return { kind: 'unknown', why: `it gave ${seen.size} series, more than ${maxSeries}` }
  return { kind: 'known', by: last === undefined ? 0 : grown(seen, new Map(last)), counters: remembered(seen, last) }
}

/** By hash, in the order of the hashes. Values are added in their own order, so that no order changes the sum. */
function summed(values: readonly SeriesValue[]): ReadonlyMap<string, number> {
  if (values.length === 1 && values[0] !== undefined) return new Map([[hashOf(values[0].series), values[0].value]])
  const ordered = values.map(({ series, value }) => [hashOf(series), value] as const).sort(byKeyThenValue)
  const sums = new Map<string, number>()
  for (const [key, value] of ordered) sums.set(key, (sums.get(key) ?? 0) + value)
  return sums
}

const byKeyThenValue = ([a, x]: readonly [string, number], [b, y]: readonly [string, number]): number =>
  a < b ? -1 : a > b ? 1 : x - y

function grown(seen: ReadonlyMap<string, number>, last: ReadonlyMap<string, number>): number {
  let by = 0
  for (const [key, value] of seen) {
    const before = last.get(key) ?? 0
    by += value >= before ? value - before : value
  }
  return by
}

/** Those that are gone first: they are the ones to be forgotten when there are too many. */
function remembered(seen: ReadonlyMap<string, number>, last: Counters = []): Counters {
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
