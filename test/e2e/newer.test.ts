import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControllerChild, startController } from './controller-child.ts'
import {
  bringTo,
  follow,
  held,
  lingering,
  losesNothing,
  type Moment,
  type Pods,
  phaseOf,
  settles,
  stablePods,
  type Trail,
  unhurried,
  versionsOf,
  weightsFor,
} from './moments.ts'
import { must, type Shop, type Stage, startStage, withinChance } from './stage.ts'

describe('v3 that arrives', () => {
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
    ['going', 'RollingBack', 'Progressing', 'gone at once'],
    ['gone', 'RolledBack', 'Progressing', 'gone at once'],
  ])(
    '%s: while v2 is %s leads through %s to its own first gate, on untouched v1 pods, with pods %s',
    async (name, moment, next, pods) => {
      const { shop, trail, before } = await open(`newer-${name}`, moment, pods)
      await bringTo(moment, shop)

      await must(shop.upgrade('v3'))
      await isAtFirstGate(shop, trail)

      await trail.isAt('Progressing')
      expect(trail.phaseBefore(next)).toBe(phaseOf(moment))
      expect(await stablePods(shop)).toEqual(before)
      await splitsWith('v1', shop)
      await losesNothing(shop)
    },
  )

  it.concurrent.each<[string, Pods]>([
    ['rolling', 'gone at once'],
    ['rolling-linger', 'answering 5 s more'],
  ])(
    '%s: while the workload rolls waits for v1 to be whole again, v2 serving all meanwhile, with pods %s',
    async (name, pods) => {
      const { shop, trail } = await open(`newer-${name}`, 'Rolling', pods)
      await bringTo('Rolling', shop)

      await must(shop.upgrade('v3'))
      await shop.phase('Restoring')
      await shop.phase('Progressing')
      const routeGoneAt = trail.routeGoneAt()
      const whole = await stablePods(shop)
      await isAtFirstGate(shop, trail)

      expect(trail.phaseBefore('Restoring')).toBe('Promoting/Rolling')
      const meanwhile = shop.since(trail.at('Promoting/Rolling'), routeGoneAt)
      expect(meanwhile.answers('v2')).toBe(meanwhile.total)
      expect(versionsOf(whole)).toEqual(['v1'])
      expect(await stablePods(shop)).toEqual(whole)
      await splitsWith('v1', shop)
      await losesNothing(shop)
    },
  )

  it.concurrent('while the traffic returns to v2 is canaried against v2, which is stable by then', async () => {
    const { shop, trail } = await open('newer-returning', 'Returning')
    await bringTo('Returning', shop)
    const v2Pods = await stablePods(shop)

    await must(shop.upgrade('v3'))
    await isAtFirstGate(shop, trail)

    expect(trail.phases()).not.toContain('Restoring')
    expect(versionsOf(v2Pods)).toEqual(['v2'])
    expect(await stablePods(shop)).toEqual(v2Pods)
    await splitsWith('v2', shop)
    await losesNothing(shop)
  })
})

/** Held, its copy made after v2's was gone, and waiting for approval. */
async function isAtFirstGate(shop: Shop, trail: Trail): Promise<void> {
  await shop.until(
    'is v3 at gate 1',
    ({ release, waiting, attempts }) => attempts === 2 && release?.step === 1 && waiting?.reason === 'Approval',
  )
  expect(trail.copies()).toEqual(['v2', 'v3'])
  expect(await held(shop)).toEqual({ version: 'v3', held: true })
  expect(versionsOf((await shop.pods()).filter(({ canary }) => canary))).toEqual(['v3'])
}

async function splitsWith(stable: string, shop: Shop): Promise<void> {
  await settles()
  const seen = await shop.next(500)
  const newer = seen.answers('v3')
  expect(seen.answers(stable) + newer).toBe(seen.total)
  expect(withinChance(newer, seen.total, 20), `${newer} of ${seen.total}`).toBe(true)
}
