import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EvidenceState } from '../../../analysis/evidence.ts'
import type { Reading, SeriesValue } from '../../../analysis/measurement.ts'
import { away } from '../builders.ts'
import { judgeAll, type Readings } from '../evidence-story.ts'

const targets = [0, 1, 2] as const
/** What one thing that counts answered, by its status: good ones, and two kinds of errors. */
const answers = fc.tuple(fc.nat(200), fc.nat(20), fc.nat(20))
type Answers = readonly [good: number, one: number, other: number]
/** What it did between two looks. */
const stretch = fc.record({
  isScraped: fc.boolean(),
  restarts: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
  canary: answers,
  stable: answers,
})
type Stretch = Readonly<{ isScraped: boolean; restarts: boolean; canary: Answers; stable: Answers }>
const history = fc.record({ canary: answers, stable: answers }).map(
  ({ canary, stable }): Stretch => ({
    isScraped: true,
    restarts: false,
    canary: [canary[0] * 1000, canary[1] * 1000, canary[2] * 1000],
    stable: [stable[0] * 1000 + 1, stable[1] * 1000, stable[2] * 1000],
  }),
)
const look = fc.record({
  each: fc.tuple(stretch, stretch, stretch),
  split: fc.constantFrom('20', '20', '20', '50'),
  unanswered: fc.integer({ min: 0, max: 6 }),
})
const release = fc.record({
  before: fc.tuple(history, history, history),
  looks: fc.array(look, { minLength: 2, maxLength: 15 }),
  labels: fc.constantFrom('by target', 'by target, with zeros', 'by target and status'),
  isFirst: fc.boolean(),
})

/** What the queries give: of a target that is scraped, whatever has been counted at least once. */
function readingsOf(
  now: readonly Record<'canary' | 'stable', Answers>[],
  scraped: readonly boolean[],
  labels: string,
): Readings {
  const reading = (of: (target: number) => readonly SeriesValue[]): Reading => {
    const values = targets.filter((target) => scraped[target]).flatMap(of)
    return values.length === 0 ? { kind: 'empty', what: 'no series' } : { kind: 'values', values }
  }
  const requests = (side: 'canary' | 'stable') =>
    reading((target) => {
      const [good, one, other] = now[target]?.[side] ?? [0, 0, 0]
      return good + one + other > 0 ? [{ series: `t${target}`, value: good + one + other }] : []
    })
  const errors = (side: 'canary' | 'stable') =>
    reading((target) => {
      const [good, one, other] = now[target]?.[side] ?? [0, 0, 0]
      const byStatus = [
        { series: `t${target} 500`, value: one },
        { series: `t${target} 503`, value: other },
      ].filter(({ value }) => value > 0)
      if (labels === 'by target and status') return byStatus
      const hasZero = labels === 'by target, with zeros' && good > 0
      return one + other > 0 || hasZero ? [{ series: `t${target}`, value: one + other }] : []
    })
  return {
    'requests.canary': requests('canary'),
    'requests.stable': requests('stable'),
    'bad.canary': errors('canary'),
    'bad.stable': errors('stable'),
  }
}

const plus = (one: Answers, other: Answers): Answers => [one[0] + other[0], one[1] + other[1], one[2] + other[2]]

describe('what was counted before the analysis began', () => {
  it('counts nothing, whatever is scraped when, restarts, or is missing when it begins', () => {
    fc.assert(
      fc.property(release, ({ before, looks, labels, isFirst }) => {
        const since = { requests: 0, errors: 0 }
        let now: readonly Record<'canary' | 'stable', Answers>[] = before
        let state: EvidenceState | undefined
        for (const [index, { each, split, unanswered }] of looks.entries()) {
          if (index > 0) {
            now = now.map((target, place) => {
              const grew = each[place] ?? each[0]
              const was = grew.restarts ? { canary: [0, 0, 0] as const, stable: [1, 0, 0] as const } : target
              since.requests += grew.canary[0] + grew.canary[1] + grew.canary[2]
              since.errors += grew.canary[1] + grew.canary[2]
              return { canary: plus(was.canary, grew.canary), stable: plus(was.stable, grew.stable) }
            })
          }
          const readings = readingsOf(
            now,
            each.map(({ isScraped }) => isScraped),
            labels,
          )
          const asked = unanswered === 0 && index > 0 ? { ...readings, 'bad.canary': away } : readings
          const start = index === 0 && isFirst ? { warmUp: true, isBeforeTraffic: true } : {}
          const judged = judgeAll([asked], { stratum: split, ...start }, state)
          state = judged.state
          const { requests = 0, canary = 0 } = judged.figures
          expect(requests).toBeLessThanOrEqual(since.requests)
          expect(requests * canary).toBeLessThanOrEqual(since.errors + 1e-6)
          if (judged.verdict === 'fail') return
        }
      }),
      { numRuns: 500 },
    )
  })
})
