import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControllerChild, startController } from './controller-child.ts'
import {
  allBack,
  bringTo,
  follow,
  gatewayMs,
  held,
  isFreeOn,
  lastAfterRoute,
  lingering,
  losesNothing,
  type Moment,
  type Pods,
  phaseOf,
  stablePods,
  type Trail,
  unhurried,
  versionsOf,
  weightsFor,
} from './moments.ts'
import { must, type Shop, type Stage, startStage } from './stage.ts'

describe('sluice rollback', () => {
  const over = new AbortController()
  let stage: Stage
  let controller: ControllerChild
  beforeAll(async () => {
    stage = await startStage()
    controller = await startController(stage.cluster)
  })
  afterAll(async () => {
    over.abort()
    await controller?.stop()
    await stage?.stop()
  })

  const open = async (name: string, moment: Moment, pods: Pods = 'gone at once') => {
    const options = { ...unhurried, weights: weightsFor(moment), ...lingering(pods) }
    const shop = await stage.shop(name, options)
    return { shop, trail: follow(stage, shop, over.signal), before: await stablePods(shop) }
  }

  it.concurrent.each<[string, Moment, Pods]>([
    ['held', 'held', 'gone at once'],
    ['twenty', 'at 20 %', 'gone at once'],
    ['ninety', 'at 90 %', 'gone at once'],
    ['filling', 'Filling', 'gone at once'],
    ['draining', 'Draining', 'gone at once'],
    ['twenty-linger', 'at 20 %', 'answering 5 s more'],
    ['ninety-linger', 'at 90 %', 'answering 5 s more'],
    ['draining-linger', 'Draining', 'answering 5 s more'],
  ])(
    '%s: of a release that is %s, with pods %s, loses no request and touches no stable pod',
    async (name, moment, pods) => {
      const { shop, trail, before } = await open(`back-${name}`, moment, pods)
      await bringTo(moment, shop)

      await must(shop.sluice('rollback'))
      await shop.phase('RolledBack')

      expect(trail.phaseBefore('RollingBack')).toBe(phaseOf(moment))
      await isTurnedDown(stage, shop, trail)
      expect(await stablePods(shop)).toEqual(before)
      expect(shop.since(0).answers('v2') > 0).toBe(moment !== 'held')
      await losesNothing(shop)
    },
  )

  it.concurrent.each<[string, Pods]>([
    ['rolling', 'gone at once'],
    ['rolling-linger', 'answering 5 s more'],
  ])(
    '%s: while the workload rolls leaves all traffic on v2 until the old pods are back, and ends on v1, with pods %s',
    async (name, pods) => {
      const { shop, trail } = await open(`back-${name}`, 'Rolling', pods)
      await bringTo('Rolling', shop)

      await shop.decide('rollback')
      await shop.phase('Restoring')
      const { rejected } = await shop.phase('Healthy')

      expect(trail.phaseBefore('Restoring')).toBe('Promoting/Rolling')
      expect(shop.since(trail.at('Promoting/Rolling'), trail.routeGoneAt()).answers('v1')).toBe(0)
      expect(rejected).toMatchObject({ by: 'admin' })
      await isBack(stage, shop, trail)
      await isFreeOn('v1', shop)
      expect(await shop.leftovers()).toContain(`deployment.apps/${shop.name}`)
      await losesNothing(shop)
    },
  )

  it.concurrent('is followed by helm rollback without a pod being touched, and then by v3 at its first gate', async () => {
    const { shop, trail, before } = await open('back-and-on', 'at 20 %')
    await bringTo('at 20 %', shop)
    await shop.decide('rollback')
    await shop.phase('RolledBack')

    await must(shop.helmRollback())
    await shop.phase('Healthy')
    await isFreeOn('v1', shop)
    expect(await stablePods(shop)).toEqual(before)

    await allBack(shop, trail)
    const v2Answers = shop.since(0).answers('v2')
    await must(shop.upgrade('v3'))
    await shop.atGate(1)
    expect(trail.copies()).toEqual(['v2', 'v3'])
    expect(await stablePods(shop)).toEqual(before)
    expect((await shop.next(500)).answers('v3')).toBeGreaterThan(0)
    expect(shop.since(0).answers('v2')).toBe(v2Answers)
    await losesNothing(shop)
  })

  it('that was asked for while the controller was down happens when it is back, at 20 % and before any canary', async () => {
    const [canary, waiting] = await Promise.all([open('down-twenty', 'at 20 %'), open('down-held', 'at 20 %')])
    await bringTo('at 20 %', canary.shop)
    await controller.kill()
    await must(waiting.shop.upgrade('v2'))
    await Promise.all([canary, waiting].map(({ shop }) => must(shop.sluice('rollback'))))
    await canary.shop.next(200)
    controller = await startController(stage.cluster)

    await Promise.all([canary, waiting].map(({ shop }) => shop.phase('RolledBack')))
    await isTurnedDown(stage, canary.shop, canary.trail)
    expect(waiting.trail.copies()).toEqual([])
    expect(waiting.shop.since(0).answers('v2')).toBe(0)
    expect(await held(waiting.shop)).toEqual({ version: 'v2', held: true })
    for (const { shop, before } of [canary, waiting]) {
      expect(await stablePods(shop)).toEqual(before)
      await losesNothing(shop)
    }
  })
})

/** v1 has all traffic, the workload holds v2 and runs v1, and of the release only the templates are left. */
async function isTurnedDown(stage: Stage, shop: Shop, trail: Trail): Promise<void> {
  await isBack(stage, shop, trail)
  expect(await held(shop)).toEqual({ version: 'v2', held: true })
  expect(await shop.leftovers()).toEqual([
    `podtemplate/${shop.name}-rejected`,
    `podtemplate/${shop.name}-stable`,
    `deployment.apps/${shop.name}`,
  ])
  expect((await shop.status()).phase).toBe('RolledBack')
}

/** All answers are v1's, as are all pods, and v2 fell silent soon after its route was deleted. */
async function isBack(stage: Stage, shop: Shop, trail: Trail): Promise<void> {
  await allBack(shop, trail)
  const after = await shop.next(200)
  expect([after.answers('v1'), after.answers('v2')]).toEqual([after.total, 0])
  expect(await lastAfterRoute(stage, shop, trail)).toBeLessThan(gatewayMs)
  expect(versionsOf(await shop.pods())).toEqual(['v1'])
}
