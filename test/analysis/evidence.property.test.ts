import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isEvidenceState } from '../../analysis/evidence.ts'
import type { Reading } from '../../analysis/measurement.ts'
import { evidence } from './builders.ts'
import { judgeAll, type Readings } from './evidence-story.ts'

const questions = ['requests.canary', 'requests.stable', 'bad.canary', 'bad.stable'] as const
const anyNumber = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5000 }) },
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, 1e-300),
)
const series = fc.constantFrom('{pod="a"}', '{pod="b"}', '{pod="c"}', '')
const values = (value: fc.Arbitrary<number>): fc.Arbitrary<Reading> =>
  fc
    .array(fc.record({ series, value }), { maxLength: 5 })
    .map((each): Reading => (each.length === 0 ? { kind: 'empty', what: 'nothing' } : { kind: 'values', values: each }))
const anyReading: fc.Arbitrary<Reading | undefined> = fc.oneof(
  { weight: 8, arbitrary: values(anyNumber) },
  fc.constant({ kind: 'away' as const, why: 'gone' }),
  fc.constant(undefined),
)
const readingsOf = (reading: fc.Arbitrary<Reading | undefined>): fc.Arbitrary<Readings> =>
  fc.record({ canary: reading, stable: reading, badCanary: reading, badStable: reading }).map((each) => ({
    ...(each.canary && { 'requests.canary': each.canary }),
    ...(each.stable && { 'requests.stable': each.stable }),
    ...(each.badCanary && { 'bad.canary': each.badCanary }),
    ...(each.badStable && { 'bad.stable': each.badStable }),
  }))
const looks = fc.array(readingsOf(anyReading), { minLength: 1, maxLength: 25 })
const anyCondition = fc.record({
  bad: fc.constantFrom('errors', 'good').map((counts) => ({ ...evidence().bad, counts }) as const),
  ratio: fc.oneof(fc.constant(1.1), fc.double()),
  marginPoints: fc.oneof(fc.constant(1), fc.double()),
})
const conditionOf = (over: Partial<ReturnType<typeof evidence>>) => evidence(over)

describe('the judge of evidence, whatever it is given', () => {
  it('throws at nothing, remembers what it can go on with, and gives figures that are numbers', () => {
    fc.assert(
      fc.property(looks, anyCondition, fc.double(), (each, over, falseAlarm) => {
        const judged = judgeAll(each, { condition: conditionOf(over), falseAlarm })
        expect(isEvidenceState(judged.state)).toBe(true)
        expect(Object.values(judged.figures).every(Number.isFinite)).toBe(true)
        expect(['pass', 'fail', 'inconclusive']).toContain(judged.verdict)
      }),
      { numRuns: 300 },
    )
  })

  it.each(['canary', 'stable'] as const)('passes and fails nothing without requests of the %s', (side) => {
    fc.assert(
      fc.property(looks, anyCondition, (each, over) => {
        const none = each.map((readings) => ({
          ...readings,
          [`requests.${side}`]: { kind: 'empty', what: '' } as const,
        }))
        expect(judgeAll(none, { condition: conditionOf(over) }).verdict).toBe('inconclusive')
      }),
      { numRuns: 200 },
    )
  })

  it('does not care about the order of the series', () => {
    fc.assert(
      fc.property(looks, (each) => {
        expect(judgeAll(each.map(reversed))).toEqual(judgeAll(each))
      }),
      { numRuns: 200 },
    )
  })

  it('does not care whether a measurement comes twice', () => {
    fc.assert(
      fc.property(looks, (each) => {
        const twice = judgeAll(each.flatMap((readings) => [readings, readings]))
        const once = judgeAll(each)
        expect(counted(twice)).toEqual(counted(once))
      }),
      { numRuns: 200 },
    )
  })

  it('counts no error that no counter has counted, through any gaps and resets', () => {
    fc.assert(
      fc.property(looks, (each) => {
        const quiet = each.map((readings) => ({ ...readings, 'bad.canary': zeroed(readings['bad.canary']) }))
        expect(judgeAll(quiet).figures.canary ?? 0).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('counts through gaps what it counts without them', () => {
    const growth = fc.record({
      requests: fc.integer({ min: 1, max: 300 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(growth, fc.subarray([...questions])), { minLength: 2, maxLength: 20 }), (each) => {
        const whole = growing(each.map(([grew]) => grew))
        const gaps = whole.map((readings, index) =>
          index === 0 || index === whole.length - 1 ? readings : without(readings, each[index - 1]?.[1] ?? []),
        )
        expect(judgeAll(gaps).figures.requests).toBe(judgeAll(whole).figures.requests)
        expect(judgeAll(gaps).figures.canary).toBe(judgeAll(whole).figures.canary)
      }),
      { numRuns: 200 },
    )
  })
})

/** All but for how long nothing came. */
const counted = ({ state, figures }: ReturnType<typeof judgeAll>) => {
  const { silent: _silent, judgedAtMs: _judgedAtMs, ...rest } = state
  return { rest, figures }
}

const reversed = (readings: Readings): Readings =>
  Object.fromEntries(
    Object.entries(readings).map(([question, reading]) => [
      question,
      reading.kind === 'values' ? { ...reading, values: reading.values.toReversed() } : reading,
    ]),
  )

const zeroed = (reading: Reading | undefined): Reading =>
  reading?.kind === 'values'
    ? { ...reading, values: reading.values.map((each) => ({ ...each, value: 0 })) }
    : (reading ?? { kind: 'empty', what: 'nothing' })

/** Counters of a release: stable never fails, the canary three requests at most, which is not enough to end it. */
function growing(each: readonly { readonly requests: number; readonly share: number }[]): readonly Readings[] {
  const reading = (value: number): Reading => ({ kind: 'values', values: [{ series: '{pod="a"}', value }] })
  let [requests, errors] = [0, 0]
  const at = (): Readings => ({
    'requests.canary': reading(requests),
    'requests.stable': reading(4 * requests),
    'bad.canary': reading(errors),
    'bad.stable': reading(0),
  })
  const first = at()
  return [
    first,
    ...each.map((grew) => {
      requests += grew.requests
      errors = Math.min(3, errors + Math.floor(grew.requests * grew.share * 0.01))
      return at()
    }),
  ]
}

const without = (readings: Readings, missing: readonly string[]): Readings =>
  Object.fromEntries(Object.entries(readings).filter(([question]) => !missing.includes(question)))
