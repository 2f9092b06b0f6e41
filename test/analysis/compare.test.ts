import { describe, expect, it } from 'vitest'
import { type CompareState, judgeCompare } from '../../analysis/compare.ts'
import type { Judged } from '../../analysis/judged.ts'
import type { CompareCondition } from '../../api/analysis.ts'
import { compare, empty, many, one, type Readings, times } from './builders.ts'

function judged(condition: CompareCondition, ...list: readonly Readings[]): Judged<CompareState> {
  const context = { atMs: 0, stratum: '20', falseAlarm: 0.01 }
  const all = list.reduce<Judged<CompareState> | undefined>(
    (before, readings) => judgeCompare(condition, before?.state, readings, context),
    undefined,
  )
  if (!all) throw new Error('nothing is measured')
  return all
}
const sides = (canary: number, stable: number): Readings => ({ canary: one(canary), stable: one(stable) })
const verdictOf = (condition: CompareCondition, canary: number, stable: number) =>
  judged(condition, sides(canary, stable)).sample.verdict

describe('a comparison', () => {
  it('lets the canary be worse by the larger of the two margins', () => {
    const lower = compare({ better: 'lower', margin: { absolute: 5, relativePercent: 10 } })
    expect(verdictOf(lower, 110, 100)).toBe('pass')
    expect(verdictOf(lower, 110.1, 100)).toBe('fail')
    expect(verdictOf(lower, 15, 10)).toBe('pass')
    expect(verdictOf(lower, 15.1, 10)).toBe('fail')
  })

  it('knows which way is better', () => {
    const higher = compare({ better: 'higher', margin: { absolute: 0.01, relativePercent: 0 } })
    expect(verdictOf(higher, 0.98, 0.99)).toBe('pass')
    expect(verdictOf(higher, 0.97, 0.99)).toBe('fail')
    expect(verdictOf(higher, 5, 0.99)).toBe('pass')
    expect(verdictOf(compare({ better: 'lower' }), 5, 100)).toBe('pass')
  })

  it('takes a relative margin of the magnitude of stable', () => {
    expect(verdictOf(compare({ better: 'higher' }), -110, -100)).toBe('pass')
    expect(verdictOf(compare({ better: 'higher' }), -111, -100)).toBe('fail')
  })

  it('lets pass what is worse by exactly the margin, whatever doubles make of it', () => {
    expect(1.1 - 1).toBeGreaterThan(0.1)
    expect(verdictOf(compare({ margin: { absolute: 0.1, relativePercent: 0 } }), 1.1, 1)).toBe('pass')
  })

  it('counts what passed and failed, and says so', () => {
    const condition = compare({ count: 2, failureLimit: 1 })
    expect(judged(condition, sides(100, 100)).verdict).toBe('inconclusive')
    expect(judged(condition, ...times(2, sides(105, 100)))).toMatchObject({
      verdict: 'pass',
      figures: { canary: 105, stable: 100, margin: 10 },
      sample: { verdict: 'pass', canary: 105, stable: 100 },
      why: 'canary 105, stable 100: worse by 5, 10 allowed; 2 passed (2 needed), 0 failed (1 allowed)',
    })
    const failed = judged(condition, ...times(2, sides(200, 100)), ...times(9, sides(100, 100)))
    expect(failed.verdict).toBe('fail')
    expect(failed.why).toContain('canary 100, stable 100: no worse, 10 allowed; 9 passed')
  })

  it.each([
    ['no canary', { canary: empty, stable: one(1) }, 'canary: nothing'],
    ['no stable', { canary: one(1), stable: many() }, 'stable: nothing'],
    ['a canary that is NaN', sides(Number.NaN, 1), 'canary: NaN'],
    ['an infinite stable', sides(1, Number.POSITIVE_INFINITY), 'stable: Infinity'],
    ['several series', { canary: many(1, 1), stable: one(1) }, 'canary: more than one series: sum them'],
    ['nothing asked', {}, 'canary: nothing: it was not asked'],
    ['numbers beyond a double', sides(1.7e308, -1.7e308), 'numbers too large to compare'],
  ] satisfies readonly (readonly [string, Readings, string])[])('is inconclusive with %s', (_name, readings, note) => {
    expect(judged(compare({ count: 1 }), readings)).toMatchObject({
      verdict: 'inconclusive',
      sample: { verdict: 'inconclusive', note },
    })
  })

  describe('with a minimum sample', () => {
    const condition = compare({ count: 1, minimumSample: { canary: 'n', stable: 'n', count: 50 } })
    const sampled = (canary: number, stable: number): Readings => ({
      ...sides(100, 100),
      'sample.canary': one(canary),
      'sample.stable': one(stable),
    })

    it('says nothing of fewer on either side', () => {
      expect(judged(condition, sampled(49, 900)).sample).toEqual({
        verdict: 'inconclusive',
        canary: 100,
        stable: 100,
        note: 'too small a sample of canary: 49 of 50',
      })
      expect(judged(condition, sampled(900, 49)).why).toContain('too small a sample of stable: 49 of 50')
      expect(judged(condition, sampled(50, 50)).verdict).toBe('pass')
    })

    it('says nothing where the sample is not known', () => {
      expect(judged(condition, sides(100, 100)).why).toContain('sample of canary: nothing: it was not asked')
      expect(judged(condition, sampled(Number.NaN, 99)).why).toContain('sample of canary: NaN')
      expect(judged(condition, sampled(Number.POSITIVE_INFINITY, 99)).verdict).toBe('inconclusive')
    })
  })
})
