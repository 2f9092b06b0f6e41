import { describe, expect, it } from 'vitest'
import type { Counts } from '../../../analysis/evidence/counts.ts'
import { betOnNotWorse, logNotWorse, noNotWorse } from '../../../analysis/evidence/not-worse.ts'
import { betOnWorse, logWorse, noWorse } from '../../../analysis/evidence/worse.ts'

/** log of the chance of k in n. */
function logBinomial(k: number, n: number, p: number): number {
  let log = k * Math.log(p) + (n - k) * Math.log1p(-p)
  for (let index = 1; index <= k; index++) log += Math.log((n - k + index) / index)
  return log
}
const range = (to: number) => Array.from({ length: to + 1 }, (_, index) => index)
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
const counts = (c: number, k: number, s: number, x: number): Counts => ({
  canary: { requests: c, errors: k },
  stable: { requests: s, errors: x },
})

/** What the stake is worth on average after a look with n errors, each the canary's with its share of `ratio`. */
function meanWorse(c: number, s: number, n: number, truth: number, clumping: number): number {
  const p = (truth * c) / (truth * c + s)
  const terms = { ratio: 1.1, clumping, falseAlarm: 0.01 }
  return sum(
    range(n).map((k) => Math.exp(logBinomial(k, n, p) + logWorse(betOnWorse(noWorse, counts(c, k, s, n - k), terms)))),
  )
}

describe('the bet that the canary is worse', () => {
  const games = [1, 2, 7, 40].flatMap((n) =>
    [
      [10, 90],
      [100, 400],
      [50, 50],
      [450, 50],
    ].map(([c = 0, s = 0]) => [n, c, s] as const),
  )

  it.each(games)('wins nothing on average from %i errors at %i to %i, if it is not', (n, c, s) => {
    for (const truth of [0.01, 0.5, 1, 1.1]) {
      for (const clumping of [1, 2.5]) expect(meanWorse(c, s, n, truth, clumping)).toBeLessThanOrEqual(1 + 1e-9)
    }
  })

  it('is fair, but for what it leaves on the table', () => {
    expect(meanWorse(100, 400, 1, 1.1, 1)).toBeCloseTo(1, 9)
  })

  it('wins if it is', () => {
    expect(meanWorse(100, 400, 7, 5, 1)).toBeGreaterThan(5)
  })
})

/** What the stake is worth on average after a look at a canary that fails `worseBy` more than stable's p. */
function meanNotWorse(c: number, s: number, p: number, worseBy: number): number {
  return sum(
    range(c).flatMap((k) =>
      range(s).map((x) => {
        const chance = logBinomial(k, c, p + worseBy) + logBinomial(x, s, p)
        return Math.exp(chance + logNotWorse(betOnNotWorse(noNotWorse, counts(c, k, s, x), 0.02, 1)))
      }),
    ),
  )
}

describe('the bet that the canary is not worse by more than 0.02', () => {
  const games = [0.0001, 0.01, 0.2, 0.6].flatMap((p) =>
    [
      [5, 40],
      [40, 40],
      [60, 5],
    ].map(([c = 0, s = 0]) => [p, c, s] as const),
  )

  it.each(games)('wins nothing on average at a rate of %d with %i to %i requests, if it is', (p, c, s) => {
    expect(meanNotWorse(c, s, p, 0.02)).toBeLessThanOrEqual(1 + 1e-9)
    expect(meanNotWorse(c, s, p, 0.1)).toBeLessThan(meanNotWorse(c, s, p, 0.02))
  })

  it('wins if it is not', () => {
    expect(meanNotWorse(40, 40, 0.0001, 0)).toBeGreaterThan(1.5)
  })
})
