import { describe, expect, it } from 'vitest'
import {
  describeSelector,
  labelSelectorOf,
  matches,
  serviceSelectorOf,
} from '../../rollout-controller/workload/selectors.ts'

const expression = (key: string, operator: string, ...values: string[]) =>
  labelSelectorOf({ matchExpressions: [{ key, operator, values }] })

describe('a label selector', () => {
  it('matches when all its labels and expressions do', () => {
    const selector = labelSelectorOf({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'back'] }],
    })
    expect(matches(selector, { app: 'web', tier: 'back', more: 'x' })).toBe(true)
    expect(matches(selector, { app: 'web', tier: 'side' })).toBe(false)
    expect(matches(selector, { tier: 'back' })).toBe(false)
  })

  it.each([
    ['In', ['a', 'b'], { k: 'b' }, true],
    ['In', ['a'], {}, false],
    ['NotIn', ['a'], { k: 'a' }, false],
    ['NotIn', ['a'], {}, true],
    ['Exists', [], { k: '' }, true],
    ['Exists', [], {}, false],
    ['DoesNotExist', [], {}, true],
    ['DoesNotExist', [], { k: 'a' }, false],
  ])('%s %j over %j is %s', (operator, values, labels, expected) => {
    expect(matches(expression('k', operator, ...values), labels)).toBe(expected)
  })

  it('matches everything when it is empty, as the API server says', () => {
    expect(matches(labelSelectorOf({}), { any: 'label' })).toBe(true)
  })

  it('does not take what objects inherit for labels', () => {
    expect(matches(expression('constructor', 'Exists'), {})).toBe(false)
  })

  it('takes an operator it does not know for matching, which keeps pods apart', () => {
    expect(matches(expression('k', 'Near', 'a'), { k: 'b' })).toBe(true)
  })

  it('is described as kubectl writes it', () => {
    const selector = labelSelectorOf({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }],
    })
    expect(describeSelector(selector)).toBe('app=web,tier In (a, b)')
  })
})

describe('a Service without a selector', () => {
  it('selects nothing by itself', () => {
    expect(serviceSelectorOf(undefined)).toBeUndefined()
    expect(serviceSelectorOf({})).toBeUndefined()
  })
})
