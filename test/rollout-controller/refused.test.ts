import { describe, expect, it } from 'vitest'
import { KubeError } from '../../kube/errors.ts'
import type { KubeClient } from '../../kube/types.ts'
import { createShop } from '../builders/shop.ts'
import { startControl } from './shop-floor.ts'

describe('a write that the API server refuses', () => {
  it('is said as a condition of the Rollout, tried again, and forgotten when it is allowed', async () => {
    const shop = await createShop()
    let refusing = false
    const client: KubeClient = {
      ...shop.client,
      create: async (resource, ...rest) => {
        if (refusing && resource.kind === 'Service') throw new KubeError('denied', 'cannot create Service: no rights')
        return shop.client.create(resource, ...rest)
      },
    }
    const { stop } = startControl(shop, { client })
    const stalled = () => shop.status()?.conditions.find(({ type }) => type === 'Stalled')
    await shop.clock.advance(2000)
    refusing = true
    shop.upgrade('web:v2')
    await shop.clock.advance(5000)
    expect(stalled()).toMatchObject({
      status: 'True',
      reason: 'WriteRefused',
      message: 'cannot create Service: no rights',
    })
    const writes = shop.writes.length
    await shop.clock.advance(60_000)
    expect(shop.writes.length - writes).toBeLessThan(10)
    refusing = false
    await shop.clock.advance(60_000)
    expect(stalled()?.status).toBe('False')
    expect(shop.canaryWeight()).toBe(20)
    await stop()
  })
})
