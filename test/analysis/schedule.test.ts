import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dueAt } from '../../analysis/schedule.ts'

const every10s = { intervalMs: 10_000 }

describe('the schedule', () => {
  it('measures first what was so before the analysis began, at once', () => {
    expect(dueAt(every10s, undefined, 12_345, 12_345)).toEqual({ kind: 'due', atMs: 10_000 })
    expect(dueAt(every10s, undefined, 12_345, 20_000)).toEqual({ kind: 'due', atMs: 20_000 })
    expect(dueAt(every10s, undefined, 20_000, 20_000)).toEqual({ kind: 'due', atMs: 20_000 })
  })

  it('has many Rollouts ask at the same moment', () => {
    const moments = [10_001, 13_000, 19_999].map((startedAt) => dueAt(every10s, undefined, startedAt, 20_700))
    expect(new Set(moments.map((due) => JSON.stringify(due)))).toEqual(new Set(['{"kind":"due","atMs":20000}']))
  })

  it('measures again an interval later, however late the last answer came', () => {
    expect(dueAt(every10s, 20_000, 12_345, 20_000)).toEqual({ kind: 'wait', untilMs: 30_000 })
    expect(dueAt(every10s, 20_000, 12_345, 29_999)).toEqual({ kind: 'wait', untilMs: 30_000 })
    expect(dueAt(every10s, 20_000, 12_345, 30_000)).toEqual({ kind: 'due', atMs: 30_000 })
  })

  it('measures once after a gap', () => {
    expect(dueAt(every10s, 20_000, 12_345, 3_600_007)).toEqual({ kind: 'due', atMs: 3_600_000 })
    expect(dueAt(every10s, 3_600_000, 12_345, 3_600_007)).toEqual({ kind: 'wait', untilMs: 3_610_000 })
  })

  it('is on the grid again after the interval was edited', () => {
    expect(dueAt({ intervalMs: 15_000 }, 20_000, 0, 30_500)).toEqual({ kind: 'due', atMs: 30_000 })
  })

  it('measures at once after a clock that was fast, but not for a little', () => {
    expect(dueAt(every10s, 3_600_000, 12_345, 30_500)).toEqual({ kind: 'due', atMs: 30_000 })
    expect(dueAt(every10s, 3_600_000, 3_590_000, 30_500)).toEqual({ kind: 'due', atMs: 30_000 })
    expect(dueAt(every10s, undefined, 3_590_000, 30_500)).toEqual({ kind: 'due', atMs: 30_000 })
    expect(dueAt(every10s, 40_000, 12_345, 30_500)).toEqual({ kind: 'wait', untilMs: 50_000 })
  })

  it('is due at a multiple that was not measured, or waits for the next one', () => {
    const times = fc.integer({ min: 0, max: 4e12 })
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 86_400_000 }), times, times, times, (intervalMs, last, start, now) => {
        const due = dueAt({ intervalMs }, last, start, now)
        const moment = due.kind === 'due' ? due.atMs : due.untilMs
        expect(moment % intervalMs).toBe(0)
        expect(moment > last || last > now + intervalMs).toBe(true)
        const isDue = now >= moment
        expect(due.kind).toBe(isDue ? 'due' : 'wait')
        expect(now - moment).toBeLessThan(intervalMs)
      }),
    )
  })
})
