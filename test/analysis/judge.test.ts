import { describe, expect, it } from 'vitest'
import { judgeMetric } from '../../analysis/judge.ts'
import type { Reading } from '../../analysis/measurement.ts'
import { type MetricRun, maxSamples } from '../../api/analysis-run.ts'
import { away, compare, empty, evidence, metric, one, type Readings, threshold, times } from './builders.ts'
import { context, runOf, t0 } from './runs.ts'

const good: Readings = { value: one(1) }
const bad: Readings = { value: one(0.5) }
const nothing: Readings = { value: empty }
const gone: Readings = { value: away }
const three = metric(threshold({ count: 3 }))
const counts = (requests: number, errors: number): Readings => ({
  'requests.canary': one(requests),
  'requests.stable': one(requests),
  'bad.canary': one(errors),
  'bad.stable': one(errors),
})

describe('a metric', () => {
  it('is judged by its condition, and keeps what was measured', () => {
    expect(runOf(three, times(3, good))).toMatchObject({
      name: 'success-rate',
      verdict: 'pass',
      why: '1 passes value >= 0.99; 3 passed (3 needed), 0 failed (0 allowed)',
      measuredAt: '2026-01-01T00:00:20.000Z',
      figures: { canary: 1 },
      samples: [
        { at: '2026-01-01T00:00:00.000Z', verdict: 'pass', canary: 1 },
        { at: '2026-01-01T00:00:10.000Z', verdict: 'pass', canary: 1 },
        { at: '2026-01-01T00:00:20.000Z', verdict: 'pass', canary: 1 },
      ],
      queries: { value: 'success_rate' },
      awayMs: 0,
    })
  })

  it('keeps the last samples only', () => {
    const run = runOf(three, times(50, good))
    expect(run.samples).toHaveLength(maxSamples)
    expect(run.samples.at(-1)?.at).toBe(run.measuredAt)
  })

  it('keeps of a long query and a long sentence what a status has room for', () => {
    const run = runOf(
      metric(threshold({ query: 'q'.repeat(50_000) })),
      times(6, { value: { ...empty, what: 'x'.repeat(9_000) } }),
    )
    expect(JSON.stringify(run).length).toBeLessThan(10_000)
  })

  it('is of bounded size, however many series come and go', () => {
    const churn = (tick: number): Reading => ({
      kind: 'values',
      values: times(150, 0).map((_zero, index) => ({
        series: `{pod="shop-${tick * 150 + index}"}`,
        value: 1e9 + tick,
      })),
    })
    const list = times(20, 0).map((_zero, tick) => {
      const all = churn(tick)
      return { 'requests.canary': all, 'requests.stable': all, 'bad.canary': all, 'bad.stable': all }
    })
    expect(JSON.stringify(runOf(metric(evidence()), list)).length).toBeLessThan(25_000)
  })

  it.each([
    ['a comparison', metric(compare()), { canary: one(1), stable: one(1) }],
    ['counts', metric(evidence()), counts(100, 0)],
  ] as const)('takes %s too', (_name, of, readings) => {
    expect(runOf(of, times(5, readings)).samples).toHaveLength(5)
  })
})

describe('a measurement that is no news', () => {
  const run = runOf(three, times(2, good))
  it.each([
    ['the last one again', 10_000],
    ['a part of a millisecond later', 10_000.5],
    ['an older one', 5_000],
    ['one from the start', 0],
    ['one at no moment', Number.NaN],
    ['one at the end of time', Number.POSITIVE_INFINITY],
    ['one beyond all dates', 9e15],
  ])('changes nothing: %s', (_name, afterMs) => {
    expect(judgeMetric(three, run, { id: 'x', atMs: t0 + afterMs, readings: bad }, context)).toEqual(run)
  })

  it('is no measurement at all if it is the first', () => {
    const first = judgeMetric(three, undefined, { id: 'x', atMs: Number.NaN, readings: good }, context)
    expect(first).toEqual({
      name: 'success-rate',
      verdict: 'inconclusive',
      why: 'nothing is measured yet',
      figures: {},
      samples: [],
      queries: { value: 'success_rate' },
    })
  })
})

describe('a metric that failed', () => {
  const failed = runOf(three, [good, bad])

  it('stays failed, as it was when it failed', () => {
    expect(failed.verdict).toBe('fail')
    expect(runOf(three, [...times(9, good), gone, nothing], 20_000, failed)).toEqual({
      ...failed,
      measuredAt: '2026-01-01T00:02:00.000Z',
    })
  })

  it('stays failed if what the judge remembered is lost', () => {
    expect(runOf(three, times(9, good), 20_000, { ...failed, state: 'damaged' }).verdict).toBe('fail')
  })
})

describe('the warm-up', () => {
  const warm = metric(threshold({ count: 1 }), { warmUpMs: 30_000 })

  it('is judged by no condition: cold caches fail nothing', () => {
    expect(runOf(warm, times(3, bad))).toMatchObject({
      verdict: 'inconclusive',
      why: 'warm-up: what is measured counts once the split has been in force for 30s',
      figures: {},
      samples: times(3, { verdict: 'inconclusive', note: 'warm-up' }),
    })
  })

  it('ends with its last millisecond', () => {
    const at = (atMs: number) => judgeMetric(warm, undefined, { id: 'x', atMs, readings: bad }, context).verdict
    expect(at(t0 + 29_999)).toBe('inconclusive')
    expect(at(t0 + 30_000)).toBe('fail')
  })

  it('leaves out what was measured before the split', () => {
    const before = judgeMetric(three, undefined, { id: 'x', atMs: t0 - 1, readings: bad }, context)
    expect(before).toMatchObject({ verdict: 'inconclusive', samples: [{ note: 'before the split' }] })
  })

  it('counts the first requests of a canary in full where the look before the first split knew none', () => {
    const of = metric(evidence())
    const requests = (isFirstSplit: boolean) => {
      const around = { ...context, splitSinceMs: t0 + 5_000, isFirstSplit }
      const none = { ...counts(0, 0), 'requests.canary': empty, 'bad.canary': empty }
      const before = judgeMetric(of, undefined, { id: 'x', atMs: t0, readings: none }, around)
      return judgeMetric(of, before, { id: 'x', atMs: t0 + 10_000, readings: counts(100, 1) }, around).figures.requests
    }
    expect([requests(true), requests(false)]).toEqual([100, 0])
  })

  it('keeps after a new split what was reached under the last one', () => {
    const passed = runOf(warm, [good], 30_000)
    const later = { ...context, splitSinceMs: t0 + 60_000 }
    const again = judgeMetric(warm, passed, { id: 'x', atMs: t0 + 70_000, readings: bad }, later)
    expect(again).toMatchObject({ verdict: 'pass', why: passed.why, figures: passed.figures })
  })

  it('is where counters begin: what was counted in it counts for nothing', () => {
    const of = metric(evidence(), { warmUpMs: 30_000 })
    const cold = [counts(0, 0), counts(500, 500), counts(1_000, 1_000)]
    const run = runOf(of, [...cold, counts(1_000, 1_000), counts(1_100, 1_000)])
    expect(run.figures).toMatchObject({ requests: 100 })
    expect(run.verdict).not.toBe('fail')
  })
})

describe('a store that is away', () => {
  const since = '2026-01-01T00:00:20.000Z'
  const patient = metric(threshold({ count: 3 }), { patienceMs: 60_000 })
  const begun = runOf(patient, times(2, good))

  it('is waited for: nothing is judged, and the sample says what happened', () => {
    const run = runOf(patient, times(3, gone), 20_000, begun)
    expect(run).toMatchObject({
      verdict: 'inconclusive',
      why: `the store has not answered since ${since} (no answer within 5s); the deadline stands still for it, up to 1m`,
      figures: { canary: 1 },
      away: true,
      awayMs: 20_000,
    })
    expect(run.samples.at(-1)).toEqual({
      at: '2026-01-01T00:00:40.000Z',
      verdict: 'inconclusive',
      note: 'no answer: no answer within 5s',
    })
  })

  it('goes on from where it was when it is back', () => {
    const run = runOf(patient, [...times(3, gone), good], 20_000, begun)
    expect(run).toMatchObject({ verdict: 'pass', awayMs: 30_000 })
    expect(JSON.parse(run.state ?? '')).toMatchObject({ unanswered: 0 })
    expect(run).not.toHaveProperty('away')
  })

  it('takes nothing back within the patience', () => {
    const passed = runOf(patient, [good, gone], 20_000, begun)
    expect(passed).toMatchObject({ verdict: 'pass', away: true, awayMs: 0 })
  })

  it('makes a metric inconclusive when the patience is over, also one that had passed', () => {
    const passed = runOf(patient, [good, ...times(7, gone)], 20_000, begun)
    expect(passed).toMatchObject({
      verdict: 'inconclusive',
      why: 'the store has not answered since 2026-01-01T00:00:30.000Z (no answer within 5s), for longer than 1m',
    })
    expect(runOf(patient, [good], 200_000, passed).verdict).toBe('pass')
  })

  it('is back, even if a new split is warming up', () => {
    const warm = { ...patient, warmUpMs: 60_000 }
    const lost = runOf(patient, [good, ...times(9, gone)], 20_000, begun)
    const later = { ...context, splitSinceMs: t0 + 120_000 }
    const back = judgeMetric(warm, lost, { id: 'x', atMs: t0 + 130_000, readings: good }, later)
    expect(back).toMatchObject({ verdict: 'pass', why: expect.stringContaining('3 passed') })
  })

  it('stops the clock for at most the patience of each outage', () => {
    const once = runOf(patient, [...times(30, gone), good], 20_000, begun)
    expect(once.awayMs).toBe(60_000)
    const twice = runOf(patient, [gone, gone, gone, good, good], 400_000, once)
    expect(twice.awayMs).toBe(90_000)
  })

  it('makes it inconclusive after more errors in a row than are allowed', () => {
    const strict = metric(threshold({ count: 3, consecutiveErrorLimit: 2 }))
    const passed = runOf(strict, times(3, good))
    expect(runOf(strict, times(2, gone), 30_000, passed).verdict).toBe('pass')
    expect(runOf(strict, [gone, good, gone, gone], 30_000, passed).verdict).toBe('pass')
    expect(runOf(strict, times(3, gone), 30_000, passed)).toMatchObject({
      verdict: 'inconclusive',
      why: expect.stringContaining('(no answer within 5s), more than 2 times in a row'),
    })
  })

  it('leaves a measurement unjudged of which it answered only a part', () => {
    const run = runOf(metric(compare({ count: 1 })), [{ canary: one(1), stable: away }])
    expect(run).toMatchObject({ verdict: 'inconclusive', away: true })
  })
})

describe('a metric that never returned data', () => {
  it('is a configuration error, said with the query and what came back', () => {
    expect(runOf(three, times(5, nothing)).why).toContain('no value: nothing')
    expect(runOf(three, times(6, nothing))).toMatchObject({
      verdict: 'inconclusive',
      why: 'no data, which is a configuration error unless there is no traffic: value never had a value in 6 measurements or more; query "success_rate" returned nothing',
    })
    expect(runOf(three, times(9, nothing)).why).toBe(runOf(three, times(6, nothing)).why)
  })

  it('names the side that has none', () => {
    const of = metric(compare())
    const run = runOf(of, times(6, { canary: one(Number.NaN), stable: one(1) }))
    expect(run.why).toContain(
      'canary never had a value in 6 measurements or more; query "latency{side="canary"}" returned NaN',
    )
  })

  it('is none once it had some', () => {
    expect(runOf(three, [good, ...times(9, nothing)]).why).not.toContain('configuration')
  })

  it('is none while the store is away or the canary warms up', () => {
    const warm = metric(threshold(), { warmUpMs: 60_000 })
    expect(runOf(warm, times(6, nothing)).why).not.toContain('configuration')
    expect(runOf(three, times(9, gone)).why).not.toContain('configuration')
  })

  it('may count no errors for ever', () => {
    const healthy = { ...counts(100, 0), 'bad.canary': empty, 'bad.stable': empty }
    expect(runOf(metric(evidence()), times(9, healthy)).why).not.toContain('configuration')
  })

  it('must count good requests: a bucket is there from the first request on', () => {
    const of = metric(evidence({ bad: { ...evidence().bad, counts: 'good' } }))
    const run = runOf(of, times(9, { ...counts(100, 0), 'bad.canary': empty }))
    expect(run.why).toContain('bad.canary never had a value')
  })

  it('fails if its condition says that no data fails', () => {
    expect(runOf(metric(threshold({ noData: 'fail', failureLimit: 1 })), times(2, nothing)).verdict).toBe('fail')
  })
})

describe('what the judge remembers', () => {
  const passed = runOf(three, times(3, good))
  const changed = (by: object) => JSON.stringify({ ...JSON.parse(passed.state ?? '{}'), ...by })
  it.each([
    ['nothing', undefined],
    ['text', 'x'],
    ['a list', '[]'],
    ['another version', '{"version":2}'],
    ['damaged counts', changed({ condition: { passes: -1, failures: 'x' } })],
    ['a moment that is none', changed({ awaySinceMs: 1e300 })],
    ['what it knew of another kind', changed({ kind: 'compare' })],
  ])('starts anew with %s', (_name, state) => {
    const { state: _state, ...rest } = passed
    const damaged: MetricRun = { ...rest, ...(state !== undefined && { state }) }
    expect(runOf(three, times(1, good), 30_000, damaged).verdict).toBe('inconclusive')
    expect(runOf(three, times(1, gone), 30_000, damaged).verdict).toMatch(/inconclusive|pass/)
    expect(runOf(three, times(3, good), 30_000, damaged).verdict).toBe('pass')
  })

  it('is the same after a restart', () => {
    const all = [good, nothing, gone, good, good, gone, bad]
    const restarted = all.reduce<MetricRun | undefined>((run, readings, index) => {
      const next = judgeMetric(three, run, { id: 'x', atMs: t0 + index * 10_000, readings }, context)
      return JSON.parse(JSON.stringify(next))
    }, undefined)
    expect(restarted).toEqual(runOf(three, all))
  })
})
