import { describe, expect, it } from 'vitest'
import { compileCondition } from '../../analysis/condition.ts'

const answers = (text: string, ...values: readonly number[]): readonly unknown[] => {
  const condition = compileCondition(text)
  if (condition.kind === 'invalid') throw new Error(condition.why)
  return values.map(condition.test)
}
const whyOf = (text: string): string => {
  const condition = compileCondition(text)
  return condition.kind === 'invalid' ? condition.why : 'it is valid'
}

describe('a condition', () => {
  it('tests a number', () => {
    expect(answers('value >= 0.99', 0.98, 0.99, 1)).toEqual([false, true, true])
  })

  it('takes integers in its text for the doubles they are compared with', () => {
    expect(answers('value >= 1', 0.5, 1, 1.5)).toEqual([false, true, true])
    expect(answers('1 == value', 1, 1.5)).toEqual([true, false])
    expect(answers('value in [1, 2]', 2, 2.5)).toEqual([true, false])
    expect(answers('value > -1', -1, 0)).toEqual([false, true])
  })

  it('reckons with integers and doubles alike', () => {
    expect(answers('value * 100 > 5', 0.05, 0.06)).toEqual([false, true])
    expect(answers('1 - value < 0.01', 0.98, 0.999)).toEqual([false, true])
    expect(answers('(value + 1) / 2 == 1.5', 2, 3)).toEqual([true, false])
  })

  it('joins tests', () => {
    expect(answers('value >= 0.5 && value <= 0.9 || value == 7', 0.4, 0.6, 7)).toEqual([false, true, true])
    expect(answers('value > 2 ? value < 5 : value > 1', 1, 1.5, 3, 6)).toEqual([false, true, true, false])
  })

  it('has no answer where the expression has none', () => {
    expect(answers('int(value) < 5', 4.5, 1e300, Number.NaN)).toEqual([true, undefined, undefined])
  })

  it.each([
    ['value', 'it must be true or false; with value 0 it is 0'],
    ['"a" + string(value)', 'it must be true or false; with value 0 it is a0'],
    ['value > 1 ? true : "x"', 'it must be true or false; with value 0 it is x'],
    ['value > 5000 ? "x" : true', 'it must be true or false; with value 5001 it is x'],
    ['value >', 'it cannot be read: at character'],
    ['', 'it cannot be read: at character 1'],
    ['value > limit', 'it names limit; there is only value'],
    ['value == 1 || error', 'it names error; there is only value'],
    ['value > 3000 && isGood(value)', 'with value 3001: unbound function: isGood'],
    ['true', 'it does not look at value'],
    ['1 < 2', 'it does not look at value'],
    ['[1, 2].exists(x, x > value)', 'it loops; there is only one value to look at'],
    ['1 / int(value) > 0', 'with value 0: int divide by zero'],
    [`value > ${'1'.repeat(1_100)}`, 'it is longer than 1024 characters'],
    ['['.repeat(1_000), 'it cannot be read'],
  ])('is not %j', (text, why) => {
    expect(whyOf(text)).toContain(why)
    expect(whyOf(text).length).toBeLessThanOrEqual(200)
  })

  it('is the same for the same text', () => {
    expect(compileCondition('value > 4711')).toBe(compileCondition('value > 4711'))
  })
})
