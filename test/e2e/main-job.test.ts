import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControllerChild, startController } from './controller-child.ts'
import { type Stage, startStage, withinChance } from './stage.ts'

/** Longer than a gateway needs to follow a route (Traefik: up to 2 s). */
const gatewayMs = 3000

describe.each([
  ['gone at once when deleted', undefined],
  ['answering 5 s more', 5000],
])('helm upgrade, with pods %s', (_title, lingerMs) => {
  let stage: Stage
  let controller: ControllerChild
  const name = lingerMs === undefined ? 'main-sudden' : 'main-linger'
  beforeAll(async () => {
    stage = await startStage()
    controller = await startController(stage.cluster)
  })
  afterAll(async () => {
    await controller?.stop()
    await stage?.stop()
  })

  it('is held and announced, canaried at 20 and 90 %, approved by the CLI, promoted, and loses no request', async () => {
    const shop = await stage.shop(name, { rate: 400, ...(lingerMs !== undefined && { lingerMs }) })
    const before = await shop.pods()

    const upgrade = await shop.upgrade('v2', '--wait')
    expect(upgrade).toMatchObject({ code: 0 })
    expect(upgrade.stderr).toContain(`this update is held by Rollout ${name}`)

    await shop.atGate(1)
    expect((await shop.pods()).filter(({ canary }) => !canary)).toEqual(before)
    expect((await shop.pods()).filter(({ canary }) => canary).map(({ version }) => version)).toEqual(['v2', 'v2'])
    await stageSettles()
    const first = await shop.next(2000)
    expect(withinChance(first.answers('v2'), first.total, 20), `${first.answers('v2')} of ${first.total}`).toBe(true)

    const approval = await shop.sluice('approve')
    expect(approval, approval.stderr).toMatchObject({ code: 0 })
    await shop.atGate(2)
    await stageSettles()
    const second = await shop.next(2000)
    expect(withinChance(second.answers('v2'), second.total, 90), `${second.answers('v2')} of ${second.total}`).toBe(
      true,
    )

    expect(await shop.sluice('approve')).toMatchObject({ code: 0 })
    await shop.phase('Promoting')
    await shop.phase('Healthy')
    const healthyAt = Date.now()
    await shop.next(1000)
    expect(shop.since(0).lastAt('v1')).toBeLessThan(healthyAt)
    expect((await shop.pods()).map(({ version, canary }) => [version, canary])).toEqual(
      Array.from({ length: 10 }, () => ['v2', false]),
    )
    expect((await shop.deployment())?.['spec']).not.toHaveProperty('paused', true)
    expect(await shop.leftovers()).toEqual([`podtemplate/${name}-stable`, `deployment.apps/${name}`])
    const { sent, lost, detail } = await shop.finish()
    expect(lost, `${lost} of ${sent}: ${detail}`).toBe(0)
  })

  const stageSettles = () => new Promise((resolve) => setTimeout(resolve, gatewayMs))
})
