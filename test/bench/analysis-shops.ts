import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeObject } from '../../api/kube-object.ts'
import { apiVersion, clusterAnalysisResource, rolloutResource } from '../../api/names.ts'
import type { Witness } from './analysis-witness.ts'
import type { Bed } from './bed.ts'
import { createNamespace, createShop, upgrade, type Where } from './shop.ts'

/** One pod on either side: half the traffic is one canary pod. */
const size = { replicas: 1, weights: [50], drain: '1s' }
const analysis = [{ name: 'http-success-rate' }, { name: 'http-latency' }, { name: 'bench', kind: 'ClusterAnalysis' }]
/** Of the two built-ins: requests and bad ones of either side. Of the three thresholds: one. */
export const questionsEach = 4 + 4 + 3
export const metricsEach = 5
export const intervalMs = 10_000

export const perNamespace = 100
/** At once: many more would meet the deadline of their release before the pods of all are there. */
const perWave = 100

/** Rollouts that wait for an approval at step 1, with nothing measured yet. The first namespace is there already. */
export async function openAtGates(bed: Bed, count: number, witness: Witness): Promise<readonly Where[]> {
  const shops = Array.from({ length: count }, (_, index) => whereOf(index))
  await inWaves(shops, async (together, from) => {
    if (from > 0) await createNamespace(bed.client, namespaceOf(from))
    await Promise.all(together.map((where) => createShop(bed.client, where, size)))
  })
  await reach('Healthy', count, () => witness.count(({ phase }) => phase === 'Healthy'))
  await inWaves(shops, async (together, from) => {
    await Promise.all(together.map((where) => upgrade(bed.client, where, 'v2')))
    await reach('at their gate', from + together.length, () => atGates(witness))
  })
  return shops
}

/** From now on each of them has its five metrics measured. */
export async function beginAnalyses({ client }: Bed, shops: readonly Where[]): Promise<void> {
  await client.create(clusterAnalysisResource, clusterAnalysis)
  const body = { spec: { strategy: { canary: { analysis } } } }
  await inWaves(shops, (together) =>
    Promise.all(together.map((where) => client.patch(rolloutResource, where, { type: 'merge', body }))),
  )
}

async function inWaves(
  shops: readonly Where[],
  each: (together: readonly Where[], from: number) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < shops.length; from += perWave) await each(shops.slice(from, from + perWave), from)
}

/** Which Rollouts wait for an approval now. */
export const atGates = (witness: Witness): number => witness.count(({ waits }) => waits === 'Approval')

export const namespaceOf = (index: number): string => `analysed-${Math.floor(index / perNamespace)}`

const whereOf = (index: number): Where => ({ name: `shop-${index}`, namespace: namespaceOf(index) })

async function reach(what: string, count: number, now: () => number): Promise<void> {
  const deadlineMs = performance.now() + 900_000
  for (let said = performance.now(); now() < count; await sleep(250)) {
    if (performance.now() > deadlineMs) throw new Error(`only ${now()} of ${count} are ${what}`)
    if (performance.now() - said < 5_000) continue
    said = performance.now()
    console.log(`[bench]   ${now()} of ${count} ${what}`)
  }
  console.log(`[bench]   ${count} ${what}`)
}

const pods = 'namespace="{{ namespace }}",pod=~"{{ canary.pods }}"'

/** Two that each Rollout asks for itself, and one that all ask in the same words: nobody need ask it twice. */
const clusterAnalysis: KubeObject = {
  apiVersion,
  kind: 'ClusterAnalysis',
  metadata: { name: 'bench' },
  spec: {
    metrics: [
      metric('error-rate', `sum(rate(http_requests_total{${pods},code=~"5.."}[1m])) or vector(0)`, 'value <= 0.05'),
      metric('requests', `sum(rate(http_requests_total{${pods}}[1m]))`, 'value >= 0.0'),
      metric('scraped', 'count(up == 1) / count(up)', 'value >= 0.0'),
    ],
  },
}

function metric(name: string, query: string, pass: string): object {
  return { name, interval: `${intervalMs / 1_000}s`, prometheus: {}, threshold: { query, pass } }
}
