import type { Reading, SeriesValue } from './measurement.ts'

/** A reading of one number that can be reckoned with; or why there is none, in words that follow "the query returned". */
export type OneNumber =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'none'; readonly what: string }

/** The answer to one question. One that was not asked is one without data. */
export function readingOf(readings: Readonly<Record<string, Reading>>, question: string): Reading {
  const reading = Object.hasOwn(readings, question) ? readings[question] : undefined
  return reading ?? { kind: 'empty', what: 'nothing: it was not asked' }
}

export function oneNumberOf(reading: Reading): OneNumber {
  const [first, second] = valuesOf(reading)
  if (first === undefined) return { kind: 'none', what: whatCameBack(reading) }
  if (second !== undefined) return { kind: 'none', what: 'more than one series: sum them' }
  if (!Number.isFinite(first.value)) return { kind: 'none', what: String(first.value) }
  return { kind: 'number', value: first.value }
}

/** JSON knows no negative zero: with one, a state that came back from the status would not be the same. */
export function withPlainZeros(reading: Reading): Reading {
  if (reading.kind !== 'values' || !reading.values.some(({ value }) => Object.is(value, -0))) return reading
  const values = reading.values.map((one) => ({ ...one, value: one.value === 0 ? 0 : one.value }))
  return { kind: 'values', values }
}

export const valuesOf = (reading: Reading): readonly SeriesValue[] => (reading.kind === 'values' ? reading.values : [])

/** There is at least one number in it that can be reckoned with. */
export const hasData = (reading: Reading): boolean => valuesOf(reading).some(({ value }) => Number.isFinite(value))

/** Of a reading without data. */
export function whatCameBack(reading: Reading): string {
  if (reading.kind === 'away') return reading.why
  if (reading.kind === 'empty') return reading.what
  const [first] = reading.values
  return first === undefined ? 'nothing' : String(first.value)
}
