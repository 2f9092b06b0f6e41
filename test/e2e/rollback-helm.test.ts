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
  settles,
  stablePods,
  unhurried,
  versionsOf,
  weightsFor,
} from './moments.ts'
import { must, type Stage, startStage } from './stage.ts'

describe('helm rollback', () => {
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

  it.concurrent.each<[string, Moment, string, Pods]>([
    ['held', 'held', 'RollingBack', 'gone at once'],
    ['twenty', 'at 20 %', 'RollingBack', 'gone at once'],
    ['ninety', 'at 90 %', 'RollingBack', 'gone at once'],
    ['filling', 'Filling', 'RollingBack', 'gone at once'],
    ['draining', 'Draining', 'RollingBack', 'gone at once'],
    ['twenty-linger', 'at 20 %', 'RollingBack', 'answering 5 s more'],
    ['going', 'RollingBack', 'Healthy', 'gone at once'],
    ['gone', 'RolledBack', 'Healthy', 'gone at once'],
  ])(
    '%s: of a release that is %s leads through %s to Healthy and touches no stable pod, with pods %s',
    async (name, moment, next, pods) => {
      const { shop, trail, before } = await open(`helm-${name}`, moment, pods)
      await bringTo(moment, shop)

      await must(shop.helmRollback())
      await shop.phase('Healthy')

      await trail.isAt('Healthy')
      expect(trail.phaseBefore(next)).toBe(phaseOf(moment))
      await allBack(shop, trail)
      const after = await shop.next(200)
      expect(after.answers('v1')).toBe(after.total)
      expect(await lastAfterRoute(stage, shop, trail)).toBeLessThan(gatewayMs)
      await isFreeOn('v1', shop)
      expect(await shop.pods()).toEqual(before)
      await losesNothing(shop)
    },
  )

  it.concurrent.each<[string, Pods]>([
    ['rolling', 'gone at once'],
    ['rolling-linger', 'answering 5 s more'],
  ])(
    '%s: while the workload rolls leaves all traffic on v2 until the old pods are back, with pods %s',
    async (name, pods) => {
      const { shop, trail } = await open(`helm-${name}`, 'Rolling', pods)
      await bringTo('Rolling', shop)

      await must(shop.helmRollback())
      await shop.phase('Healthy')

      expect(trail.phaseBefore('Restoring')).toBe('Promoting/Rolling')
      expect(shop.since(trail.at('Promoting/Rolling'), trail.routeGoneAt()).answers('v1')).toBe(0)
      await allBack(shop, trail)
      const after = await shop.next(200)
      expect(after.answers('v1')).toBe(after.total)
      expect(await lastAfterRoute(stage, shop, trail)).toBeLessThan(gatewayMs)
      await isFreeOn('v1', shop)
      expect(versionsOf(await shop.pods())).toEqual(['v1'])
      await losesNothing(shop)
    },
  )

  it.concurrent('while the traffic returns to v2 makes v1 a new release, held and canaried like any other', async () => {
    const { shop, trail } = await open('helm-returning', 'Returning')
    await bringTo('Returning', shop)
    const v2Pods = await stablePods(shop)

    await must(shop.helmRollback())
    await shop.atGate(1)

    expect(trail.phases()).toContain('Promoting/Returning')
    expect(trail.phases()).not.toContain('Restoring')
    expect(trail.copies()).toEqual(['v2', 'v1'])
    expect(await held(shop)).toEqual({ version: 'v1', held: true })
    expect(versionsOf(v2Pods)).toEqual(['v2'])
    expect(await stablePods(shop)).toEqual(v2Pods)
    await settles()
    const after = await shop.next(500)
    expect(after.answers('v1')).toBeGreaterThan(0)
    expect(after.answers('v2')).toBeGreaterThan(after.answers('v1'))
    await losesNothing(shop)
  })
})
