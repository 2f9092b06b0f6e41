import { describe, expect, it } from 'vitest'
import { combine } from '../../analysis/verdict.ts'
import type { MetricRun, Verdict } from '../../api/analysis-run.ts'

const run = (name: string, verdict: Verdict): MetricRun => ({
  name,
  verdict,
  why: `it is ${verdict}`,
  figures: {},
  samples: [],
  queries: {},
})

describe('several metrics', () => {
  it('fail when one does', () => {
    expect(combine([run('a', 'pass'), run('b', 'inconclusive'), run('c', 'fail')])).toEqual({
      verdict: 'fail',
      why: 'c: it is fail',
    })
  })

  it('pass when all do', () => {
    expect(combine([run('a', 'pass')])).toEqual({ verdict: 'pass', why: 'a: it is pass' })
    expect(combine([run('a', 'pass'), run('b', 'pass')])).toEqual({
      verdict: 'pass',
      why: 'all 2 metrics pass; a: it is pass',
    })
  })

  it('are inconclusive otherwise', () => {
    expect(combine([run('a', 'pass'), run('b', 'inconclusive')])).toEqual({
      verdict: 'inconclusive',
      why: 'b: it is inconclusive',
    })
  })

  it('pass nothing if there are none', () => {
    expect(combine([])).toEqual({ verdict: 'inconclusive', why: 'there are no metrics' })
  })
})
