import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reading, SeriesValue } from '../../analysis/measurement.ts'
import type { Answer, HttpAnswer, MetricProvider, PodFacts } from '../../analysis/provider.ts'
import type { MetricSource } from '../../api/analysis.ts'

/** A source as users write it, a question to it, and what its store may answer. */
export interface MetricProviderUnderTest<S extends MetricSource> {
  readonly provider: MetricProvider<S>
  readonly source: S
  readonly question: string
  /** Answers that hold numbers, with these numbers. */
  readonly wellFormed: readonly { readonly answer: Answer; readonly values: readonly SeriesValue[] }[]
  /** Answers that look like it and are not. */
  readonly malformed: readonly Answer[]
  /** The store is there, and has nothing. */
  readonly nothing: readonly Answer[]
}

export const jsonAnswer = (value: unknown, status = 200): HttpAnswer => ({
  kind: 'http',
  status,
  contentType: 'application/json',
  body: JSON.stringify(value),
})

const atMs = Date.UTC(2026, 0, 1)
const elsewhere = { address: 'http://default.test:9090', headers: [] }

/** What every metric provider must do, whatever it asks. */
export const describeMetricProvider = <S extends MetricSource>(
  name: string,
  { provider, source, question, wellFormed, malformed, nothing }: MetricProviderUnderTest<S>,
): void => {
  describe(`${name}, a metric provider`, () => {
    const read = (answer: Answer) => provider.read(source, question, answer)

    it('is of the kind of its source', () => {
      expect(provider.kind).toBe(source.kind)
    })

    it('takes a proper question, and refuses one that is empty', () => {
      expect(provider.check(source, question)).toBeUndefined()
      for (const empty of ['', ' ', '\n\t']) expect(provider.check(source, empty)).toMatch(/\S/)
    })

    it('asks the same thing for the same moment', () => {
      fc.assert(
        fc.property(fc.string(), fc.nat(2 ** 42), (text, whenMs) => {
          const ask = () => provider.ask(source, text, whenMs, elsewhere)
          expect(ask()).toEqual(ask())
        }),
      )
      expect(provider.ask(source, question, atMs, elsewhere).kind).not.toBe('impossible')
    })

    it.each(wellFormed)('reads the numbers: %j', ({ answer, values }) => {
      expect(read(answer)).toEqual({ kind: 'values', values })
    })

    it.each(malformed)('takes no number from %j', (answer) => {
      expect(read(answer).kind).toBe('away')
    })

    it.each(nothing)('knows nothing from nothing: %j', (answer) => {
      expect(read(answer).kind).toBe('empty')
    })

    it('repeats why there was no answer', () => {
      expect(read({ kind: 'none', why: 'the store refuses connections' })).toEqual({
        kind: 'away',
        why: 'the store refuses connections',
      })
    })

    it('returns a proper reading, and the same one, whatever comes back', () => {
      fc.assert(
        fc.property(anyAnswer(wellFormed.map(({ answer }) => answer)), fc.string(), (answer, asked) => {
          const reading = read(answer)
          expect(reading).toSatisfy(isProper)
          expect(read(answer)).toEqual(reading)
          expect(provider.read(source, asked, answer)).toSatisfy(isProper)
        }),
        { numRuns: 500 },
      )
    })

    it('takes numbers only from a whole answer with a good status that calls itself JSON', () => {
      for (const { answer } of wellFormed) {
        if (answer.kind !== 'http') continue
        const cuts = Array.from({ length: answer.body.length }, (_, length) => answer.body.slice(0, length))
        const spoilt: readonly Answer[] = [
          ...cuts.map((body) => ({ ...answer, body })),
          ...[100, 301, 302, 400, 401, 403, 404, 422, 429, 500, 503].map((status) => ({ ...answer, status })),
          ...['', 'text/html', 'text/plain; charset=utf-8', 'application/jsonp'].map((contentType) => ({
            ...answer,
            contentType,
          })),
        ]
        expect(spoilt.filter((one) => read(one).kind !== 'away')).toEqual([])
      }
    })
  })
}

/** Numbers, each of a series of its own, or one line that a person can read. */
function isProper(reading: Reading): boolean {
  if (reading.kind !== 'values')
    return /^[^\p{Cc}]{1,400}$/u.test(reading.kind === 'empty' ? reading.what : reading.why)
  const series = new Set(reading.values.map((one) => one.series))
  const areNumbers = reading.values.every(({ value }) => typeof value === 'number')
  return areNumbers && series.size > 0 && series.size === reading.values.length
}

const pods: fc.Arbitrary<readonly PodFacts[]> = fc.array(
  fc.record({
    name: fc.string(),
    ready: fc.boolean(),
    terminating: fc.boolean(),
    restarts: fc.nat(),
    oomKilled: fc.boolean(),
  }),
)

/** Any JSON, any garbage, and proper answers with any piece of them replaced. */
function anyAnswer(proper: readonly Answer[]): fc.Arbitrary<Answer> {
  const bodies = proper.flatMap((answer) => (answer.kind === 'http' ? [answer.body] : []))
  const spoilt = fc
    .tuple(fc.constantFrom(...bodies, ''), fc.nat(400), fc.nat(20), fc.oneof(fc.string(), fc.json()))
    .map(([body, from, length, piece]) => body.slice(0, from) + piece + body.slice(from + length))
  return fc.oneof(
    fc.record({ kind: fc.constant('none' as const), why: fc.constant('the store cannot be reached') }),
    fc.record({ kind: fc.constant('pods' as const), canary: pods }),
    fc.record({
      kind: fc.constant('http' as const),
      status: fc.oneof(fc.constant(200), fc.integer({ min: 100, max: 599 })),
      contentType: fc.oneof(fc.constant('application/json'), fc.string()),
      body: fc.oneof(fc.string(), fc.json(), spoilt),
    }),
  )
}
