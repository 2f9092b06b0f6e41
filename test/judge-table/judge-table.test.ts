import { describe, expect, it } from 'vitest'
import { goalNoises } from './cells.ts'
import { type Outcome, play } from './play.ts'
import type { Cell } from './release.ts'

const cell = (over: Partial<Cell>): Cell => ({
  noise: 'independent',
  base: 0.002,
  perMinute: 3000,
  worseBy: 0,
  worseFromTick: 0,
  ...over,
})
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const secondsOf = ({ rolledBack }: Outcome) => median(rolledBack.map(({ seconds }) => seconds))
const badOf = ({ rolledBack }: Outcome) => median(rolledBack.map(({ bad }) => bad))

/** Seeds are fixed, so chance decides once; the bounds leave room for another version of the judge. */
describe('a healthy canary', () => {
  const cells = goalNoises.flatMap((noise) =>
    [0, 0.002, 0.01, 0.05].flatMap((base) => [300, 3000].map((perMinute) => cell({ noise, base, perMinute }))),
  )
  it.each(cells)('is rolled back in 1 % of all releases at most: $noise, $base, $perMinute/min', (of) => {
    expect(play(of, 0, 200).sluice.rolledBack.length).toBeLessThanOrEqual(6) // 1 % of 200 are 2; more than 6 by chance: 0.4 %
  })

  it('is rolled back by the other rules in some of these cells', () => {
    const { flagger, argo, zTest } = play(cell({ base: 0.05 }), 0, 30)
    expect([flagger, argo].map(({ rolledBack }) => rolledBack.length)).toEqual([30, 30])
    expect(zTest.rolledBack.length).toBeGreaterThan(0)
  })
})

describe('a canary with five more errors in a hundred', () => {
  it.each([0, 0.002, 0.01])('is caught within 30 s and 20 bad requests at 3,000/min on top of %d', (base) => {
    const { sluice } = play(cell({ base, worseBy: 0.05 }), 0, 201)
    expect(sluice.rolledBack).toHaveLength(201)
    expect(secondsOf(sluice)).toBeLessThanOrEqual(30)
    expect(badOf(sluice)).toBeLessThanOrEqual(22)
  })

  it('is caught when it is good for ten minutes first', () => {
    const { sluice } = play(cell({ worseBy: 0.05, worseFromTick: 63 }), 0, 101)
    expect(sluice.rolledBack).toHaveLength(101)
    expect(secondsOf(sluice)).toBeLessThanOrEqual(60)
  })

  it('is neither passed nor guessed at where there are ten requests a minute', () => {
    const { sluice } = play(cell({ perMinute: 10, worseBy: 0.05 }), 0, 200)
    expect(sluice.everPassed).toBe(0)
    expect(sluice.rolledBack.length).toBeLessThanOrEqual(6)
  })
})

describe('a canary that is worse by just the margin', () => {
  it.each([0, 0.002, 0.01])('is said not to be in 5 % of all releases at most, on top of %d', (base) => {
    expect(play(cell({ base, worseBy: 0.01 }), 0, 200).sluice.everPassed).toBeLessThanOrEqual(19) // 5 % are 10; by chance 0.3 %
  })
})

describe('a gateway that comes back with the counts of another release', () => {
  it.each([0, 0.002, 0.01, 0.05])('rolls no healthy canary back, on top of %d', (base) => {
    const { sluice } = play(cell({ base, missing: 'a bad canary' }), 0, 100)
    expect(sluice.rolledBack.length).toBeLessThanOrEqual(4) // 1 % of 100 is 1; more than 4 by chance: 0.4 %
  })

  it.each([0, 0.01])('passes no canary that is worse by the margin, on top of %d', (base) => {
    const { sluice } = play(cell({ base, worseBy: 0.01, missing: 'a good canary' }), 0, 100)
    expect(sluice.everPassed).toBeLessThanOrEqual(12) // 5 % of 100 are 5; more than 12 by chance: 0.1 %
  })
})

describe('a metric that shares the false alarms with three others', () => {
  it('sees the same releases, and needs some more evidence', () => {
    const alone = play(cell({ worseBy: 0.05 }), 0, 51).sluice
    const shared = play(cell({ worseBy: 0.05, tests: 4 }), 0, 51).sluice
    expect(badOf(shared)).toBeGreaterThan(badOf(alone))
    expect(secondsOf(shared)).toBeLessThanOrEqual(secondsOf(alone) + 10)
  })
})

describe('a release that is told twice', () => {
  it('is the same', () => {
    expect(play(cell({ noise: 'clumped', worseBy: 0.01 }), 3, 5)).toEqual(
      play(cell({ noise: 'clumped', worseBy: 0.01 }), 3, 5),
    )
  })
})
