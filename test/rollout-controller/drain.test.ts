import { describe, expect, it } from 'vitest'
import type { Clock } from '../../api/clock.ts'
import { createShop } from '../builders/shop.ts'
import { startControl } from './shop-floor.ts'

/** A process whose wall clock is wrong by so much from some moment on. */
function wrongClock(clock: Clock) {
  let offsetMs = 0
  const wrong: Clock = { ...clock, now: () => clock.now() + offsetMs }
  return { clock: wrong, set: (ms: number) => (offsetMs = ms) }
}

describe('the drain of a copy', () => {
  it.each([3_600_000, -3_600_000])(
    'takes its time, no more and no less, when the wall clock jumps by %i ms',
    async (jumpMs) => {
      const shop = await createShop()
      const wrong = wrongClock(shop.clock)
      const { stop } = startControl(shop, { clock: wrong.clock })
      await shop.clock.advance(2_000)
      shop.upgrade('web:v2')
      await shop.clock.advance(5_000)
      shop.decide('rollback')
      await shop.clock.advance(1_000)
      expect(shop.canaryWeight()).toBeUndefined()
      wrong.set(jumpMs)
      await shop.clock.advance(8_000)
      expect(shop.ours()).toContain('Deployment/web-canary')
      await shop.clock.advance(3_000)
      expect(shop.ours()).toEqual([])
      await stop()
    },
  )

  it('counts from the moment in which it is recorded, also when nothing else happens until its end', async () => {
    const shop = await createShop({ lagMs: 1 })
    const { stop } = startControl(shop)
    await shop.clock.advance(2_000)
    shop.upgrade('web:v2')
    await shop.clock.advance(5_000)
    shop.decide('rollback')
    await shop.clock.advance(9_500)
    expect(shop.ours()).toContain('Deployment/web-canary')
    await shop.clock.advance(1_500)
    expect(shop.ours()).toEqual([])
    await stop()
  })
})
