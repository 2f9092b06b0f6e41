import { describe, expect, it } from 'vitest'
import { objectOf } from '../../api/json.ts'
import { createShop, type Shop } from '../builders/shop.ts'
import { startControl } from './shop-floor.ts'

async function openShop() {
  const shop = await createShop()
  const working = startControl(shop)
  const wait = (ms: number) => shop.clock.advance(ms)
  await wait(2000)
  return { shop, wait, ...working }
}

const paused = (shop: Shop) => objectOf(shop.deployment()?.spec)['paused']
const replicas = (shop: Shop, of?: string) => objectOf(shop.deployment(of)?.spec)['replicas']

describe('a Rollout, from the shell’s first look to its last', () => {
  it('is Healthy once the workload is claimed and a dry run has been held', async () => {
    const { shop, stop, complaints } = await openShop()
    expect(shop.status()).toMatchObject({ phase: 'Healthy', hold: { inForce: true } })
    expect(shop.deployment()?.metadata.labels).toMatchObject({ 'sluice.dev/rollout': 'web' })
    expect(paused(shop)).toBeUndefined()
    expect(complaints).toEqual([])
    await stop()
  })

  it('writes nothing while nothing changes', async () => {
    const { shop, wait, stop } = await openShop()
    const before = shop.writes.length
    await wait(600_000)
    expect(shop.writes.slice(before)).toEqual([])
    await stop()
  })

  it('gives an update its pods, its share and then waits for a person', async () => {
    const { shop, wait, stop } = await openShop()
    shop.upgrade('web:v2')
    await wait(5000)
    expect(paused(shop)).toBe(true)
    expect(replicas(shop, 'web-canary')).toBe(2)
    expect(shop.canaryWeight()).toBe(20)
    shop.decide('approve')
    await wait(5000)
    expect(replicas(shop, 'web-canary')).toBe(5)
    expect(shop.canaryWeight()).toBe(50)
    await stop()
  })

  it('rolls back and keeps the rejected template held', async () => {
    const { shop, wait, stop } = await openShop()
    shop.upgrade('web:v2')
    await wait(5000)
    shop.decide('rollback')
    await wait(60_000)
    expect(shop.status()?.phase).toBe('RolledBack')
    expect(shop.ours()).toEqual([])
    expect(paused(shop)).toBe(true)
    await stop()
  })

  it('promotes and leaves nothing of its own', async () => {
    const { shop, wait, stop, complaints } = await openShop()
    shop.upgrade('web:v2')
    await wait(5000)
    shop.decide('approve')
    await wait(5000)
    shop.decide('approve')
    await wait(120_000)
    expect(shop.status()?.phase).toBe('Healthy')
    expect(shop.ours()).toEqual([])
    expect(paused(shop)).toBeUndefined()
    expect(JSON.stringify(shop.deployment()?.spec)).toContain('web:v2')
    expect(complaints).toEqual([])
    await stop()
  })
})
