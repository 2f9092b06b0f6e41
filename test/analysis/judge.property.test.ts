import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeMetric, type MetricContext } from '../../analysis/judge.ts'
import type { Measurement, Reading } from '../../analysis/measurement.ts'
import { hasData } from '../../analysis/reading.ts'
import type { Metric } from '../../api/analysis.ts'
import { type MetricRun, maxSamples } from '../../api/analysis-run.ts'
import { compare, evidence, metric, threshold } from './builders.ts'
import { t0 } from './runs.ts'

const odd = fc.constantFrom(
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  -1,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.MIN_VALUE,
  Number.MAX_SAFE_INTEGER,
)
const number = fc.oneof(odd, fc.double(), fc.integer({ min: 0, max: 100_000 }), fc.constantFrom(0.5, 0.99, 1))
const series = fc.record({ series: fc.constantFrom('{}', '{pod="a"}', '{pod="b"}', '__proto__'), value: number })
const values: fc.Arbitrary<Reading> = fc
  .array(series, { maxLength: 4 })
  .map((list) => ({ kind: 'values', values: list }))
const empty: fc.Arbitrary<Reading> = fc.string().map((what) => ({ kind: 'empty', what }))
const away: fc.Arbitrary<Reading> = fc.string().map((why) => ({ kind: 'away', why }))
const questions = [
  'value',
  'canary',
  'stable',
  'sample.canary',
  'sample.stable',
  'requests.canary',
  'requests.stable',
  'bad.canary',
  'bad.stable',
]

/** Any answers; some questions are missing. */
const readingsOf = (reading: fc.Arbitrary<Reading>): fc.Arbitrary<Measurement['readings']> =>
  fc.dictionary(fc.constantFrom(...questions, 'unknown'), reading, { minKeys: 0, maxKeys: 10 })
/** Whole answers, so that more than chance gets through. */
const wholeOf = (reading: fc.Arbitrary<Reading>): fc.Arbitrary<Measurement['readings']> =>
  fc.record(Object.fromEntries(questions.map((question) => [question, reading])))
const plausible: fc.Arbitrary<Reading> = fc
  .integer({ min: 0, max: 5_000 })
  .map((value) => ({ kind: 'values', values: [{ series: '{}', value }] }))

const moment = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -3, max: 60 }).map((tick) => t0 + tick * 10_000) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e300, 8.64e15, 0, t0 + 0.5) },
)
const measurementOf = (readings: fc.Arbitrary<Measurement['readings']>): fc.Arbitrary<Measurement> =>
  fc.record({ id: fc.constant('x'), atMs: moment, readings })
const anyReadings = fc.oneof(
  { weight: 3, arbitrary: readingsOf(fc.oneof(values, empty, away)) },
  { weight: 3, arbitrary: wholeOf(fc.oneof(values, empty)) },
  { weight: 4, arbitrary: wholeOf(plausible) },
)
/** In the order that they happen, with gaps, so that the judge takes most of them. */
const inOrder = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 3 }), anyReadings), { minLength: 15, maxLength: 40 })
  .map((list) => {
    let tick = 0
    return list.map(([gap, readings]): Measurement => {
      tick += gap
      return { id: 'x', atMs: t0 + tick * 10_000, readings }
    })
  })
const measurements = fc.oneof(fc.array(measurementOf(anyReadings), { maxLength: 30 }), inOrder)

/** None of them has a number: what there is of values is no number that can be reckoned with. */
const noNumber = fc
  .array(fc.record({ series: fc.constant('{}'), value: fc.constantFrom(Number.NaN, Infinity, -Infinity) }), {
    maxLength: 3,
  })
  .map((list): Reading => ({ kind: 'values', values: list }))
const dataless = fc.array(measurementOf(readingsOf(fc.oneof(noNumber, empty, away))), { maxLength: 30 })

const limits = fc.record({
  count: fc.integer({ min: 0, max: 4 }),
  failureLimit: fc.integer({ min: 0, max: 4 }),
  noData: fc.constantFrom('inconclusive', 'fail'),
  over: fc.constantFrom('all', 'any'),
  pass: fc.constantFrom('value >= 0.99', 'value != 5', 'value <= 1 || value > 1', 'value >', 'int(value) < 9'),
})
const sample = { canary: 'n', stable: 'n', count: 5 }
const conditions = fc.oneof(
  limits.map((some) => threshold(some)),
  fc.tuple(limits, fc.constantFrom(0, 1, 1e308), fc.boolean()).map(([{ count, failureLimit }, absolute, sampled]) =>
    compare({
      count,
      failureLimit,
      margin: { absolute, relativePercent: 10 },
      ...(sampled && { minimumSample: sample }),
    }),
  ),
  fc.constantFrom('errors', 'good').map((counts) => evidence({ bad: { ...evidence().bad, counts } })),
)
const metrics: fc.Arbitrary<Metric> = fc
  .tuple(conditions, fc.constantFrom(0, 30_000), fc.constantFrom(0, 60_000))
  .map(([condition, warmUpMs, patienceMs]) => metric(condition, { warmUpMs, patienceMs }))
const contexts: fc.Arbitrary<MetricContext> = fc.record({
  stratum: fc.constantFrom('20', '50'),
  falseAlarm: fc.constantFrom(0.01, 0.002, 0),
  splitSinceMs: fc.constantFrom(t0, t0 + 100_000, Number.NaN),
})

type Step = readonly [measurement: Measurement, context: MetricContext]
const steps = (list: fc.Arbitrary<readonly Measurement[]>): fc.Arbitrary<readonly Step[]> =>
  fc
    .tuple(list, fc.array(contexts, { minLength: 40, maxLength: 40 }))
    .map(([all, around]) =>
      all.map((one, index) => [one, around[index] ?? { stratum: '20', falseAlarm: 0.01, splitSinceMs: t0 }] as const),
    )

/** Every run there was, the last one at the end. */
function runsOf(of: Metric, list: readonly Step[]): readonly MetricRun[] {
  const runs: MetricRun[] = []
  for (const [measurement, context] of list) runs.push(judgeMetric(of, runs.at(-1), measurement, context))
  return runs
}
const lastOf = (of: Metric, list: readonly Step[]): MetricRun | undefined => runsOf(of, list).at(-1)

const isFiniteDeep = (value: unknown): boolean =>
  typeof value === 'number'
    ? Number.isFinite(value) && !Object.is(value, -0)
    : typeof value !== 'object' || value === null || Object.values(value).every(isFiniteDeep)

describe('whatever is measured, in whatever order', () => {
  it('throws nothing and gives a run that JSON can hold, of bounded size', () => {
    fc.assert(
      fc.property(metrics, steps(measurements), (of, list) => {
        const run = lastOf(of, list)
        if (run === undefined) return
        const text = JSON.stringify(run)
        expect(run.samples.length).toBeLessThanOrEqual(maxSamples)
        expect(text.length).toBeLessThan(12_000)
        expect(isFiniteDeep(run)).toBe(true)
        expect(JSON.parse(text)).toEqual(run)
      }),
      { numRuns: 400 },
    )
  })

  it('passes nothing on no data', () => {
    fc.assert(
      fc.property(metrics, steps(dataless), (of, list) => {
        expect(runsOf(of, list).map(({ verdict }) => verdict)).not.toContain('pass')
      }),
      { numRuns: 400 },
    )
  })

  it('passes nothing before the first measurement with data', () => {
    fc.assert(
      fc.property(metrics, steps(measurements), (of, list) => {
        const first = list.findIndex(([{ readings }]) => Object.values(readings).some(hasData))
        const before = runsOf(of, first === -1 ? list : list.slice(0, first))
        expect(before.map(({ verdict }) => verdict)).not.toContain('pass')
      }),
    )
  })

  it('changes nothing when any measurement so far is repeated, at any time', () => {
    fc.assert(
      fc.property(metrics, steps(measurements), fc.nat(), (of, list, chosen) => {
        const run = lastOf(of, list)
        const again = list[chosen % Math.max(1, list.length)]
        if (run === undefined || again === undefined) return
        expect(judgeMetric(of, run, ...again)).toEqual(run)
        expect(
          lastOf(
            of,
            list.flatMap((step) => [step, step]),
          ),
        ).toEqual(run)
      }),
      { numRuns: 200 },
    )
  })

  it('is the same after a restart at any time', () => {
    fc.assert(
      fc.property(metrics, steps(measurements), (of, list) => {
        const restarted = list.reduce<MetricRun | undefined>(
          (run, step) => JSON.parse(JSON.stringify(judgeMetric(of, run, ...step))),
          undefined,
        )
        expect(restarted).toEqual(lastOf(of, list))
      }),
      { numRuns: 200 },
    )
  })

  it('fails for good', () => {
    fc.assert(
      fc.property(metrics, steps(measurements), (of, list) => {
        const verdicts = runsOf(of, list).map(({ verdict }) => verdict)
        const failedAt = verdicts.indexOf('fail')
        const since = failedAt === -1 ? [] : verdicts.slice(failedAt)
        expect(since.filter((verdict) => verdict !== 'fail')).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('takes whatever stands in the status for what it remembers', () => {
    fc.assert(
      fc.property(metrics, steps(measurements), fc.jsonValue(), fc.jsonValue(), (of, list, state, condition) => {
        const run = lastOf(of, list)
        if (run === undefined) return
        for (const damaged of [
          JSON.stringify(state),
          JSON.stringify({ ...JSON.parse(run.state ?? '{}'), condition }),
        ]) {
          const after = list.map((step) => judgeMetric(of, { ...run, state: damaged }, ...later(step)))
          expect(after).toHaveLength(list.length)
        }
      }),
      { numRuns: 200 },
    )
  })
})

const later = ([measurement, context]: Step): Step => [{ ...measurement, atMs: measurement.atMs + 1e9 }, context]
