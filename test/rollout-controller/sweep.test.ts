import { describe, expect, it } from 'vitest'
import { rolloutResource } from '../../api/names.ts'
import { createShop } from '../builders/shop.ts'
import { createVirtualClock } from '../builders/virtual-clock.ts'
import { pass, startControl } from './shop-floor.ts'

const name = { namespace: 'shop', name: 'web' }

describe('objects whose Rollout is gone, because somebody took our finalizer off', () => {
  it('are retired at the next start: the route first, Service and copy after the drain, and nothing of the user’s', async () => {
    const shop = createShop()
    const clock = createVirtualClock()
    const first = startControl(shop, clock)
    await pass(shop, clock, 2000)
    await shop.upgrade('web:v2')
    await pass(shop, clock, 5000)
    await first.stop()
    shop.kube.remove(rolloutResource, name)
    expect(shop.ours()).toEqual(['Deployment/web-canary', 'Service/web-canary', 'Ingress/web-canary'])

    const second = startControl(shop, clock)
    await pass(shop, clock, 2000)
    expect(shop.ours()).toEqual(['Deployment/web-canary', 'Service/web-canary'])
    await pass(shop, clock, 10_000)
    expect(shop.ours()).toEqual([])
    expect(shop.deployment()).toBeDefined()
    await second.stop()
  })

  it('are left alone while their Rollout is there', async () => {
    const shop = createShop()
    const clock = createVirtualClock()
    const first = startControl(shop, clock)
    await pass(shop, clock, 2000)
    await shop.upgrade('web:v2')
    await pass(shop, clock, 5000)
    await first.stop()
    const second = startControl(shop, clock)
    await pass(shop, clock, 20_000)
    expect(shop.ours()).toHaveLength(3)
    await second.stop()
  })
})
