import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControllerChild, startController } from './controller-child.ts'
import { expectedEnd, lossReport, type Story, startWitness, tell, type Witness } from './controller-story.ts'
import { type Shop, type ShopOptions, type Stage, startStage } from './stage.ts'

/** Most of a release is waiting, so many of them fit on a small machine. */
const lanes = 12
/** A gateway follows a route up to 2 s later, on a busy machine 5 s: the drain must be longer than that. */
const options = { replicas: 3, rate: 20, drain: '6s', doNotWait: true } as const satisfies ShopOptions

describe('a controller that is killed around any of its writes, and started again', () => {
  let stage: Stage
  let witness: Witness
  let shops: readonly Shop[]
  beforeAll(async () => {
    stage = await startStage()
    witness = await startWitness(stage)
    shops = await Promise.all(Array.from({ length: lanes }, (_, lane) => stage.shop(`crash-${lane}`, options)))
  })
  afterAll(async () => {
    await witness?.stop()
    await stage?.stop()
  })

  it('brings every release to the same end, leaves nothing behind, never takes traffic back from the new version, and loses no request', {
    timeout: 900_000,
  }, async () => {
    const rounds = new Map(shops.map((shop) => [shop, 0]))
    const play = async (shop: Shop, crashAt?: string): Promise<Played> => {
      const round = rounds.get(shop) ?? 0
      rounds.set(shop, round + 1)
      const from = round === 0 ? 'v1' : `v${round}-good`
      const story: Story = { shop, options, versions: [from, `v${round + 1}-good`, `v${round + 1}-bad`] }
      return playKilled(stage, witness, story, crashAt)
    }
    const [first, ...others] = shops
    if (first === undefined) throw new Error('no shop')
    const whole = await play(first)
    const moments = Array.from({ length: whole.writes.length }, (_, index) => index + 1).flatMap((write) => [
      `${write}:before`,
      `${write}:after`,
    ])
    const played: Played[] = []
    await Promise.all(
      [first, ...others].map(async (shop) => {
        for (let moment = moments.shift(); moment !== undefined; moment = moments.shift())
          played.push(await play(shop, moment))
      }),
    )
    for (const { problem } of played) if (problem) console.log(problem)
    expect(played.flatMap(({ problem }) => problem ?? [])).toEqual([])
    const killed = new Set(played.flatMap(({ killedAt }) => killedAt ?? []))
    console.log(
      `${whole.writes.length} writes, ${played.length} runs, ${killed.size} kills\n  ${[...killed].join('\n  ')}`,
    )
    const kinds = (writes: readonly string[]) => [...new Set(writes.map(kindOfWrite))].sort()
    expect(kinds([...killed].filter((what) => what.startsWith('before')))).toEqual(kinds(whole.writes))
    expect(kinds([...killed].filter((what) => what.startsWith('after')))).toEqual(kinds(whole.writes))
    const totals = await Promise.all(shops.map((shop) => shop.finish()))
    for (const { sent, lost, detail } of totals) expect(lost, `${lost} of ${sent}: ${detail}`).toBe(0)
  })
})

interface Played {
  readonly writes: readonly string[]
  readonly killedAt?: string
  readonly problem?: string
}

/** One life of a Rollout under a controller that is killed once, and started again at once. */
async function playKilled(stage: Stage, witness: Witness, story: Story, crashAt?: string): Promise<Played> {
  const { namespace } = story.shop
  const startedAt = Date.now()
  const controller = await startController(stage.cluster, {
    namespace,
    doNotWait: true,
    ...(crashAt !== undefined && { crashAt }),
  })
  let second: ControllerChild | undefined
  let isOver = false
  const again = controller.over.then(async () => {
    if (!isOver) second = await startController(stage.cluster, { namespace, doNotWait: true })
  })
  try {
    const end = await tell(stage, witness, story)
    const about = `killed ${crashAt ?? 'never'} (${controller.killedAt() ?? 'not reached'})`
    expect(end, about).toEqual(expectedEnd(story))
    const { total, lost } = story.shop.since(startedAt)
    if (lost > 0)
      throw new Error(
        `${lost} of ${total} lost in ${namespace}, ${about}\n${lossReport(story.shop, witness, startedAt)}`,
      )
    const killedAt = controller.killedAt()
    if (process.env['SLUICE_E2E_VERBOSE']) console.log(`${about}: ${total} sent, ${Date.now() - startedAt} ms`)
    return { writes: controller.writes, ...(killedAt !== undefined && { killedAt }) }
  } catch (error) {
    return { writes: controller.writes, problem: String(error) }
  } finally {
    isOver = true
    await controller.stop()
    await again
    await second?.stop()
  }
}

/** `patch Deployment`, without which write it was and whose object. */
function kindOfWrite(line: string): string {
  const [, verb, kind, name = ''] = /(?:^|\s)\d+ (\S+) (\S+) (.*)$/.exec(line) ?? []
  return `${verb} ${kind}${name.endsWith('/status') ? '/status' : ''}`
}
