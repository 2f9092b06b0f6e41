import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { rolloutResource } from '../../api/names.ts'
import {
  atGates,
  beginAnalyses,
  intervalMs,
  metricsEach,
  namespaceOf,
  openAtGates,
  perNamespace,
  questionsEach,
} from './analysis-shops.ts'
import { type Told, type Witness, watchRollouts } from './analysis-witness.ts'
import { measureApiServer, type RoundTrips } from './api-server.ts'
import { type Bed, startBed } from './bed.ts'
import { grown, type Quantiles, quantilesOf, type Sample, samplesIn, sumOf } from './exposition.ts'
import { startPodTraffic } from './pod-traffic.ts'
import { cpuMsByProgram } from './processes.ts'
import type { Recorder } from './recorder.ts'
import { timeRollback } from './release-times.ts'
import type { Where } from './shop.ts'
import { type Summary, summarize } from './stats.ts'

/** Many Rollouts that are all judged at once, by a real Prometheus. */
export interface Analysed {
  readonly rollouts: number
  readonly metricsEach: number
  readonly questionsEach: number
  readonly intervalMs: number
  readonly seconds: number
  /** The same Rollouts at the same gates, with nothing to measure. */
  readonly before: { readonly rssMb: number; readonly milliCores: number; readonly rollback: readonly number[] }
  /** While all are measured. */
  readonly atWork: AtWork
  /** From the Decision to the routing write, one Rollout after the other, in milliseconds; the others are measured on. */
  readonly rollback: readonly number[]
  /** What the API server took at the same time. */
  readonly beside: RoundTrips
  /** Rollouts that left their gate though nobody asked them to. */
  readonly strayed: number
}

export interface AtWork {
  /** Questions, measurements, requests: a second. */
  readonly perSecond: PerSecond
  readonly missed: number
  /** Measurements that gave no number, by what was noted of them. */
  readonly notes: Readonly<Record<string, number>>
  readonly measurements: number
  readonly lag: Summary
  readonly reconcile: Quantiles
  readonly queueWait: Quantiles
  /** The controller's questions from its side: the wait for a lane is part of it. */
  readonly question: Quantiles
  /** The same ones as Prometheus timed them. */
  readonly store: Quantiles
  /** Of a core, in thousandths. */
  readonly milliCores: Readonly<Record<string, number>>
  /** Of the controller, every 10 s. */
  readonly rssMb: readonly number[]
  readonly heapMb: readonly number[]
  readonly statusKb: Summary
}

export interface PerSecond {
  /** For each Rollout that got the answer. */
  readonly answered: number
  readonly asked: number
  readonly measurements: number
  readonly statusWrites: number
  readonly writesWithoutNews: number
  /** The controller's, by `verb kind`. */
  readonly requests: Readonly<Record<string, number>>
}

/** What the updates have set off comes to rest. */
const quietMs = 30_000
/** Until the warm-up of the latency metric is over, and the heap has the size that it needs. */
const warmMs = 60_000
/** Each pod, in seconds: thousands of them each second would be all that two cores do. */
const scrapeEvery = 10
/** With analyses and without, each. */
const mostRollbacks = perNamespace / 2

export async function measureAnalysis(bundle: string, rollouts: number, seconds: number): Promise<Analysed> {
  const bed = await startBed({ bundle, prometheus: { scrapeEvery } })
  const witness = await watchRollouts(bed.client, intervalMs)
  try {
    const recorder = await bed.open(namespaceOf(0))
    const rollbacks = Math.min(mostRollbacks, Math.floor(rollouts / 4))
    const shops = await openAtGates(bed, rollouts + rollbacks, witness)
    const traffic = await startPodTraffic(bed.client, intervalMs)
    const before = await measureBefore(bed, recorder, shops.slice(0, rollbacks))
    say(`the analyses begin; ${warmMs / 1_000} s later they are measured, for ${seconds} s`)
    await beginAnalyses(bed, shops.slice(rollbacks))
    await sleep(warmMs)
    const atWork = await measureAtWork(bed, witness, seconds)
    const strayed = rollouts - atGates(witness)
    say(`${rollbacks} rollbacks`)
    const [rollback, beside] = await Promise.all([
      rollBackEach(bed, recorder, shops.slice(rollbacks, 2 * rollbacks)),
      measureApiServer(bed, await bed.open('beside'), 'beside', 50, 500),
    ])
    await traffic.stop()
    return { rollouts, metricsEach, questionsEach, intervalMs, seconds, before, atWork, rollback, beside, strayed }
  } finally {
    witness.stop()
    await bed.stop()
  }
}

async function measureBefore(bed: Bed, recorder: Recorder, shops: readonly Where[]): Promise<Analysed['before']> {
  const { controller } = bed
  await sleep(quietMs)
  const [cpuMs, startedMs] = [await controller.cpuMs(), performance.now()]
  await sleep(quietMs)
  const milliCores = ((await controller.cpuMs()) - cpuMs) / ((performance.now() - startedMs) / 1_000)
  const rssMb = await controller.rssMb()
  say(`at rest: ${rssMb.toFixed(0)} MB, ${milliCores.toFixed(1)} mcore; ${shops.length} rollbacks`)
  return { rssMb, milliCores, rollback: await rollBackEach(bed, recorder, shops) }
}

/** At any time within the interval, the beginning of which is the busy one. */
async function rollBackEach(bed: Bed, recorder: Recorder, shops: readonly Where[]): Promise<readonly number[]> {
  const times = { rollback: [] }
  for (const where of shops) {
    await sleep(Math.random() * 1_500)
    await timeRollback({ bed, recorder, shops }, where, times)
  }
  return times.rollback
}

/** All that is counted, at one moment. */
interface Look {
  readonly atMs: number
  readonly controller: readonly Sample[]
  readonly store: readonly Sample[]
  readonly cpuMs: ReadonlyMap<string, number>
}

async function measureAtWork(bed: Bed, witness: Witness, seconds: number): Promise<AtWork> {
  const before = await look(bed)
  witness.reset()
  const memory = await watchMemory(bed, seconds)
  const told = witness.told()
  const after = await look(bed)
  const { items } = await bed.client.listAll(rolloutResource)
  const controllerQuantiles = (name: string) => quantilesOf(before.controller, after.controller, name)
  return {
    perSecond: perSecond(before, after, told),
    missed: told.missed,
    notes: told.notes,
    measurements: told.measurements,
    lag: summarize(told.lagMs),
    reconcile: controllerQuantiles('sluice_reconcile_seconds'),
    queueWait: controllerQuantiles('sluice_queue_wait_seconds'),
    question: quantilesOf(before.controller, after.controller, 'sluice_measurement_seconds', {
      provider: 'prometheus',
    }),
    store: quantilesOf(before.store, after.store, 'prometheus_http_request_duration_seconds', { handler: query }),
    milliCores: milliCoresOf(before, after),
    ...memory,
    statusKb: summarize(items.map((rollout) => JSON.stringify(rollout['status'] ?? {}).length / 1_000)),
  }
}

const query = '/api/v1/query'

async function look({ cluster, controller }: Bed): Promise<Look> {
  const [own, store, cpuMs] = await Promise.all([
    controller.metrics(),
    request(`${cluster.prometheus?.url}/metrics`).then(({ body }) => body.text()),
    cpuMsByProgram(cluster),
  ])
  return { atMs: performance.now(), controller: samplesIn(own), store: samplesIn(store), cpuMs }
}

/** A sample at the end of each interval, where the controller rests. */
async function watchMemory({ controller }: Bed, seconds: number): Promise<Pick<AtWork, 'rssMb' | 'heapMb'>> {
  const rssMb: number[] = []
  const heapMb: number[] = []
  for (let at = 0; at < seconds; at += 10) {
    await sleep(10_000)
    rssMb.push(await controller.rssMb())
    heapMb.push(sumOf(samplesIn(await controller.metrics()), 'nodejs_heap_size_used_bytes') / 1e6)
    say(`${at + 10} s: ${rssMb.at(-1)?.toFixed(0)} MB, of which heap ${heapMb.at(-1)?.toFixed(0)} MB`)
  }
  return { rssMb, heapMb }
}

function perSecond(before: Look, after: Look, told: Told): PerSecond {
  const seconds = (after.atMs - before.atMs) / 1_000
  const requests = after.controller
    .filter(({ name }) => name === 'sluice_kube_request_seconds_count')
    .map(({ labels: { verb = '', kind = '', status = '' } }) => {
      const count = grown(before.controller, after.controller)
      return [
        `${verb} ${kind} ${status}`,
        count('sluice_kube_request_seconds_count', { verb, kind, status }) / seconds,
      ] as const
    })
  return {
    answered: told.questions / seconds,
    asked: grown(before.store, after.store)('prometheus_http_requests_total', { handler: query }) / seconds,
    measurements: told.measurements / seconds,
    statusWrites: told.writes / seconds,
    writesWithoutNews: told.writesWithoutNews / seconds,
    requests: Object.fromEntries(requests.filter(([, count]) => count > 0)),
  }
}

function milliCoresOf(before: Look, after: Look): Readonly<Record<string, number>> {
  const seconds = (after.atMs - before.atMs) / 1_000
  const used = [...after.cpuMs].map(([program, ms]) => [program, (ms - (before.cpuMs.get(program) ?? 0)) / seconds])
  return Object.fromEntries(used)
}

function say(what: string): void {
  console.log(`[bench]   ${what}`)
}
