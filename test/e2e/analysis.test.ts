import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControllerChild, startController } from './controller-child.ts'
import { startWitness, type Witness } from './controller-story.ts'
import { stablePods, versionsOf } from './moments.ts'
import { must, type Shop, type ShopOptions, type Stage, startStage } from './stage.ts'

/** One Rollout for every v2: nobody approves anything, nobody watches. */
const options = {
  rate: 100,
  replicas: 5,
  header: 'x-beta',
  set: [annotation('delay-ms', 80)],
  canary: {
    analysis: [
      { name: 'http-success-rate' },
      { name: 'http-latency', args: [{ name: 'seconds', value: '0.25' }] },
      { name: 'kubernetes' },
    ],
    steps: [
      { weight: 20, gates: [{ analysis: { name: 'traefik-latency' } }] },
      { weight: 50, gates: [{ analysis: { name: 'traefik-success-rate' } }] },
    ],
    beforePromotion: [{ name: 'kubernetes' }],
  },
} as const satisfies ShopOptions

describe('an update that is judged by Prometheus and by its pods', () => {
  let stage: Stage
  let controller: ControllerChild
  let witness: Witness
  beforeAll(async () => {
    stage = await startStage({ prometheus: true })
    controller = await startController(stage.cluster)
    witness = await startWitness(stage)
  })
  afterAll(async () => {
    await witness?.stop()
    await controller?.stop()
    await stage?.stop()
  })

  it.concurrent('goes from helm upgrade to promoted with nobody there, if it is healthy', async () => {
    const shop = await stage.shop('judged-healthy', options)
    const startedAt = Date.now()
    await must(shop.upgrade('v2'))
    for (const step of [1, 2])
      await witness.until(shop, `was at step ${step}`, (status) => status?.release?.step === step)
    await witness.until(shop, 'was being promoted', (status) => status?.phase === 'Promoting')
    const atGates = witness.status(shop)?.release?.analyses ?? []
    await witness.until(shop, 'was promoted', (status) => status?.phase === 'Healthy')
    tellHealthy(shop, witness, startedAt)

    expect(atGates.map(({ id, verdict }) => [id, verdict])).toEqual(
      expect.arrayContaining([
        ['background/http-success-rate', 'pass'],
        ['background/http-latency', 'pass'],
        ['background/kubernetes', 'pass'],
        ['step-1/traefik-latency', 'pass'],
        ['step-2/traefik-success-rate', 'pass'],
      ]),
    )
    expect(witness.weights(shop)).toEqual([0, 20, 50, 100, 'gone'])
    expect((await shop.status()).decisions).toEqual([])
    expect(versionsOf(await shop.pods())).toEqual(['v2'])
    const { sent, lost, detail } = await shop.finish()
    expect(lost, `${lost} of ${sent}: ${detail}`).toBe(0)
  })

  it.concurrent.each([
    ['judged-errors', '5 % errors', annotation('error-share', 0.05), /^analysis .*success-rate$/],
    ['judged-slow', '5 times the latency', annotation('delay-ms', 400), /^analysis .*latency$/],
    ['judged-oom', 'too little memory', annotation('oom-after-ms', 8000), /^analysis kubernetes$/],
    ['judged-header', 'errors for one header only', annotation('error-header', 'x-beta'), /^analysis .*success-rate$/],
  ])('%s: is rolled back, if it has %s', async (name, fault, flag, by) => {
    const shop = await stage.shop(name, options)
    const before = await stablePods(shop)
    await must(shop.upgrade('v2', '--set-string', flag))
    await witness.until(shop, 'was judged', (status) => status?.ending !== undefined)
    expect(witness.status(shop)?.ending?.cause).toBe('analysis')
    await witness.until(shop, 'was rolled back', (status) => status?.phase === 'RolledBack')
    say(fault, shop, witness)

    const { rejected } = await shop.status()
    expect(rejected?.by).toMatch(by)
    const failed = rejected?.analyses?.filter(({ verdict }) => verdict === 'fail') ?? []
    expect(failed.map(({ analysis }) => `analysis ${analysis}`)).toContain(rejected?.by)
    for (const { samples, queries } of failed.flatMap(({ metrics }) => metrics)) {
      expect(samples.length).toBeGreaterThan(0)
      expect(Object.keys(queries).length).toBeGreaterThan(0)
    }
    const after = await shop.next(200)
    expect([after.answers('v1'), after.answers('v2')]).toEqual([after.total, 0])
    expect(await stablePods(shop)).toEqual(before)
    const { sent, lost, detail } = await shop.finish('v2')
    expect(lost, `${lost} of ${sent}: ${detail}`).toBe(0)
  })
})

function tellHealthy(shop: Shop, witness: Witness, startedAt: number): void {
  const history = witness.history(shop).map((line) => line.replace(/^\d+/, (at) => seconds(Number(at) - startedAt)))
  console.log(`  healthy: promoted ${seconds(Date.now() - startedAt)} after helm upgrade: ${history.join(', ')}`)
}

/** How long v2 had traffic before the verdict, and what that cost. */
function say(fault: string, shop: Shop, witness: Witness): void {
  const momentOf = (what: string) => {
    const line = witness.history(shop).find((one) => one.endsWith(` ${what}`))
    if (line === undefined) throw new Error(`${shop.name} was never ${what}: ${witness.history(shop).join('\n')}`)
    return Number(line.split(' ')[0])
  }
  const [splitAt, verdictAt] = [momentOf('20'), momentOf('RollingBack')]
  const traffic = shop.since(splitAt, verdictAt)
  const { rejected } = witness.status(shop) ?? {}
  console.log(
    `  ${fault}: verdict ${seconds(verdictAt - splitAt)} after the first split, by ${rejected?.by}; ` +
      `v2 had answered ${traffic.answers('v2')} requests, ${traffic.failures('v2')} of them with errors\n    ${rejected?.message}`,
  )
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

function annotation(name: string, value: string | number): string {
  return `podAnnotations.pod\\.sluice\\.test/${name}=${value}`
}
