import { describe, expect, it } from 'vitest'
import { unlessAhead } from '../../analysis/ahead.ts'
import { judgeMetric } from '../../analysis/judge.ts'
import { away, evidence, metric, one, threshold, times } from './builders.ts'
import { asked, counters, look } from './evidence-story.ts'
import { context, runOf, t0 } from './runs.ts'

const hour = 3_600_000
const counted = metric(evidence())
const passed = runOf(counted, counters(times(9, look(0, 0))), hour)
const more = asked(2000, 1000, 5000, 1000)

describe('a metric that was measured with a clock an hour fast', () => {
  it('has passed nothing until it is measured again', () => {
    expect(passed.verdict).toBe('pass')
    const now = unlessAhead(counted, passed, t0)
    expect(now).toMatchObject({ verdict: 'inconclusive', samples: passed.samples })
    expect(now.why).toContain('a clock that was fast')
    expect(now.measuredAt).toBeUndefined()
  })

  it('goes on from what was counted with the next measurement', () => {
    const later = { id: 'x', atMs: t0 + 10_000, readings: more }
    expect(judgeMetric(counted, passed, later, context)).toEqual(passed)
    const next = judgeMetric(counted, unlessAhead(counted, passed, t0 + 10_000), later, context)
    expect(next).toMatchObject({ verdict: 'pass', measuredAt: '2026-01-01T00:00:10.000Z' })
    expect(next.figures.requests).toBeGreaterThan(passed.figures.requests ?? Number.NaN)
  })

  it('does not pass again in an outage or a warm-up', () => {
    const now = unlessAhead(counted, passed, t0)
    const outage = { id: 'x', atMs: t0 + 10_000, readings: { 'requests.canary': away } }
    expect(judgeMetric(counted, now, outage, context).verdict).toBe('inconclusive')
    const warming = { ...counted, warmUpMs: 60_000 }
    expect(judgeMetric(warming, now, { ...outage, readings: more }, context).verdict).toBe('inconclusive')
  })

  it('has failed if it failed', () => {
    const below = metric(threshold())
    const failed = runOf(below, [{ value: one(0.5) }], hour)
    expect(unlessAhead(below, failed, t0)).toMatchObject({ verdict: 'fail', why: failed.why })
  })

  it('ends an outage that began then by the clock of now', () => {
    const gone = runOf(counted, times(2, { 'requests.canary': away }), hour)
    const now = unlessAhead(counted, gone, t0)
    const run = judgeMetric(
      counted,
      now,
      { id: 'x', atMs: t0 + 300_000, readings: { 'requests.canary': away } },
      context,
    )
    expect(run.why).toContain('for longer than 5m')
  })
})

describe('a metric whose clock was right, or fast by no more than an interval', () => {
  it.each([hour, hour - 1, 2 * hour])('is as it was', (later) => {
    const lastMs = 90_000
    expect(unlessAhead(counted, passed, t0 + later + lastMs - 10_000 + 1)).toBe(passed)
  })
})
