import { describe, expect, it } from 'vitest'
import { maxSeries } from '../../analysis/evidence/counters.ts'
import { isEvidenceState, judgeEvidence } from '../../analysis/evidence.ts'
import type { Reading } from '../../analysis/measurement.ts'
import { away, empty, evidence, many, one, times } from './builders.ts'
import { asked, counters, judgeAll, look } from './evidence-story.ts'

const good = evidence({ bad: { ...evidence().bad, counts: 'good' } })
const named = (values: Readonly<Record<string, number>>): Reading => ({
  kind: 'values',
  values: Object.entries(values).map(([series, value]) => ({ series, value })),
})

describe('a canary that fails more than stable', () => {
  it('fails within two looks when it is badly broken', () => {
    const judged = judgeAll(counters(times(2, look(50, 1))))
    expect(judged.verdict).toBe('fail')
    expect(judged.why).toBe('the canary is worse: it failed 50 % of 200 requests, stable 0.25 % of 800')
    expect(judged.figures).toMatchObject({ canary: 0.5, stable: 0.0025, evidence: 1, requests: 200, margin: 0.01 })
  })

  it('is never failed by one look alone, however bad that is', () => {
    expect(judgeAll(counters([look(100, 0)])).verdict).toBe('inconclusive')
    expect(judgeAll(counters([...times(100, look(0, 0)), look(100, 0)])).verdict).not.toBe('fail')
  })

  it('fails also when it was good for long', () => {
    const looks = [...times(100, look(1, 4)), ...times(6, look(30, 4))]
    expect(judgeAll(counters(looks)).verdict).toBe('fail')
  })

  it('stays failed, and says the same, whatever comes later', () => {
    const failed = judgeAll(counters(times(2, look(50, 1))))
    const later = judgeAll(counters(times(50, look(0, 4)), 10), { stratum: '50' }, failed.state)
    expect([later.verdict, later.why]).toEqual([failed.verdict, failed.why])
  })

  it('fails sooner when a false alarm is thought less bad', () => {
    const needed = (falseAlarm: number) =>
      times(40, 0).findIndex(
        (_, index) => judgeAll(counters(times(index + 1, look(6, 4))), { falseAlarm }).verdict === 'fail',
      )
    expect(needed(0.05)).toBeGreaterThan(0)
    expect(needed(0.05)).toBeLessThan(needed(0.001))
  })

  it('may be worse by the ratio', () => {
    const looks = counters(times(150, look(6, 12)))
    expect(judgeAll(looks, { condition: evidence({ ratio: 1.1 }) }).verdict).toBe('fail')
    expect(judgeAll(looks, { condition: evidence({ ratio: 2.5 }) }).verdict).not.toBe('fail')
  })
})

describe('a canary that fails no more than stable', () => {
  it('passes when that is shown, and says so', () => {
    const judged = judgeAll(counters(times(8, look(0, 0))))
    expect(judged.verdict).toBe('pass')
    expect(judged.why).toBe(
      'the canary is not worse by more than 1 percentage point: it failed 0 % of 800 requests, stable 0 % of 3200',
    )
  })

  it('is inconclusive until then, and says how many requests are needed', () => {
    const judged = judgeAll(counters([look(0, 0)]))
    expect(judged.verdict).toBe('inconclusive')
    expect(judged.why).toMatch(/^not enough evidence yet: .*; some \d+ more canary requests are needed$/)
    expect(judged.figures.needed).toBeGreaterThan(300)
    expect(judged.figures.needed).toBeLessThan(600)
  })

  it('needs about as many as it says', () => {
    const figuresAfter = (looks: number) => judgeAll(counters(times(looks, look(1, 4)))).figures
    const { needed = 0 } = figuresAfter(5)
    const passes = times(100, 0).findIndex((_, index) => figuresAfter(index + 1).needed === 0) + 1
    expect(passes * 100 - 500).toBeGreaterThan(needed * 0.8)
    expect(passes * 100 - 500).toBeLessThan(needed * 1.3 + 100)
  })

  it('needs more when it may be worse by less', () => {
    const passes = (marginPoints: number) =>
      judgeAll(counters(times(6, look(0, 0))), { condition: evidence({ marginPoints }) }).verdict
    expect([passes(5), passes(0.1), passes(0)]).toEqual(['pass', 'inconclusive', 'inconclusive'])
  })

  it('loses a pass when it turns bad', () => {
    const looks = [...times(60, look(0, 1)), look(6, 1), look(6, 1)]
    expect(judgeAll(counters(looks.slice(0, 60))).verdict).toBe('pass')
    expect(judgeAll(counters(looks)).verdict).not.toBe('pass')
  })
})

describe('a service that is unwell itself', () => {
  const well = times(10, look(1, 4))

  it('fails and passes nobody, and says so', () => {
    const judged = judgeAll(counters([...well, ...times(5, look(45, 120))]))
    expect(judged.verdict).toBe('inconclusive')
    expect(judged.why).toMatch(/^the service itself is unwell: stable fails 29 % of its requests, usually [\d.]+ %$/)
  })

  it('counts nothing while it is', () => {
    const before = judgeAll(counters(well)).figures
    expect(judgeAll(counters([...well, ...times(5, look(80, 120))])).figures).toEqual(before)
  })

  it('is judged again once it is well', () => {
    const looks = [...well, ...times(5, look(30, 120)), ...times(8, look(1, 4)), ...times(4, look(40, 4))]
    expect(judgeAll(counters(looks)).verdict).toBe('fail')
  })

  it('is unwell from the start when most of its requests fail', () => {
    expect(judgeAll(counters(times(3, look(90, 300)))).why).toContain('unwell')
  })
})

describe('without requests', () => {
  it('nothing passes or fails', () => {
    const judged = judgeAll(
      times(200, { 'requests.canary': empty, 'requests.stable': empty, 'bad.canary': empty, 'bad.stable': empty }),
    )
    expect(judged.verdict).toBe('inconclusive')
    expect(judged.why).toBe('not enough evidence yet; no new request of the canary is known: nothing')
    expect(judged.figures.requests).toBe(0)
  })

  it.each([
    ['canary', { canary: [500, 0], stable: [0, 0] }, 'no request of stable to compare with is known'],
    ['stable', { canary: [0, 0], stable: [500, 0] }, 'no new request of the canary is known'],
  ] as const)('nor with those of the %s alone', (_, only, why) => {
    const judged = judgeAll(counters(times(30, only)))
    expect(judged).toMatchObject({ verdict: 'inconclusive', figures: { requests: 0, evidence: 0 } })
    expect(judged.why).toContain(why)
  })

  it('of one side, those of the other wait', () => {
    const judged = judgeAll(
      counters([
        { canary: [100, 1], stable: [0, 0] },
        { canary: [0, 0], stable: [400, 1] },
      ]),
    )
    expect(judged.figures).toMatchObject({ requests: 100, canary: 0.01, stable: 0.0025 })
  })

  it('of one side, those of the other are forgotten under another split', () => {
    const [start = {}, alone = {}, both = {}] = counters([
      { canary: [100, 100], stable: [0, 0] },
      { canary: [50, 0], stable: [50, 0] },
    ])
    const { state } = judgeAll([start, alone])
    expect(judgeAll([both], { stratum: '50' }, state).figures).toMatchObject({ requests: 50, canary: 0 })
  })
})

describe('what is counted', () => {
  it('begins at the first measurement', () => {
    expect(judgeAll([asked(9000, 8000, 9000, 0)]).figures).toMatchObject({ requests: 0 })
  })

  it('is what came since for a counter that was reset', () => {
    expect(judgeAll([asked(1000, 100, 1000, 0), asked(20, 2, 1100, 0)]).figures).toMatchObject({
      requests: 20,
      canary: 0.1,
    })
  })

  it('goes on for a series that was away', () => {
    const pods = (a: number, b?: number) => ({
      ...asked(0, 0, 2000 + a, 0),
      'requests.canary': named(b === undefined ? { a } : { a, b }),
    })
    expect(judgeAll([pods(1000, 5000), pods(1010), pods(1020, 5007)]).figures.requests).toBe(27)
  })

  it('is no error as long as there is no such series', () => {
    const looks = counters(times(8, look(0, 0))).map((readings) => ({
      ...readings,
      'bad.canary': empty,
      'bad.stable': empty,
    }))
    expect(judgeAll(looks)).toMatchObject({ verdict: 'pass', figures: { canary: 0, stable: 0 } })
  })

  it('is never more errors than requests; the rest waits for its requests', () => {
    const looks = [asked(0, 0, 0, 0), asked(10, 15, 100, 0), asked(40, 15, 200, 0)]
    expect(judgeAll(looks.slice(0, 2)).figures).toMatchObject({ requests: 10, canary: 1 })
    expect(judgeAll(looks).figures).toMatchObject({ requests: 40, canary: 15 / 40 })
  })

  it('may be the good ones: the others are errors', () => {
    const looks = [asked(0, 0, 0, 0), asked(100, 90, 400, 400)]
    expect(judgeAll(looks, { condition: good }).figures).toMatchObject({ canary: 0.1, stable: 0 })
  })

  it('is nothing when good ones are counted and there are none: the query may be wrong', () => {
    const looks = counters(times(50, look(50, 400))).map((readings) => ({ ...readings, 'bad.canary': empty }))
    const judged = judgeAll(looks, { condition: good })
    expect(judged).toMatchObject({ verdict: 'inconclusive', figures: { requests: 0 } })
    expect(judged.why).toContain('bad.canary is not known: no good request: nothing')
  })

  it.each([
    ['NaN', one(Number.NaN)],
    ['an infinite value', one(Number.POSITIVE_INFINITY)],
    ['a negative value', one(-1)],
    ['no answer', away],
    ['too many series', many(...times(maxSeries + 1, 1))],
  ])('is nothing with %s; the next answer covers both looks', (_, odd) => {
    const [start = {}, middle = {}, end = {}] = counters(times(2, look(3, 4)))
    const broken = { ...middle, 'bad.canary': odd }
    expect(judgeAll([start, broken])).toMatchObject({ verdict: 'inconclusive', figures: { requests: 0 } })
    expect(judgeAll([start, broken, end]).figures).toMatchObject({ requests: 200, canary: 0.03 })
  })

  it('leaves out what was not answered before the split changed', () => {
    const [start = {}, middle = {}, next = {}, end = {}] = counters([look(90, 0), look(1, 4), look(1, 4)])
    const { state } = judgeAll([start, { ...middle, 'bad.canary': away }])
    expect(judgeAll([next, end], { stratum: '50' }, state).figures).toMatchObject({ requests: 100, canary: 0.01 })
  })

  it('leaves out the warm-up', () => {
    const [start = {}, warm = {}, ...rest] = counters([look(90, 0), ...times(2, look(1, 4))])
    const { state } = judgeAll([start, warm], { warmUp: true })
    expect(judgeAll(rest, {}, state).figures).toMatchObject({ requests: 200, canary: 0.01 })
  })
})

describe('a pass', () => {
  const passed = judgeAll(counters(times(8, look(0, 0))))
  const silence = asked(1800, 1000, 4200, 1000)

  it('is taken back when six looks in a row bring no requests, and says since when', () => {
    expect(judgeAll(times(5, silence), {}, passed.state).verdict).toBe('pass')
    const silent = judgeAll(times(6, silence), {}, passed.state)
    expect(silent.verdict).toBe('inconclusive')
    expect(silent.why).toBe(
      'no new requests since 1970-01-01T00:01:20.000Z; until then it failed 0 % of 800 requests, stable 0 % of 3200',
    )
  })

  it('is taken back when nothing is known any more, under another split as well', () => {
    const nothing = { 'requests.canary': empty, 'requests.stable': empty, 'bad.canary': empty, 'bad.stable': empty }
    expect(judgeAll(times(6, nothing), { stratum: '90' }, passed.state).verdict).toBe('inconclusive')
    expect(judgeAll(times(6, { ...nothing, 'bad.stable': away }), {}, passed.state).verdict).toBe('inconclusive')
  })

  it('comes back with the next requests', () => {
    const looks = [...times(9, silence), asked(1850, 1000, 4400, 1000)]
    expect(judgeAll(looks, {}, passed.state).verdict).toBe('pass')
  })

  it('is not taken back by a warm-up, which brings nothing either', () => {
    const { state } = judgeAll(times(9, silence), { warmUp: true }, passed.state)
    expect(judgeAll([silence], {}, state).verdict).toBe('pass')
  })

  it('is not what silence changes a failure into', () => {
    const failed = judgeAll(counters(times(2, look(50, 1))))
    expect(judgeAll(times(20, silence), {}, failed.state).verdict).toBe('fail')
  })
})

describe('what is remembered', () => {
  it('is some kB at most, however many pods come and go', () => {
    const looks = times(30, 0).map((_, index) => {
      const pods = named(
        Object.fromEntries(times(maxSeries, 0).map((_, pod) => [`{pod="shop-${index}-${pod}"}`, 123_456_789])),
      )
      return { 'requests.canary': pods, 'requests.stable': pods, 'bad.canary': pods, 'bad.stable': pods }
    })
    expect(JSON.stringify(judgeAll(looks).state).length).toBeLessThan(20_000)
  })

  it('is known as such when it comes back, and nothing else is', () => {
    const { state } = judgeAll(counters(times(3, look(3, 4))))
    expect(isEvidenceState(JSON.parse(JSON.stringify(state)))).toBe(true)
    const damaged = [
      undefined,
      {},
      { ...state, window: undefined },
      { ...state, tally: { ...state.tally, notWorse: [0] } },
    ]
    expect(damaged.map((value) => isEvidenceState(value))).toEqual([false, false, false, false])
  })

  it('changes nothing when the same measurement comes twice', () => {
    const looks = counters(times(5, look(3, 4)))
    const last = looks.at(-1) ?? {}
    const judged = judgeAll(looks)
    const again = judgeEvidence(evidence(), judged.state, last, { atMs: 60_000, stratum: '20', falseAlarm: 0.01 })
    expect(again.state).toEqual({ ...judged.state, silent: 1 })
    expect([again.verdict, again.figures]).toEqual([judged.verdict, judged.figures])
  })
})
