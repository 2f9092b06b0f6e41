import { describe, expect, it } from 'vitest'
import type { EvidenceState } from '../../../analysis/evidence.ts'
import type { Reading } from '../../../analysis/measurement.ts'
import { empty, evidence } from '../builders.ts'
import { judgeAll, type Readings, type Told } from '../evidence-story.ts'

type Values = Readonly<Record<string, number>>
const reading = (values: Values): Reading => {
  const each = Object.entries(values).map(([series, value]) => ({ series, value }))
  return each.length === 0 ? empty : { kind: 'values', values: each }
}
const at = (canary: Values, badCanary: Values, stable: Values = {}, badStable: Values = {}): Readings => ({
  'requests.canary': reading(canary),
  'requests.stable': reading(stable),
  'bad.canary': reading(badCanary),
  'bad.stable': reading(badStable),
})
const figuresOf = (looks: readonly Readings[], told?: Told, before?: EvidenceState) =>
  judgeAll(looks, told, before).figures
const [g1, g1Later] = [{ g1: 1000 }, { g1: 1400 }]

describe('a series that is new', () => {
  it('counts from its first value on: nobody knows when that was counted', () => {
    const looks = [
      at({ g1: 100 }, { g1: 0 }, g1),
      at({ g1: 200, g2: 9000 }, { g1: 1, g2: 3000 }, { g1: 1400, g2: 70_000 }, { g2: 5000 }),
      at({ g1: 300, g2: 9100 }, { g1: 2, g2: 3001 }, { g1: 1800, g2: 70_400 }, { g2: 5000 }),
    ]
    expect(figuresOf(looks.slice(0, 2))).toMatchObject({ requests: 100, canary: 0.01, stable: 0 })
    expect(figuresOf(looks)).toMatchObject({ requests: 300, canary: 0.01, stable: 0 })
  })

  it('counts nothing where a store has just begun to answer', () => {
    expect(judgeAll([at({}, {}), at({ g1: 100_000 }, { g1: 10 }, { g1: 900_000 }, { g1: 90 })])).toMatchObject({
      verdict: 'inconclusive',
      figures: { requests: 0 },
    })
  })
})

describe('the series of a canary that had none before its first request', () => {
  const baseline = (looks: readonly Readings[]) => judgeAll(looks, { warmUp: true, isBeforeTraffic: true }).state
  const first = at({ a: 30, b: 10 }, { b: 4 }, g1Later)

  it('count in full', () => {
    expect(figuresOf([first], {}, baseline([at({}, {}, g1)]))).toMatchObject({ requests: 40, canary: 0.1 })
    expect(figuresOf([first], {}, baseline([at({ a: 0 }, { a: 0 }, g1)]))).toMatchObject({ requests: 40, canary: 0.1 })
  })

  it('do so later as well, until the split changes', () => {
    const second = at({ a: 60, b: 20, c: 20 }, { b: 10 }, { g1: 1800 })
    expect(figuresOf([first, second], {}, baseline([at({}, {}, g1)]))).toMatchObject({ requests: 100, canary: 0.1 })
    const { state } = judgeAll([first], {}, baseline([at({}, {}, g1)]))
    expect(figuresOf([second], { stratum: '50' }, state)).toMatchObject({ requests: 80, canary: 0.125 })
  })

  it.each([
    ['stable had none either: the store knew nothing', at({}, {}), g1Later],
    ['with them comes something that counts for stable, too', at({}, {}, g1), { g1: 1400, g2: 50 }],
    ['stable has none any more', at({}, {}, g1), {}],
    ['it had counted before', at({ c: 5 }, {}, g1), g1Later],
  ])('do not when %s', (_, first, stable) => {
    const looks = [at({ a: 30, b: 10 }, { b: 4 }, stable), at({ a: 50, b: 30 }, { b: 4 }, { g1: 1800, g2: 500 })]
    expect(figuresOf(looks, {}, baseline([first])).requests).toBe(40)
  })

  it('do not after a warm-up, which may have hidden them', () => {
    const { state } = judgeAll([at({}, {}, g1)], { warmUp: true }, baseline([at({}, {}, g1)]))
    expect(figuresOf([first], {}, state).requests).toBe(0)
  })

  it('do not when nobody knows whether the canary had requests', () => {
    expect(figuresOf([at({}, {}, g1), first]).requests).toBe(0)
  })
})

describe('a series of errors that is new', () => {
  const start = at({ a: 100, b: 100 }, {}, g1)

  it('counts in full beside requests with its labels that were known', () => {
    expect(figuresOf([start, at({ a: 150, b: 150 }, { a: 5 }, g1Later)])).toMatchObject({ requests: 100, canary: 0.05 })
  })

  it('counts from its first value on beside requests that are new, too', () => {
    const looks = [start, at({ a: 150, b: 150, c: 900 }, { c: 300 }, g1Later)]
    expect(figuresOf(looks)).toMatchObject({ requests: 100, canary: 0 })
  })

  it('counts in full with labels of its own where all requests were known', () => {
    const looks = [start, at({ a: 150, b: 150 }, { 'a 500': 5, 'b 503': 5 }, g1Later)]
    expect(figuresOf(looks)).toMatchObject({ requests: 100, canary: 0.1 })
  })

  it('is no more than the requests', () => {
    expect(figuresOf([start, at({ a: 150, b: 150 }, { a: 500 }, g1Later)]).canary).toBe(0.5)
    expect(figuresOf([start, at({ a: 150, b: 150 }, { 'a 500': 500 }, g1Later)]).canary).toBe(1)
  })

  it('leaves out the look of its side where it cannot be told whose it is', () => {
    const looks = [
      start,
      at({ a: 150, b: 150, c: 900 }, { 'c 500': 300 }, g1Later),
      at({ a: 200, b: 200, c: 1000 }, { 'c 500': 302 }, { g1: 1800 }),
    ]
    expect(figuresOf(looks)).toMatchObject({ requests: 200, canary: 0.01 })
  })

  it('of good requests counts likewise', () => {
    const good = { condition: evidence({ bad: { ...evidence().bad, counts: 'good' } }) }
    const looks = [at({ a: 0 }, { a: 0 }, g1, g1), at({ a: 100 }, { a: 90 }, g1Later, g1Later)]
    expect(figuresOf(looks, good).canary).toBeCloseTo(0.1, 9)
    const appears = [at({ a: 10 }, { other: 10 }, g1, g1), at({ a: 110 }, { a: 90, other: 10 }, g1Later, g1Later)]
    expect(figuresOf(appears, good).canary).toBeCloseTo(0.1, 9)
  })
})
