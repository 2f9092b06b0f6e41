import { describe, expect, it } from 'vitest'
import type { Judged } from '../../analysis/judged.ts'
import type { Reading } from '../../analysis/measurement.ts'
import { isThresholdState, judgeThreshold, type ThresholdState } from '../../analysis/threshold.ts'
import type { ThresholdCondition } from '../../api/analysis.ts'
import { empty, many, one, threshold, times } from './builders.ts'

/** The last of several measurements. */
function judged(condition: ThresholdCondition, ...readings: readonly Reading[]): Judged<ThresholdState> {
  const context = { atMs: 0, stratum: '20', falseAlarm: 0.01 }
  const all = readings.reduce<Judged<ThresholdState> | undefined>(
    (before, value) => judgeThreshold(condition, before?.state, { value }, context),
    undefined,
  )
  if (!all) throw new Error('nothing is measured')
  return all
}
const sampleOf = (condition: ThresholdCondition, reading: Reading) => judged(condition, reading).sample

describe('a threshold', () => {
  it('passes with as many measurements as were asked for, not one earlier', () => {
    expect(judged(threshold({ count: 3 }), ...times(2, one(1))).verdict).toBe('inconclusive')
    expect(judged(threshold({ count: 3 }), ...times(3, one(1)))).toMatchObject({
      verdict: 'pass',
      why: '1 passes value >= 0.99; 3 passed (3 needed), 0 failed (0 allowed)',
      figures: { canary: 1 },
    })
  })

  it('fails with one failure more than is allowed, for good', () => {
    const condition = threshold({ count: 2, failureLimit: 1 })
    expect(judged(condition, one(1), one(0.5), one(1)).verdict).toBe('pass')
    expect(judged(condition, one(1), one(0.5), one(1), one(0.5))).toMatchObject({
      verdict: 'fail',
      why: '0.5 does not pass value >= 0.99; 2 passed (2 needed), 2 failed (1 allowed)',
    })
    expect(judged(condition, one(0.5), one(0.5), ...times(50, one(1))).verdict).toBe('fail')
  })

  it('does not stay passed on silence', () => {
    const condition = threshold({ count: 2 })
    const passed = times(3, one(1))
    expect(judged(condition, ...passed, one(Number.NaN)).verdict).toBe('pass')
    expect(judged(condition, ...passed, one(Number.NaN), empty)).toMatchObject({
      verdict: 'inconclusive',
      why: expect.stringContaining('3 passed (2 needed), 0 failed (0 allowed), none of the last 2 came to anything'),
    })
    expect(judged(condition, ...passed, one(Number.NaN), empty, one(1)).verdict).toBe('pass')
  })

  it('is inconclusive between what passes and what fails', () => {
    const condition = threshold({ pass: 'value >= 0.99', fail: 'value < 0.95', count: 1 })
    expect(judged(condition, one(0.97))).toMatchObject({
      verdict: 'inconclusive',
      state: { passes: 0, failures: 0, silent: 1 },
      sample: { verdict: 'inconclusive', canary: 0.97 },
      why: '0.97 neither passes nor fails; 0 passed (1 needed), 0 failed (0 allowed)',
    })
    expect(judged(condition, one(0.9)).why).toContain('0.9 fails by value < 0.95')
  })

  it('fails what it says both to pass and to fail', () => {
    expect(judged(threshold({ pass: 'value > 1', fail: 'value > 2', count: 1 }), one(3)).verdict).toBe('fail')
  })

  it('is inconclusive, and says why, when an expression cannot be tested', () => {
    expect(judged(threshold({ pass: 'value >', count: 1 }), one(1))).toMatchObject({ verdict: 'inconclusive' })
    expect(judged(threshold({ pass: 'limit > 1', count: 1 }), one(1)).why).toContain(
      'pass cannot be tested: it names limit',
    )
    expect(judged(threshold({ pass: 'int(value) < 5', count: 1 }), one(1e300)).verdict).toBe('inconclusive')
  })

  it.each([
    ['nothing', empty],
    ['no series', many()],
    ['NaN', one(Number.NaN)],
    ['+Inf', one(Number.POSITIVE_INFINITY)],
    ['-Inf', one(Number.NEGATIVE_INFINITY)],
  ])('takes %s for what it is told to, and never for a pass', (_name, reading) => {
    const anything = { pass: 'value > 0 || value <= 0 || value != value', count: 1 }
    expect(judged(threshold(anything), reading)).toMatchObject({ verdict: 'inconclusive', figures: {} })
    expect(judged(threshold({ ...anything, noData: 'fail' }), reading)).toMatchObject({ verdict: 'fail', figures: {} })
  })

  it('needs a measurement to pass, even if it is asked for none', () => {
    expect(judged(threshold({ count: 0 }), empty).verdict).toBe('inconclusive')
  })

  it('says what there was instead of a value', () => {
    expect(sampleOf(threshold(), empty)).toEqual({ verdict: 'inconclusive', note: 'nothing' })
    expect(sampleOf(threshold(), one(Number.NaN))).toEqual({ verdict: 'inconclusive', note: 'NaN' })
  })

  it('refuses a vector that nobody could read', () => {
    expect(judged(threshold({ count: 1 }), many(...times(501, 1)))).toMatchObject({
      verdict: 'inconclusive',
      sample: { note: 'more than 500 series: aggregate them' },
    })
  })

  it('is asked for: a measurement without the question is one without data', () => {
    const context = { atMs: 0, stratum: '20', falseAlarm: 0.01 }
    expect(judgeThreshold(threshold({ count: 1 }), undefined, {}, context).verdict).toBe('inconclusive')
  })
})

describe('a vector', () => {
  const all = threshold({ pass: 'value >= 0.99', fail: 'value < 0.95', over: 'all' })
  const any = threshold({ pass: 'value >= 0.99', fail: 'value < 0.95', over: 'any' })

  it.each([
    ['all pass', [1, 0.99], 'pass', 'pass'],
    ['the first fails', [0.5, 1], 'fail', 'pass'],
    ['the last fails', [1, 0.5], 'fail', 'pass'],
    ['all fail', [0.5, 0.6], 'fail', 'fail'],
    ['one is in between, the other passes', [0.97, 1], 'inconclusive', 'pass'],
    ['one is in between, the other fails', [0.5, 0.97], 'fail', 'inconclusive'],
    ['one is NaN, the other passes', [1, Number.NaN], 'inconclusive', 'pass'],
    ['one is NaN, the other fails', [Number.NaN, 0.5], 'fail', 'inconclusive'],
  ] as const)('of which %s', (_name, values, overAll, overAny) => {
    expect(sampleOf(all, many(...values)).verdict).toBe(overAll)
    expect(sampleOf(any, many(...values)).verdict).toBe(overAny)
  })

  it('is the same in whatever order its series come', () => {
    expect(sampleOf(all, many(1, 0.5, 0.97))).toEqual(sampleOf(all, many(0.97, 1, 0.5)))
    expect(sampleOf(any, many(1, 0.5, 0.97))).toEqual(sampleOf(any, many(0.97, 1, 0.5)))
  })

  it('shows the worst value of all, the best of any, whichever way is better', () => {
    expect(sampleOf(all, many(0.9, 0.3, 1)).canary).toBe(0.3)
    expect(sampleOf(any, many(0.9, 0.3, 0.94)).canary).toBe(0.94)
    expect(sampleOf(threshold({ pass: 'value < 500' }), many(600, 900, 100)).canary).toBe(900)
    expect(sampleOf(threshold({ pass: 'value < 500' }), many(200, 300, 100)).canary).toBe(300)
  })

  it('names the series that decides', () => {
    expect(judged(all, many(1, 0.5, 1)).why).toContain('0.5 of {pod="1"} (3 series) fails by value < 0.95')
  })

  it('counts a value that is no number as the policy says', () => {
    const strict = threshold({ noData: 'fail' })
    expect(sampleOf(strict, many(1, Number.NaN))).toEqual({ verdict: 'fail', note: 'NaN' })
  })
})

describe('the state of a threshold', () => {
  it.each([undefined, null, 5, {}, { passes: -1, failures: 0, silent: 0 }, { passes: '5', failures: 0, silent: 0 }])(
    'is not %j',
    (raw) => {
      expect(isThresholdState(raw)).toBe(false)
    },
  )
})
