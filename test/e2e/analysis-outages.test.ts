import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnalysisRun } from '../../api/analysis-run.ts'
import type { Prometheus } from '../cluster/prometheus.ts'
import { type ControllerChild, startController } from './controller-child.ts'
import { startWitness, type Witness } from './controller-story.ts'
import { losesNothing } from './moments.ts'
import { type OddStores, startOddStores } from './odd-stores.ts'
import { must, type Shop, type Stage, startStage } from './stage.ts'

const deadlineMs = 10_000
const patienceMs = 5_000
const memoryLimitMiB = 400

let stage: Stage
let controller: ControllerChild
let witness: Witness
let stores: OddStores
let prometheus: Prometheus

beforeAll(async () => {
  stage = await startStage({ prometheus: true })
  if (stage.cluster.prometheus === undefined) throw new Error('there is no Prometheus')
  prometheus = stage.cluster.prometheus
  stores = await startOddStores()
  controller = await startController(stage.cluster)
  witness = await startWitness(stage)
})
afterAll(async () => {
  await witness?.stop()
  await controller?.stop()
  await stores?.close()
  await stage?.stop()
})

describe('a metric store', () => {
  it.concurrent('that answers as it should lets a release go on by itself', async () => {
    const shop = await open('store-good', { address: stores.address('good') })
    await witness.until(shop, 'went on', (status) => status?.phase === 'Promoting')
    await isDone(shop)
    expect(witness.weights(shop)).toEqual([0, 20, 100, 'gone'])
  })

  it.concurrent.each<[string, () => object, string, string, number]>([
    ['store-empty', () => ({}), 'no_such_metric', 'configuration error', 0],
    ['store-nan', () => ({ address: stores.address('nan') }), 'up', 'NaN', 0],
    ['store-slow', () => ({ address: stores.address('slow') }), 'up', 'in time', patienceMs],
    ['store-html', () => ({ address: stores.address('html') }), 'up', 'text/html', patienceMs],
    ['store-huge', () => ({ address: stores.address('huge') }), 'up', '1 MB', patienceMs],
    [
      'store-refuses',
      () => ({ address: stores.address('guarded'), headers: tenant('other') }),
      'up',
      '403',
      patienceMs,
    ],
    ['store-other', () => ({ address: stores.address('tenants'), headers: tenant('other') }), 'up', 'no data', 0],
  ])(
    '%s lets nothing pass: a person is asked, and told what was asked and what came back',
    async (name, source, query, says, awayMs) => {
      const shop = await open(name, source(), query)
      const { waiting, release } = await asksAPerson(shop)
      const run = release?.analyses?.[0]
      console.log(`  ${name}: ${waiting?.message}`)

      expect(waiting?.message).toContain(says)
      expect(queriesOf(run)).toEqual([query])
      expect(run).toMatchObject({ verdict: 'inconclusive', awayMs })
      expect(Date.now() - Date.parse(release?.gatesOpenedAt ?? '')).toBeGreaterThanOrEqual(deadlineMs + awayMs)
      expect(witness.phases(shop)).toEqual(['Progressing'])
      expect(witness.weights(shop)).toEqual([0, 20])

      await shop.decide('approve')
      await witness.until(shop, 'went on', (status) => status?.phase === 'Promoting')
      await isDone(shop)
    },
  )

  it.concurrent('with the right tenant in a header is the same as any other', async () => {
    const shop = await open('store-tenant', { address: stores.address('guarded'), headers: tenant('shop') })
    await witness.until(shop, 'went on', (status) => status?.phase === 'Promoting')
    await isDone(shop)
    expect(witness.weights(shop)).toEqual([0, 20, 100, 'gone'])
  })
})

describe('a Prometheus that is killed', () => {
  it('stops the clock of a gate for as long as the patience, then a person is asked; nothing passes meanwhile', async () => {
    const query = 'sum(http_requests_total{namespace="{{ namespace }}",pod=~"{{ canary.pods }}"})'
    const [patient, hasty] = await Promise.all([
      open('killed-patient', {}, query, { patience: '5m', deadline: '15s', count: 8 }),
      open('killed-hasty', {}, query, { count: 8 }),
    ])
    await Promise.all([patient, hasty].map(hasMeasured))
    await prometheus.kill()
    const killedAt = Date.now()

    const { waiting } = await asksAPerson(hasty)
    expect(waiting?.message).toContain('has not answered')
    console.log(`  killed: a person is asked ${Date.now() - killedAt} ms later: ${waiting?.message}`)
    await sleep(Math.max(0, killedAt + 25_000 - Date.now())) // its deadline is over by far
    expect(witness.status(patient)).toMatchObject({ waiting: { reason: 'AnalysisAway' }, release: { step: 1 } })
    for (const shop of [patient, hasty]) expect(witness.phases(shop)).toEqual(['Progressing'])

    await prometheus.start()
    await witness.until(patient, 'went on by itself', (status) => status?.phase === 'Promoting')
    await hasty.decide('rollback')
    await witness.until(hasty, 'was rolled back', (status) => status?.phase === 'RolledBack')
    await isDone(patient)
    await losesNothing(hasty)
  })
})

describe('the controller', () => {
  it('has not grown by what stores sent', async () => {
    const text = await readFile(`/proc/${controller.pid}/status`, 'utf8')
    const mostMiB = Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1]) / 1024
    console.log(`  the controller took ${mostMiB.toFixed(0)} MiB at most`)
    expect(mostMiB).toBeLessThan(memoryLimitMiB)
  })
})

interface Choices {
  readonly patience?: string
  readonly deadline?: string
  readonly count?: number
}

/** A shop whose v2 has been sent, with one gate: a metric that any number passes, from this store. */
async function open(name: string, source: object, query = 'up', choices: Choices = {}): Promise<Shop> {
  const { patience = `${patienceMs}ms`, deadline = `${deadlineMs}ms`, count = 3 } = choices
  const threshold = { query, pass: 'value >= 0.0', count }
  const metrics = [{ name: 'any-number', interval: '1s', patience, prometheus: source, threshold }]
  const metadata = { name }
  await must(
    stage.cluster.apply({ apiVersion: 'sluice.dev/v1alpha1', kind: 'ClusterAnalysis', metadata, spec: { metrics } }),
  )
  const use = { name, kind: 'ClusterAnalysis', deadline }
  const canary = { steps: [{ weight: 20, gates: [{ analysis: use }] }] }
  const shop = await stage.shop(name, { replicas: 3, rate: 20, canary })
  witness.forget(shop)
  await must(shop.upgrade('v2'))
  return shop
}

const tenant = (value: string) => [{ name: 'X-Scope-OrgID', value }]

async function asksAPerson(shop: Shop) {
  await witness.until(shop, 'asked a person', (status) => status?.waiting?.reason === 'AnalysisInconclusive')
  return shop.status()
}

const hasMeasured = (shop: Shop) =>
  witness.until(shop, 'had measured', (status) => (status?.release?.analyses?.[0]?.metrics[0]?.samples.length ?? 0) > 1)

function queriesOf(run: AnalysisRun | undefined): readonly string[] {
  return run?.metrics.flatMap(({ queries }) => Object.values(queries)) ?? []
}

/** Promoted, with nothing lost. */
async function isDone(shop: Shop): Promise<void> {
  await witness.until(shop, 'was promoted', (status) => status?.phase === 'Healthy')
  await losesNothing(shop)
}
