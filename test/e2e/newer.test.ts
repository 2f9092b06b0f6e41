import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControllerChild, startController } from './controller-child.ts'
import {
  bringTo,
  follow,
  held,
  losesNothing,
  type Moment,
  phaseOf,
  settles,
  stablePods,
  type Trail,
  unhurried,
  versionsOf,
  weightsFor,
} from './moments.ts'
import { must, type Shop, type Stage, startStage, withinChance } from './stage.ts'

const lingerMs = 5000

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

  const open = async (name: string, moment: Moment, linger?: number) => {
    const options = { ...unhurried, weights: weightsFor(moment), ...(linger !== undefined && { lingerMs: linger }) }
    const shop = await stage.shop(name, options)
    return { shop, trail: follow(stage, shop, over.signal), before: await stablePods(shop) }
  }

  it.concurrent.each<[string, Moment, string, number | undefined]>([
    ['held', 'held', 'RollingBack', undefined],
    ['twenty', 'at 20 %', 'RollingBack', undefined],
    ['ninety', 'at 90 %', 'RollingBack', undefined],
    ['filling', 'Filling', 'RollingBack', undefined],
    ['draining', 'Draining', 'RollingBack', undefined],
    ['twenty-linger', 'at 20 %', 'RollingBack', lingerMs],
    ['going', 'RollingBack', 'Progressing', undefined],
    ['gone', 'RolledBack', 'Progressing', undefined],
  ])(
    '%s: while v2 is %s leads through %s to its own first gate, on untouched v1 pods, with pods that linger %s ms',
    async (name, moment, next, linger) => {
      const { shop, trail, before } = await open(`newer-${name}`, moment, linger)
      await bringTo(moment, shop)

      await must(shop.upgrade('v3'))
      await isAtFirstGate(shop, trail)

      expect(trail.phaseBefore(next)).toBe(phaseOf(moment))
      expect(await stablePods(shop)).toEqual(before)
      await splitsWith('v1', shop)
      await losesNothing(shop)
    },
  )

  it.concurrent.each<[string, number | undefined]>([
    ['rolling', undefined],
    ['rolling-linger', lingerMs],
  ])(
    '%s: while the workload rolls waits for v1 to be whole again, v2 serving all meanwhile, with pods that linger %s ms',
    async (name, linger) => {
      const { shop, trail } = await open(`newer-${name}`, 'Rolling', linger)
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
  const { total, answers } = await shop.next(500)
  expect(answers(stable) + answers('v3')).toBe(total)
  expect(withinChance(answers('v3'), total, 20), `${answers('v3')} of ${total}`).toBe(true)
}
