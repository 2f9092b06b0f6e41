import { describe, expect, it } from 'vitest'
import type { Measurement, MeasureRequest } from '../../analysis/measurement.ts'
import { unanswered } from '../../analysis/unanswered.ts'
import { createMeasuring } from '../../rollout-controller/measuring.ts'
import { createVirtualClock } from '../../sandbox/virtual-clock.ts'

const request = (id: string): MeasureRequest => ({
  id,
  atMs: 0,
  namespace: 'shop',
  trusted: false,
  source: { kind: 'prometheus', headers: [] },
  questions: { value: 'up' },
  pods: { canary: 'a=b', stable: 'a=c' },
})

/** A store that takes as long as the request's id says, in milliseconds; who is woken when. */
function desk() {
  const clock = createVirtualClock()
  const startMs = clock.monotonicMs()
  const woken: number[] = []
  const asked: string[] = []
  const measure = async ({ id, ...rest }: MeasureRequest): Promise<Measurement> => {
    asked.push(id)
    await clock.sleep(Number(id))
    return unanswered({ id, ...rest }, 'there is no store here')
  }
  const wake = () => woken.push(clock.monotonicMs() - startMs)
  const measuring = createMeasuring({ measure, clock, wake })
  const start = (...ids: readonly string[]) =>
    measuring.start('shop/web', ids.map(request), new AbortController().signal)
  const answered = () => measuring.seen('shop/web').measurements.map(({ id }) => id)
  return { clock, measuring, start, woken, asked, answered }
}

describe('what is measured beside the loop', () => {
  it('is seen by the next look, until it is recorded', async () => {
    const { clock, measuring, start, answered } = desk()
    start('10')
    expect(measuring.seen('shop/web')).toEqual({ measurements: [], measuring: ['10'] })
    await clock.advance(10)
    expect(answered()).toEqual(['10'])
    measuring.recorded('shop/web', measuring.seen('shop/web').measurements)
    expect(measuring.seen('shop/web')).toEqual({ measurements: [], measuring: [] })
  })

  it('is not asked twice while it is under way', async () => {
    const { clock, start, asked } = desk()
    start('10')
    start('10', '20')
    await clock.advance(20)
    expect(asked).toEqual(['10', '20'])
  })

  it('wakes its Rollout once for all answers that come together', async () => {
    const { clock, start, woken, answered } = desk()
    start('10', '20', '30')
    await clock.advance(1_000)
    expect(woken).toEqual([30])
    expect(answered()).toEqual(['10', '20', '30'])
  })

  it('does not let a fast store wait for a slow one', async () => {
    const { clock, start, woken } = desk()
    start('10', '5000')
    await clock.advance(6_000)
    expect(woken).toEqual([210, 5_000])
  })

  it('is forgotten with its Rollout', async () => {
    const { clock, measuring, start, woken } = desk()
    start('10', '5000')
    await clock.advance(100)
    measuring.forget('shop/web')
    expect(measuring.seen('shop/web')).toEqual({ measurements: [], measuring: [] })
    await clock.advance(1_000)
    expect(woken).toEqual([])
  })
})
