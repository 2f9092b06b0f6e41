import { describe, expect, it } from 'vitest'
import { dispersion, learned, noClumping } from '../../../analysis/evidence/clumping.ts'

const learnedFrom = (errors: readonly number[]): number =>
  dispersion(errors.reduce((known, each) => learned(known, { requests: 400, errors: each }), noClumping))
const repeated = (pattern: readonly number[], times: number) => Array.from({ length: times }, () => pattern).flat()

describe('clumping', () => {
  it('is more than none before anything is known', () => {
    expect(dispersion(noClumping)).toBeGreaterThan(1.2)
  })
  it('is forgotten where errors come evenly', () => {
    expect(learnedFrom(repeated([4], 100))).toBe(1)
  })
  it('is as large as the clumps', () => {
    expect(learnedFrom(repeated([0, 12], 200))).toBeGreaterThan(5)
  })
  it('is not taken from a slow drift', () => {
    expect(learnedFrom(Array.from({ length: 400 }, (_, index) => index / 4))).toBe(1)
  })
  it('compares nothing across a look that does not count', () => {
    const broken = [learned(noClumping, { requests: 400, errors: 0 }), undefined].reduce(
      (known, each) => (each === undefined ? learned(known ?? noClumping, undefined) : each),
      noClumping,
    )
    expect(dispersion(learned(broken ?? noClumping, { requests: 400, errors: 100 }))).toBe(dispersion(noClumping))
  })
})
