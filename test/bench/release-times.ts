import { setTimeout as sleep } from 'node:timers/promises'
import { decisionResource } from '../../api/names.ts'
import type { Bed } from './bed.ts'
import type { Recorder, Seen } from './recorder.ts'
import { createShop, decide, upgrade, type Where } from './shop.ts'
import {
  atGate,
  hasAvailable,
  hasEndpoints,
  inPhase,
  isCopyPod,
  isCopyWith,
  statusOf,
  weighs,
  withdrawn,
} from './views.ts'

/** Times of releases, in milliseconds, by what was timed. */
export interface ReleaseTimes {
  readonly firstPod: readonly number[]
  readonly firstWeight: readonly number[]
  readonly scale: readonly number[]
  readonly nextWeight: readonly number[]
  readonly readyToWeight: readonly number[]
  readonly rollback: readonly number[]
}

export interface Probes {
  readonly bed: Bed
  readonly recorder: Recorder
  readonly shops: readonly Where[]
}

const weights = [20, 50, 90]
const replicas = 10
/** Between two measurements: what the last one set off comes to rest. */
const restMs = 150
/** Beside a crowd that stands in the queue as well. */
const patienceMs = 300_000

/** Shops that are measured one at a time, while the others of them stand still. */
export async function openProbes(bed: Bed, namespace: string, count: number): Promise<Probes> {
  const recorder = await bed.open(namespace)
  const shops = Array.from({ length: count }, (_, index) => ({ name: `probe-${index}`, namespace }))
  await Promise.all(shops.map((where) => createShop(bed.client, where, { replicas, weights, drain: '1s' })))
  await Promise.all(shops.map(({ name }) => recorder.until('Rollout', name, inPhase('Healthy'), 300_000)))
  return { bed, recorder, shops }
}

/** Each shop is updated, approved once and rolled back, `rounds` times over. */
export async function timeReleases(probes: Probes, rounds: number): Promise<ReleaseTimes> {
  const times = { firstPod: [], firstWeight: [], scale: [], nextWeight: [], readyToWeight: [], rollback: [] }
  for (let round = 0; round < rounds; round++) {
    for (const where of probes.shops) {
      await timeUpdate(probes, where, `r${round}-${Date.now()}`, times)
      await timeApproval(probes, where, times)
    }
    for (const where of probes.shops) await timeRollback(probes, where, times)
    const isBack = inPhase('RolledBack')
    await Promise.all(probes.shops.map(({ name }) => probes.recorder.until('Rollout', name, isBack)))
  }
  return times
}

/** Rollbacks alone: all shops are brought to the first gate together, then rolled back one at a time. */
export async function timeRollbacks(probes: Probes, rounds: number): Promise<readonly number[]> {
  const times = { firstPod: [], firstWeight: [], scale: [], nextWeight: [], readyToWeight: [], rollback: [] }
  const { bed, recorder, shops } = probes
  const all = (so: Parameters<Recorder['until']>[2]) =>
    Promise.all(shops.map(({ name }) => recorder.until('Rollout', name, so, patienceMs)))
  for (let round = 0; round < rounds; round++) {
    await Promise.all(shops.map((where) => upgrade(bed.client, where, `b${round}-${Date.now()}`)))
    await all(atGate(1))
    for (const where of shops) await timeRollback(probes, where, times)
    await all(inPhase('RolledBack'))
  }
  return times.rollback
}

type Times = { readonly [K in keyof ReleaseTimes]: number[] }

async function timeUpdate({ bed, recorder }: Probes, where: Where, tag: string, times: Times): Promise<void> {
  recorder.clear()
  const answered = upgrade(bed.client, where, tag).then(() => performance.now())
  const isUpdate = ({ kind, object }: Seen) => kind === 'Deployment' && object.metadata.name === where.name
  const storedMs = Math.min(await answered, (await recorder.first('the update', isUpdate)).atMs)
  const pod = await recorder.first('the first canary pod', isCopyPod(where))
  const weight = await recorder.first('the first weight', weighs(where, weights[0] ?? 0))
  times.firstPod.push(pod.atMs - storedMs)
  times.firstWeight.push(weight.atMs - storedMs)
  times.readyToWeight.push(weight.atMs - readyMs(recorder, where, 2))
  await recorder.until('Rollout', where.name, atGate(1))
  await sleep(restMs)
}

async function timeApproval({ bed, recorder }: Probes, where: Where, times: Times): Promise<void> {
  recorder.clear()
  const storedMs = await decided(bed, recorder, where, 'approve')
  const scaled = await recorder.first('the scale', isCopyWith(where, 5))
  const weight = await recorder.first('the next weight', weighs(where, weights[1] ?? 0))
  times.scale.push(scaled.atMs - storedMs)
  times.nextWeight.push(weight.atMs - storedMs)
  times.readyToWeight.push(weight.atMs - readyMs(recorder, where, 5))
  await recorder.until('Rollout', where.name, atGate(2))
  await sleep(restMs)
}

/** One Rollout, from the Decision to the routing write. */
export async function timeRollback(
  { bed, recorder }: Probes,
  where: Where,
  times: Pick<Times, 'rollback'>,
): Promise<void> {
  recorder.clear()
  const storedMs = await decided(bed, recorder, where, 'rollback')
  const route = await recorder.first('the routing write', withdrawn(where))
  times.rollback.push(route.atMs - storedMs)
  await sleep(restMs)
}

/** When the Decision was stored: its event or the answer, whichever told us first. */
async function decided(
  { client }: Bed,
  recorder: Recorder,
  where: Where,
  verb: 'approve' | 'rollback',
): Promise<number> {
  const rollout = recorder.latest('Rollout', where.name)
  const status = rollout && statusOf(rollout)
  if (status === undefined) throw new Error(`Rollout ${where.name} has no status`)
  const answered = decide(client, where, verb, status).then(() => performance.now())
  const isDecision = ({ kind, object }: Seen) =>
    kind === decisionResource.kind && object.metadata.name.startsWith(`${where.name}-${verb}-`)
  const eventMs = recorder.first('the Decision', isDecision).then(({ atMs }) => atMs)
  return Math.min(await answered, await eventMs)
}

/** Enough pods are ready once the copy counts them as available and they stand behind the canary Service. */
function readyMs(recorder: Recorder, where: Where, count: number): number {
  const available = recorder.find(hasAvailable(where, count))
  const endpoints = recorder.find(hasEndpoints(where, count))
  return Math.max(available?.atMs ?? Number.NaN, endpoints?.atMs ?? Number.NaN)
}
