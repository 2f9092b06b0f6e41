import { describe, expect, it } from 'vitest'
import { rolloutResource } from '../../api/names.ts'
import { createWatchLag } from '../../rollout-controller/watch-lag.ts'
import { createShop, type Shop } from '../builders/shop.ts'
import { type Unreachable, unreachable } from '../builders/unreachable.ts'
import { startControl } from './shop-floor.ts'

describe('the lag of those who watch the API server', () => {
  it('is nothing as long as every watch lives', () => {
    const { lag } = bed()
    lag.reached()
    expect(lag).toMatchObject({ away: false, leftMs: 0 })
  })

  it('begins when the API server is reached again, and ends by itself', () => {
    const { lag, pass } = bed()
    lag.lost('pods')
    pass(10_000)
    expect(lag.away).toBe(true)
    const atMost = lag.leftMs
    lag.reached()
    expect(lag).toMatchObject({ away: false, leftMs: atMost })
    pass(atMost - 1)
    expect(lag.leftMs).toBe(1)
    pass(5_000)
    expect(lag.leftMs).toBe(0)
  })

  it('grows with the attempts that failed, and is never longer than the longest delay of client-go and a list', () => {
    const { lag } = bed()
    const seen = Array.from({ length: 12 }, () => {
      lag.lost('pods')
      return lag.leftMs
    })
    expect(seen.slice(0, 7)).toEqual([9_400, 15_800, 28_600, 54_200, 63_000, 63_000, 63_000])
    expect(seen.at(-1)).toBe(63_000)
  })

  it('counts each kind by itself: a server that goes away breaks all watches at once', () => {
    const { lag } = bed()
    for (const kind of ['pods', 'services', 'ingresses', 'endpointslices']) lag.lost(kind)
    expect(lag.leftMs).toBe(9_400)
  })

  it('remembers outages of the last two minutes, and no longer', () => {
    const { lag, pass } = bed()
    const outage = () => {
      lag.lost('pods')
      lag.reached()
      return lag.leftMs
    }
    expect(outage()).toBe(9_400)
    pass(110_000)
    expect(outage()).toBe(15_800)
    pass(130_000)
    expect(outage()).toBe(9_400)
  })

  it('is not counted from a late first call: a watch that had found the API server away would have said so', () => {
    const { lag, pass } = bed()
    lag.lost('pods')
    pass(60_000)
    lag.reached()
    expect(lag.leftMs).toBe(0)
  })
})

/** Of the drain of ten seconds. */
const drainMs = 10_000

describe('an API server that was away', () => {
  it('begins the drain anew: a gateway that was cut off may still send requests to the copy', async () => {
    const { shop, server, stop } = await atStepOne()
    shop.decide('rollback')
    await shop.clock.advance(2_000)
    expect(shop.canaryWeight()).toBeUndefined()
    await outage(shop, server)
    await shop.clock.advance(drainMs + 5_000)
    expect(shop.ours()).toContain('Deployment/web-canary')
    await shop.clock.advance(63_000)
    expect(shop.ours()).toEqual([])
    await stop()
  })

  it('delays the next weight until gateways must have heard of the pods that are to carry it', async () => {
    const { shop, server, stop } = await atStepOne()
    await outage(shop, server)
    shop.decide('approve')
    await shop.clock.advance(3_000)
    expect(shop.status()?.waiting).toMatchObject({ reason: 'GatewaysCatchingUp' })
    expect(shop.canaryWeight()).toBe(20)
    await shop.clock.advance(63_000)
    expect(shop.canaryWeight()).toBe(50)
    expect(shop.status()?.waiting).toMatchObject({ reason: 'Approval' })
    await stop()
  })

  it('delays the return of the traffic to pods that are new', async () => {
    const { shop, server, stop } = await atStepOne()
    for (let step = 1; step <= 2; step++) {
      shop.decide('approve')
      await shop.clock.advance(3_000)
    }
    await until(shop, () => shop.status()?.release?.stage === 'Rolling')
    await outage(shop, server)
    await until(shop, () => shop.status()?.release?.stage === 'Returning')
    await shop.clock.advance(1_000)
    expect(shop.canaryWeight()).toBe(100)
    expect(shop.status()?.waiting).toMatchObject({ reason: 'GatewaysCatchingUp' })
    await shop.clock.advance(63_000 + drainMs + 5_000)
    expect(shop.status()).toMatchObject({ phase: 'Healthy' })
    await stop()
  })

  it('rejects nobody: the deadline stands still meanwhile', async () => {
    const { shop, server, stop } = await atStepOne(10_000)
    await outage(shop, server)
    shop.decide('approve')
    await shop.clock.advance(3_000)
    expect(shop.status()?.waiting).toMatchObject({ reason: 'GatewaysCatchingUp' })
    await shop.clock.advance(63_000)
    expect(shop.status()?.waiting).toMatchObject({ reason: 'Approval' })
    expect(shop.canaryWeight()).toBe(50)
    await stop()
  })

  it('is said while a drain waits for gateways', async () => {
    const { shop, server, stop } = await atStepOne()
    shop.decide('rollback')
    await shop.clock.advance(2_000)
    await outage(shop, server)
    shop.decide('hold') // anything that makes the Rollout be looked at
    await shop.clock.advance(2_000)
    expect(shop.status()?.waiting).toMatchObject({ reason: 'GatewaysCatchingUp' })
    expect(shop.status()?.waiting).not.toHaveProperty('until')
    await stop()
  })

  it('is not what a balancer is that cuts every quiet watch: a release goes on, a rollback ends', async () => {
    const shop = await createShop()
    const server = unreachable(shop.client)
    const { stop } = startControl(shop, { client: server.client })
    const live = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        await shop.clock.advance(1_000)
        if (second % 35 !== 34) continue
        server.goAway()
        server.comeBack()
      }
    }
    await live(600)
    shop.upgrade('web:v2')
    await live(20)
    expect(shop.status()?.waiting).toMatchObject({ reason: 'Approval' })
    shop.decide('rollback')
    await live(60)
    expect(shop.status()).toMatchObject({ phase: 'RolledBack' })
    expect(shop.ours()).toEqual([])
    await stop()
  })

  it('does not delay a rollback: the stable pods are known', async () => {
    const { shop, server, stop } = await atStepOne()
    await outage(shop, server)
    shop.decide('rollback')
    await shop.clock.advance(1_000)
    expect(shop.canaryWeight()).toBeUndefined()
    await stop()
  })
})

async function atStepOne(deadlineMs?: number) {
  const shop = await createShop()
  if (deadlineMs !== undefined) setDeadline(shop, deadlineMs)
  const server = unreachable(shop.client)
  const { stop } = startControl(shop, { client: server.client })
  await shop.clock.advance(2_000)
  shop.upgrade('web:v2')
  await shop.clock.advance(5_000)
  expect(shop.status()?.waiting).toMatchObject({ reason: 'Approval' })
  return { shop, server, stop }
}

function setDeadline({ api }: Shop, ms: number): void {
  const body = { spec: { progressDeadline: `${ms / 1000}s` } }
  api.patch(rolloutResource, { namespace: 'shop', name: 'web' }, { type: 'merge', body })
}

/** Long enough for several attempts to fail. */
async function outage({ clock }: Shop, server: Unreachable): Promise<void> {
  server.goAway()
  await clock.advance(10_000)
  server.comeBack()
}

async function until({ clock }: Shop, so: () => boolean): Promise<void> {
  for (let ms = 0; !so(); ms += 50) {
    if (ms > 120_000) throw new Error('it never comes to that')
    await clock.advance(50)
  }
}

function bed() {
  let now = 1_000
  const record = createWatchLag({ monotonicMs: () => now })
  const lag = {
    lost: (kind: string) => record.lost(kind),
    reached: () => record.reached(),
    get leftMs() {
      return record.leftMs()
    },
    get away() {
      return record.isAway()
    },
  }
  return { lag, pass: (ms: number) => (now += ms) }
}
