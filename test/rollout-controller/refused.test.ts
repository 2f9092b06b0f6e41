import { describe, expect, it } from 'vitest'
import { KubeError } from '../../kube/errors.ts'
import type { KubeClient } from '../../kube/types.ts'
import { createShop } from '../builders/shop.ts'
import { createVirtualClock } from '../builders/virtual-clock.ts'
import { pass, startControl } from './shop-floor.ts'

describe('a write that the API server refuses', () => {
  it('is said as a condition of the Rollout, tried again, and forgotten when it is allowed', async () => {
    const shop = createShop()
    const clock = createVirtualClock()
    let refusing = false
    const client: KubeClient = {
      ...shop.kube.client,
      create: async (resource, ...rest) => {
        if (refusing && resource.kind === 'Service') throw new KubeError('denied', 'cannot create Service: no rights')
        return shop.kube.client.create(resource, ...rest)
      },
    }
    const { stop } = startControl(shop, clock, client)
    const stalled = () => shop.status()?.conditions.find(({ type }) => type === 'Stalled')
    await pass(shop, clock, 2000)
    refusing = true
    await shop.upgrade('web:v2')
    await pass(shop, clock, 5000)
    expect(stalled()).toMatchObject({
      status: 'True',
      reason: 'WriteRefused',
      message: 'cannot create Service: no rights',
    })
    const writes = shop.kube.writes.length
    await pass(shop, clock, 60_000)
    expect(shop.kube.writes.length - writes).toBeLessThan(10)
    refusing = false
    await pass(shop, clock, 60_000)
    expect(stalled()?.status).toBe('False')
    expect(shop.canaryWeight()).toBe(20)
    await stop()
  })
})
