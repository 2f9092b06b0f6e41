import { describe, expect, it } from 'vitest'
import { createLoop } from '../../../sandbox/controllers/loop.ts'
import { conflict, forbidden } from '../../../sandbox/server/refusal.ts'
import { createVirtualClock } from '../../../sandbox/virtual-clock.ts'

function looping(reconcile: (key: string, nowMs: number) => number | undefined) {
  const clock = createVirtualClock()
  const worked: string[] = []
  const loop = createLoop({
    clock,
    delayMs: () => 10,
    reconcile: (key) => {
      worked.push(`${key}@${clock.monotonicMs()}`)
      return reconcile(key, clock.monotonicMs())
    },
  })
  return { clock, loop, worked }
}

describe('a loop', () => {
  it('works a key off once, however often it was added', async () => {
    const { clock, loop, worked } = looping(() => undefined)
    for (const key of ['a', 'b', 'a']) loop.add(key)
    await clock.advance(1_000)
    expect(worked).toEqual(['a@10', 'b@10'])
  })

  it('looks again when it was asked to, or sooner when something changes', async () => {
    const { clock, loop, worked } = looping((_key, nowMs) => (nowMs < 200 ? 100 : undefined))
    loop.add('a')
    await clock.advance(50)
    loop.add('a')
    await clock.advance(1_000)
    expect(worked).toEqual(['a@10', 'a@60', 'a@160', 'a@260'])
  })

  it('tries again soon after a conflict, and ever later after another refusal', async () => {
    const stale = looping((_key, nowMs) => {
      if (nowMs < 30) throw conflict('pods', 'a', 'stale')
      return undefined
    })
    stale.loop.add('a')
    await stale.clock.advance(1_000)
    expect(stale.worked).toEqual(['a@10', 'a@20', 'a@30'])
    const refused = looping(() => {
      throw forbidden('quota')
    })
    refused.loop.add('a')
    await refused.clock.advance(200)
    expect(refused.worked).toEqual(['a@10', 'a@20', 'a@30', 'a@50', 'a@90', 'a@170'])
  })

  it('throws what is a bug', async () => {
    const { clock, loop } = looping(() => {
      throw new TypeError('a bug')
    })
    loop.add('a')
    await expect(clock.advance(1_000)).rejects.toThrow('a bug')
  })

  it('does nothing more once it is stopped', async () => {
    const { clock, loop, worked } = looping(() => undefined)
    loop.add('a')
    loop.stop()
    await clock.advance(1_000)
    expect(worked).toEqual([])
  })
})
