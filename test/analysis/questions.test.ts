import { describe, expect, it } from 'vitest'
import { questionsOf } from '../../analysis/questions.ts'
import { compare, evidence, threshold } from './builders.ts'

describe('the questions of a condition', () => {
  it('are the one of a threshold', () => {
    expect(questionsOf(threshold({ query: 'up' }))).toEqual({ value: 'up' })
  })

  it('are both sides of a comparison', () => {
    expect(questionsOf(compare({ canary: 'a', stable: 'b' }))).toEqual({ canary: 'a', stable: 'b' })
  })

  it('are the samples too, if there must be enough', () => {
    const minimumSample = { canary: 'c', stable: 'd', count: 9 }
    expect(questionsOf(compare({ canary: 'a', stable: 'b', minimumSample }))).toEqual({
      canary: 'a',
      stable: 'b',
      'sample.canary': 'c',
      'sample.stable': 'd',
    })
  })

  it('are the counters of either side', () => {
    const bad = { counts: 'good', queries: { canary: 'c', stable: 'd' } } as const
    expect(questionsOf(evidence({ requests: { canary: 'a', stable: 'b' }, bad }))).toEqual({
      'requests.canary': 'a',
      'requests.stable': 'b',
      'bad.canary': 'c',
      'bad.stable': 'd',
    })
  })
})
