import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControllerChild, startController } from './controller-child.ts'
import { phaseOf, workloadOf } from './controller-story.ts'
import { eventually, must, type Shop, type ShopOptions, type Stage, startStage } from './stage.ts'

/** Every moment of a release is long enough to be met. */
const options = {
  replicas: 5,
  rate: 60,
  drain: '6s',
  set: ['strategy.rollingUpdate.maxSurge=20%', 'podAnnotations.pod\\.sluice\\.test/ready-after-ms=1500'],
} as const satisfies ShopOptions

const gate1 = 'Progressing, step 1'
const rolling = 'Promoting/Rolling'
const rollingBack = 'RollingBack'

describe('an outage in the middle of a release', () => {
  let stage: Stage
  let controller: ControllerChild
  beforeAll(async () => {
    stage = await startStage()
    controller = await startController(stage.cluster)
  })
  afterAll(async () => {
    await controller?.stop()
    await stage?.stop()
  })

  it.concurrent.each([
    ['kubectl delete', gate1, 'background'],
    ['kubectl delete', rolling, 'background'],
    ['kubectl delete', rollingBack, 'background'],
    ['kubectl delete --cascade=foreground', gate1, 'foreground'],
    ['kubectl delete --cascade=foreground', rolling, 'foreground'],
  ])(
    '%s of the Rollout at %s gives the workload back as it was, and loses no request',
    async (_title, moment, cascade) => {
      const shop = await stage.shop(`delete-${slug(moment)}-${cascade}`, options)
      await bringTo(shop, moment)
      const args = ['delete', 'rollout', shop.name, '-n', shop.namespace, `--cascade=${cascade}`, '--timeout=120s']
      await must(stage.cluster.kubectl(...args))
      expect(await workloadOf(shop)).toEqual(givenBack)
      expect(await shop.leftovers()).toEqual([])
      await stableAlone(shop)
      await nothingLost(shop)
    },
  )

  it.concurrent('helm uninstall at a gate leaves nothing of a release behind', async () => {
    const shop = await stage.shop('helm-uninstall', options)
    await bringTo(shop, gate1)
    await nothingLost(shop)
    await must(stage.cluster.helm('uninstall', shop.name, '-n', shop.namespace))
    await shop.until('says what is missing', ({ waiting }) => waiting?.reason === 'WorkloadNotFound')
    expect(await shop.leftovers()).toEqual([])
    await must(stage.cluster.kubectl('delete', 'rollout', shop.name, '-n', shop.namespace, '--timeout=60s'))
    await bare(stage, shop)
  })

  it.concurrent.each([[gate1], [rolling]])(
    'helm uninstall of a release that contains the Rollout, at %s, leaves nothing behind',
    async (moment) => {
      const shop = await stage.shop(`helm-all-${slug(moment)}`, options)
      await bringTo(shop, moment)
      await nothingLost(shop)
      const gone = stage.cluster.kubectl('delete', 'rollout', shop.name, '-n', shop.namespace, '--timeout=120s')
      await must(stage.cluster.helm('uninstall', shop.name, '-n', shop.namespace))
      expect(await gone).toMatchObject({ code: 0 })
      await bare(stage, shop)
    },
  )
})

describe('a controller that is away', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(async () => stage?.stop())

  it('misses a whole helm upgrade: it is held and announced all the same, and released when the controller is back', async () => {
    const before = await startController(stage.cluster)
    const shop = await stage.shop('away', options)
    const pods = await shop.pods()
    await before.kill()
    const upgrade = await shop.upgrade('v2', '--wait')
    expect(upgrade).toMatchObject({ code: 0 })
    expect(upgrade.stderr).toContain('this update is held by Rollout away')
    expect(await workloadOf(shop)).toMatchObject({ version: 'v2', paused: true, ready: 5 })
    await shop.next(200)
    expect(await shop.pods()).toEqual(pods)
    expect(shop.since(0).answers('v2')).toBe(0)
    const after = await startController(stage.cluster)
    await promote(shop)
    await nothingLost(shop)
    await after.stop()
  })

  it('misses the deletion of its Rollout, and gives the workload back when it is back', async () => {
    const before = await startController(stage.cluster)
    const shop = await stage.shop('away-deleted', options)
    await bringTo(shop, rolling)
    await before.kill()
    await must(stage.cluster.kubectl('delete', 'rollout', shop.name, '-n', shop.namespace, '--wait=false'))
    await shop.next(100)
    const after = await startController(stage.cluster)
    await rolloutGone(stage, shop)
    expect(await workloadOf(shop)).toEqual(givenBack)
    expect(await shop.leftovers()).toEqual([])
    await nothingLost(shop)
    await after.stop()
  })
})

describe('an API server that restarts in the middle of releases', () => {
  let stage: Stage
  let controller: ControllerChild
  beforeAll(async () => {
    stage = await startStage()
    controller = await startController(stage.cluster)
  })
  afterAll(async () => {
    await controller?.stop()
    await stage?.stop()
  })

  it.each([
    ['once and in order', 'restart', { times: 1, crash: false }],
    ['once, by kill -9', 'crash', { times: 1, crash: true }],
    ['three times in a row, so that the gateway comes back late', 'crashes', { times: 3, crash: true }],
  ])('%s delays them, and loses no request', async (_title, slugOf, { times, crash }) => {
    const moments = [gate1, rolling, rollingBack]
    const shops = await Promise.all(
      moments.map(async (moment) => {
        const shop = await stage.shop(`api-${slugOf}-${slug(moment)}`, options)
        if (moment === gate1) await bringTo(shop, gate1)
        return { moment, shop }
      }),
    )
    await Promise.all(shops.filter(({ moment }) => moment !== gate1).map(({ shop, moment }) => bringTo(shop, moment)))
    for (let time = 0; time < times; time++) await stage.cluster.restartApiServer({ downMs: 2000 * times, crash })
    await Promise.all(
      shops.map(async ({ shop, moment }) => {
        const advised = followAdvice(stage, shop)
        if (moment === gate1) await promote(shop)
        else await shop.phase(moment === rolling ? 'Healthy' : 'RolledBack', longWaitMs)
        await advised.stop()
        const version = moment === rollingBack ? 'v1' : 'v2'
        await shop.next(100)
        expect(new Set((await shop.pods()).map((pod) => pod.version)), moment).toEqual(new Set([version]))
        await nothingLost(shop)
      }),
    )
    expect(controller.ended()).toBe(false)
  })
})

describe.each([
  ['with the controller alive', true],
  ['with the controller dead', false],
])('sluice uninstall in the middle of releases, %s', (_title, alive) => {
  let stage: Stage
  let controller: ControllerChild
  beforeAll(async () => {
    stage = await startStage()
    controller = await startController(stage.cluster, { leaderElection: true })
  })
  afterAll(async () => {
    await controller?.stop()
    await stage?.stop()
  })

  it('gives every workload back as it was, removes all of Sluice, and loses no request', async () => {
    const moments = ['Healthy', gate1, rolling, rollingBack]
    const shops = await Promise.all(moments.map((moment) => stage.shop(`uninstall-${slug(moment)}`, options)))
    await Promise.all(shops.map((shop, index) => bringTo(shop, moments[index] ?? '')))
    if (!alive) await controller.kill()
    const { code, stdout, stderr } = await stage.sluice('uninstall', '--yes')
    expect(code, stdout + stderr).toBe(0)
    for (const shop of shops) {
      expect(await workloadOf(shop), shop.name).toEqual(givenBack)
      await bare(stage, shop, ['-l', 'sluice.dev/rollout-uid'])
      await stableAlone(shop)
      await nothingLost(shop)
    }
    const kinds = 'crds,mutatingadmissionpolicies,validatingadmissionpolicies,clusterroles,clusterrolebindings'
    expect(await must(stage.cluster.kubectl('get', kinds, '-o', 'name'))).not.toMatch(/sluice/)
  })
})

/**
 * Kubernetes' endpoint controller may give up on a Service after an outage ("Retry budget exceeded, dropping service out of
 * the queue"): then the Rollout says which command makes it look again, and a person types it.
 */
function followAdvice({ cluster }: Stage, shop: Shop) {
  let stopped = false
  const following = (async () => {
    for (let behindMs = 0; !stopped; behindMs += 250) {
      await new Promise((resolve) => setTimeout(resolve, 250))
      const { waiting } = await shop.status().catch(() => ({ waiting: undefined }))
      if (waiting?.reason !== 'EndpointsBehind') behindMs = 0
      else if (behindMs > 10_000) await must(cluster.run('bash', ['-c', commandIn(waiting.next)]))
    }
  })()
  return {
    stop: async () => {
      stopped = true
      await following
    },
  }
}

const commandIn = (next: string): string => next.match(/kubectl .* --overwrite/)?.[0] ?? `false # no command: ${next}`

/** A gateway may need a minute to come back to the API server, and the release waits for it. */
const longWaitMs = 180_000

const givenBack = { version: 'v1', paused: false, keys: [], ready: 5 }

const slug = (moment: string): string => moment.toLowerCase().replace(/[^a-z0-9]+/g, '-')

/** Upgrades to v2 and brings its release to that moment. */
async function bringTo(shop: Shop, moment: string): Promise<void> {
  if (moment === 'Healthy') return
  await must(shop.upgrade('v2'))
  await shop.atGate(1)
  if (moment === gate1) return
  await shop.decide(moment === rollingBack ? 'rollback' : 'approve')
  if (moment === rolling) {
    await shop.atGate(2)
    await shop.decide('approve')
  }
  await shop.until(`is ${moment}`, (status) => phaseOf(status) === moment || status.phase === moment)
}

async function promote(shop: Shop): Promise<void> {
  for (const step of [1, 2]) {
    await shop.atGate(step, longWaitMs)
    await shop.decide('approve')
  }
  await shop.phase('Promoting')
  await shop.phase('Healthy', longWaitMs)
  expect(await workloadOf(shop)).toMatchObject({ version: 'v2', paused: false, ready: 5 })
}

async function nothingLost(shop: Shop): Promise<void> {
  const { sent, lost, detail } = await shop.finish()
  expect(lost, `${lost} of ${sent}: ${detail}`).toBe(0)
}

/** Once the gateway has followed, nothing but the stable version answers. */
async function stableAlone(shop: Shop): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const from = Date.now()
  await shop.next(100)
  expect(shop.since(from).answers('v2'), shop.name).toBe(0)
}

const rolloutGone = (stage: Stage, { name, namespace }: Shop) =>
  eventually(`Rollout ${namespace}/${name} is gone`, async () => {
    const { code, stdout } = await stage.cluster.kubectl('get', 'rollout', name, '-n', namespace)
    return code !== 0 || stdout
  })

/** Nothing of ours in the namespace; without a selector, no workload, Service, route or pod template at all. */
async function bare({ cluster }: Stage, { namespace }: Shop, selector: readonly string[] = []): Promise<void> {
  await eventually(`${namespace} is empty`, async () => {
    const kinds = 'deployments,replicasets,services,ingresses,podtemplates'
    const left = await must(cluster.kubectl('get', kinds, '-n', namespace, '-o', 'name', ...selector))
    return left === '' || left
  })
}
