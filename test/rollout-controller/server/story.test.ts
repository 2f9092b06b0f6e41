import { describe, expect, it } from 'vitest'
import { deploymentResource } from '../../../api/names.ts'
import { createShop } from '../../builders/shop.ts'
import { startControl } from '../shop-floor.ts'

async function openShop() {
  const shop = await createShop()
  const { control, stop } = startControl(shop)
  const wait = (ms: number) => shop.clock.advance(ms)
  await wait(2000)
  const said = async (line: string) => {
    const text = await control.metrics.registry.metrics()
    const found = text.split('\n').find((one) => one.startsWith(`${line} `))
    return found === undefined ? undefined : Number(found.slice(line.length + 1))
  }
  return { shop, wait, said, stop }
}

describe('what a controller counts', () => {
  it('of a release that is promoted: its steps, its time, who let it pass', async () => {
    const { shop, wait, said, stop } = await openShop()
    shop.upgrade('web:v2')
    await wait(60_000)
    shop.decide('approve')
    await wait(30_000)
    shop.decide('approve')
    await wait(120_000)
    expect(shop.status()?.phase).toBe('Healthy')
    expect(await said('sluice_step_seconds_count')).toBe(2)
    expect(await said('sluice_step_seconds_sum')).toBeCloseTo(90, 0)
    expect(await said('sluice_decisions_total{verb="approve",outcome="Accepted"}')).toBe(2)
    expect(await said('sluice_release_seconds_count{outcome="promoted"}')).toBe(1)
    expect(await said('sluice_release_seconds_sum{outcome="promoted"}')).toBeGreaterThan(90)
    expect(await said('sluice_rollbacks_total{cause="rollback"}')).toBe(0)
    expect(await said('sluice_queue_wait_seconds_count{lane="normal"}')).toBeGreaterThan(3)
    await stop()
  })

  it('of a release that a person turns back: the cause, once', async () => {
    const { shop, wait, said, stop } = await openShop()
    shop.upgrade('web:v2')
    await wait(5000)
    shop.decide('rollback')
    await wait(60_000)
    expect(shop.status()?.phase).toBe('RolledBack')
    expect(await said('sluice_rollbacks_total{cause="rollback"}')).toBe(1)
    expect(await said('sluice_release_seconds_count{outcome="rolled-back"}')).toBe(1)
    expect(await said('sluice_rollouts{phase="RolledBack"}')).toBe(1)
    expect(await said('sluice_rollouts_not_held{reason="HoldNotInForce"}')).toBe(0)
    await stop()
  })

  it('of a workload that was let around Sluice: one bypass, and that it is so', async () => {
    const { shop, wait, said, stop } = await openShop()
    shop.decide('bypass')
    await wait(10_000)
    expect(shop.status()?.phase).toBe('Bypassed')
    expect(await said('sluice_bypasses_total')).toBe(1)
    expect(await said('sluice_rollouts{phase="Bypassed"}')).toBe(1)
    expect(await said('sluice_rollouts_not_held{reason="other"}')).toBe(0)
    await stop()
  })

  it('of a workload that is gone: a Rollout that needs a person', async () => {
    const { shop, wait, said, stop } = await openShop()
    expect(await said('sluice_rollouts_stalled')).toBe(0)
    shop.api.delete(deploymentResource, { namespace: 'shop', name: 'web' })
    await wait(10_000)
    expect(await said('sluice_rollouts_stalled')).toBe(1)
    await stop()
  })
})
