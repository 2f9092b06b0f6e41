import { describe, expect, it } from 'vitest'
import { rolloutResource } from '../../api/names.ts'
import { createShop } from '../builders/shop.ts'
import { startControl } from './shop-floor.ts'

const name = { namespace: 'shop', name: 'web' }

/** The shop at its first gate, after its controller has ended. */
async function abandoned() {
  const shop = await createShop()
  const first = startControl(shop)
  await shop.clock.advance(2000)
  shop.upgrade('web:v2')
  await shop.clock.advance(5000)
  await first.stop()
  return shop
}

describe('objects whose Rollout is gone, because somebody took our finalizer off', () => {
  it('are retired at the next start: the route first, Service and copy after the drain, and nothing of the user’s', async () => {
    const shop = await abandoned()
    shop.api.patch(rolloutResource, name, { type: 'merge', body: { metadata: { finalizers: null } } })
    shop.api.delete(rolloutResource, name)
    expect(shop.ours()).toEqual(['Deployment/web-canary', 'Service/web-canary', 'Ingress/web-canary'])

    const second = startControl(shop)
    await shop.clock.advance(2000)
    expect(shop.ours()).toEqual(['Deployment/web-canary', 'Service/web-canary'])
    await shop.clock.advance(10_000)
    expect(shop.ours()).toEqual([])
    expect(shop.deployment()).toBeDefined()
    await second.stop()
  })

  it('are left alone while their Rollout is there', async () => {
    const shop = await abandoned()
    const second = startControl(shop)
    await shop.clock.advance(20_000)
    expect(shop.ours()).toHaveLength(3)
    await second.stop()
  })
})
