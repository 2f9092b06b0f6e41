import { describe, expect, it } from 'vitest'
import type { Measure } from '../../analysis/measurement.ts'
import { analysisResource, apiVersion, rolloutResource } from '../../api/names.ts'
import { createShop, type Shop } from '../builders/shop.ts'
import { startControl } from './shop-floor.ts'

const health = (pass = 'value >= 0.99') => ({
  apiVersion,
  kind: 'Analysis',
  metadata: { name: 'health', namespace: 'shop' },
  spec: {
    metrics: [
      {
        name: 'success',
        interval: '10s',
        prometheus: {},
        threshold: { query: 'success{pod=~"{{ canary.pods }}"}', pass, count: 3 },
      },
    ],
  },
})

const reads =
  (value: () => number): Measure =>
  ({ id, atMs }) =>
    Promise.resolve({ id, atMs, readings: { value: { kind: 'values', values: [{ series: '{}', value: value() }] } } })

const never: Measure = () => new Promise(() => undefined)

/** Rollout web with `health` in the background, and one step that waits for a person. */
async function judgedShop(measure: Measure, ...objects: readonly ReturnType<typeof health>[]) {
  const shop = await createShop()
  for (const object of objects) shop.api.create(analysisResource, object)
  const canary = { steps: [{ weight: 20, gates: [{ approval: {} }] }], analysis: [{ name: 'health', deadline: '1m' }] }
  const body = { spec: { strategy: { canary } } }
  shop.api.patch(rolloutResource, { namespace: 'shop', name: 'web' }, { type: 'merge', body })
  const working = startControl(shop, { measure })
  const wait = (ms: number) => shop.clock.advance(ms)
  await wait(2_000)
  return { shop, wait, ...working }
}

const run = (shop: Shop) => shop.status()?.release?.analyses?.find(({ id }) => id === 'background/health')

describe('a Rollout under analysis', () => {
  it('rolls back at once when a metric fails, and keeps the query and the numbers that led to it', async () => {
    let value = 1
    const { shop, wait, stop } = await judgedShop(
      reads(() => value),
      health(),
    )
    shop.upgrade('web:v2')
    await wait(18_000)
    expect(run(shop)).toMatchObject({ verdict: 'inconclusive' })
    expect(shop.canaryWeight()).toBe(20)
    value = 0.9
    await wait(10_500)
    expect(shop.canaryWeight()).toBeUndefined()
    await wait(60_000)
    const { phase, rejected } = shop.status() ?? {}
    expect(phase).toBe('RolledBack')
    expect(rejected?.by).toBe('analysis health')
    const [metric] = rejected?.analyses?.[0]?.metrics ?? []
    expect(metric?.queries['value']).toMatch(/^success\{pod=~"web-canary-/)
    expect(metric?.samples.at(-1)).toMatchObject({ canary: 0.9, verdict: 'fail' })
    await stop()
  })

  it('is promoted once a person has approved and the metrics have passed', async () => {
    const { shop, wait, stop } = await judgedShop(
      reads(() => 1),
      health(),
    )
    shop.upgrade('web:v2')
    await wait(60_000)
    expect(run(shop)).toMatchObject({ verdict: 'pass' })
    shop.decide('approve')
    await wait(120_000)
    expect(shop.status()).toMatchObject({ phase: 'Healthy' })
    expect(shop.ours()).toEqual([])
    await stop()
  })

  it('goes on from the last record when the controller is started again', async () => {
    const measure = reads(() => 1)
    const { shop, wait, stop } = await judgedShop(measure, health())
    shop.upgrade('web:v2')
    await wait(25_000)
    const before = run(shop)?.metrics[0]?.samples.length ?? 0
    expect(before).toBeGreaterThan(0)
    await stop()
    const second = startControl(shop, { measure })
    await wait(15_000)
    expect(run(shop)?.metrics[0]?.samples.length).toBeGreaterThan(before)
    expect(run(shop)?.metrics[0]?.samples[1]).toMatchObject({ verdict: 'pass' })
    await second.stop()
  })

  it('stays held while its analysis does not exist, says so, and is released when it does', async () => {
    const { shop, wait, stop } = await judgedShop(reads(() => 1))
    shop.upgrade('web:v2')
    await wait(10_000)
    expect(shop.status()).toMatchObject({ phase: 'Pending', waiting: { reason: 'AnalysisInvalid' } })
    expect(shop.status()?.waiting?.message).toContain('Analysis shop/health, which does not exist')
    shop.api.create(analysisResource, health())
    await wait(10_000)
    expect(shop.status()).toMatchObject({ phase: 'Progressing' })
    await stop()
  })

  it('says what is wrong with an analysis that cannot be asked', async () => {
    const { shop, wait, stop } = await judgedShop(
      reads(() => 1),
      health('value is good'),
    )
    shop.upgrade('web:v2')
    await wait(10_000)
    expect(shop.status()?.waiting?.message).toContain('value is good')
    await stop()
  })

  it('refuses to weigh the canary against a stable version without traffic', async () => {
    const shop = await createShop()
    const body = { spec: { strategy: { canary: { beforePromotion: [{ name: 'http-success-rate' }] } } } }
    shop.api.patch(rolloutResource, { namespace: 'shop', name: 'web' }, { type: 'merge', body })
    const { stop } = startControl(shop)
    await shop.clock.advance(5_000)
    expect(shop.status()?.waiting?.message).toContain('which has no traffic before promotion')
    await stop()
  })

  it('has no more metrics at work than its status can hold', async () => {
    const { spec, ...rest } = health()
    const metrics = Array.from({ length: 33 }, (_, index) => ({ ...spec.metrics[0], name: `m${index}` }))
    const bodies = [metrics.slice(0, 16), metrics.slice(16, 32), metrics.slice(32)]
    const objects = bodies.map((part, index) => ({
      ...rest,
      metadata: { ...rest.metadata, name: `health-${index}` },
      spec: { metrics: part },
    }))
    const shop = await createShop()
    for (const object of objects) shop.api.create(analysisResource, object)
    const analysis = objects.map(({ metadata: { name } }) => ({ name }))
    const body = { spec: { strategy: { canary: { analysis } } } }
    shop.api.patch(rolloutResource, { namespace: 'shop', name: 'web' }, { type: 'merge', body })
    const { stop } = startControl(shop)
    await shop.clock.advance(5_000)
    expect(shop.status()?.waiting?.message).toContain('33 metrics at work at once, and 32 are the most')
    await stop()
  })

  it('is rolled back by a person at once while its store hangs', async () => {
    const { shop, wait, stop } = await judgedShop(never, health())
    shop.upgrade('web:v2')
    await wait(30_000)
    expect(shop.canaryWeight()).toBe(20)
    shop.decide('rollback')
    await wait(500)
    expect(shop.canaryWeight()).toBeUndefined()
    await stop()
  })

  it('measures nothing and writes nothing while no release is under way', async () => {
    let asked = 0
    const { shop, wait, stop } = await judgedShop(
      reads(() => {
        asked += 1
        return 1
      }),
      health(),
    )
    const before = shop.writes.length
    await wait(600_000)
    expect(asked).toBe(0)
    expect(shop.writes.slice(before)).toEqual([])
    await stop()
  })
})
