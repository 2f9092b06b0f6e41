import { describe, expect, it } from 'vitest'
import { brokenText } from '../../examples/demo/paper.ts'
import { lastAnswerCheck, lossCheck, noneCheck, sameCheck, shareCheck } from '../../examples/demo/promises.ts'

describe('a promise of the demo', () => {
  it.each([
    ['exactly', 120, true],
    ['as chance has it', 155, true],
    ['as chance would not have it', 165, false],
    ['never', 0, false],
  ])('about a share of 20 %% holds or not when the version answers %s', (_how, answers, held) => {
    expect(shareCheck('v2', 20, answers, 600).held).toBe(held)
  })

  it('is broken where nothing was measured', () => {
    expect(shareCheck('v2', 20, 0, 0).held).toBe(false)
    expect(lossCheck(0, 0, '').held).toBe(false)
    expect(sameCheck('nobody is touched', [], [], 'pods').held).toBe(false)
  })

  it('names what was lost', () => {
    expect(lossCheck(1000, 3, '2 × 503, 1 × reset')).toMatchObject({ held: false, measured: /2 × 503/ })
  })

  it('about the last answer counts from the write', () => {
    expect(lastAnswerCheck('gone', 'v3', 1_350, 1_000, 350).held).toBe(true)
    expect(lastAnswerCheck('gone', 'v3', 1_351, 1_000, 350).held).toBe(false)
  })

  it('about what stays is broken by one that went, and by one that came', () => {
    expect(sameCheck('same', ['a', 'b'], ['a', 'b'], 'pods').held).toBe(true)
    expect(sameCheck('same', ['a', 'b'], ['a', 'c'], 'pods').held).toBe(false)
    expect(sameCheck('same', ['a', 'b'], ['a', 'b', 'c'], 'pods').held).toBe(false)
  })

  it('that is broken is said in a line of its own', () => {
    const checks = [noneCheck('nothing is left', [], 'nothing'), noneCheck('nothing is kept', ['Ingress web'], '')]
    expect(brokenText(checks)).toEqual(['broken: nothing is kept (Ingress web)'])
  })
})
