import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { systemNamespace } from '../../api/names.ts'
import { startLoad } from '../../examples/traffic/load.ts'
import { type Audit, type Counts, prepareAudit } from './audit.ts'
import { type Bed, startBed } from './bed.ts'
import type { Recorder } from './recorder.ts'
import { createShop, decide, upgrade, type Where } from './shop.ts'
import { atGate, inPhase, statusOf, withdrawn } from './views.ts'

/** One release under requests: who answered when it was over, and what it cost the API server. */
export interface Passage {
  readonly sent: number
  readonly lost: number
  /** Answers of the version that should give none any more, and how long after the end the last of them came. */
  readonly wrong: number
  readonly lastWrongMs: number
  readonly counts: Counts
}

export interface TrafficResult {
  readonly promotions: readonly Passage[]
  readonly rollbacks: readonly Passage[]
  /** Lease writes a minute. */
  readonly leaseWritesPerMinute: number
}

const rate = 200
/** How long requests go on being counted after the end. */
const tailMs = 8_000
const weights = [20, 50, 90]

/** Promotes and rolls back a shop of ten pods, again and again, with requests flowing through the gateway. */
export async function measureTraffic(bundle: string, rounds: number): Promise<TrafficResult> {
  const audit = await prepareAudit()
  const bed = await startBed({ bundle, apiServerFlags: audit.flags })
  try {
    const where = { name: 'web', namespace: 'traffic' }
    const recorder = await bed.open(where.namespace)
    await createShop(bed.client, where, { replicas: 10, weights })
    await recorder.until('Rollout', where.name, inPhase('Healthy'))
    const stage: Stage = { bed, recorder, where, audit }
    await answering(bed, hostOf(where))
    const promotions: Passage[] = []
    const rollbacks: Passage[] = []
    const startedMs = Date.now()
    for (let round = 1; round <= rounds; round++) {
      const [before, stable, bad] = [`v${2 * round - 2 || 1}`, `v${2 * round}`, `v${2 * round + 1}`]
      promotions.push(await promote(stage, before, stable))
      rollbacks.push(await rollBack(stage, bad))
      await upgrade(bed.client, where, stable) // as helm rollback does
      await recorder.until('Rollout', where.name, inPhase('Healthy'))
    }
    const lease = await audit.between(systemNamespace, startedMs, Date.now())
    const minutes = (Date.now() - startedMs) / 60_000
    return { promotions, rollbacks, leaseWritesPerMinute: (lease.writes['lease'] ?? 0) / minutes }
  } finally {
    await bed.stop()
  }
}

interface Stage {
  readonly bed: Bed
  readonly recorder: Recorder
  readonly where: Where
  readonly audit: Audit
}

const hostOf = ({ name, namespace }: Where) => `${name}.${namespace}.test`

async function promote(stage: Stage, before: string, after: string): Promise<Passage> {
  const { bed, recorder, where } = stage
  return underLoad(stage, before, async () => {
    await upgrade(bed.client, where, after)
    for (const [index] of weights.entries()) {
      await recorder.until('Rollout', where.name, atGate(index + 1))
      await sleep(1_000)
      await decideNow(stage, 'approve')
    }
    recorder.clear()
    await recorder.until('Rollout', where.name, inPhase('Healthy'))
    return Date.now()
  })
}

/** Rolled back at the second step, where half of the requests go to the new version. */
async function rollBack(stage: Stage, bad: string): Promise<Passage> {
  const { bed, recorder, where } = stage
  return underLoad(stage, bad, async () => {
    await upgrade(bed.client, where, bad)
    await recorder.until('Rollout', where.name, atGate(1))
    await decideNow(stage, 'approve')
    await recorder.until('Rollout', where.name, atGate(2))
    await sleep(3_000) // the gateway follows
    recorder.clear()
    await decideNow(stage, 'rollback')
    const { wallMs } = await recorder.first('the routing write', withdrawn(where))
    await recorder.until('Rollout', where.name, inPhase('RolledBack'))
    return wallMs
  })
}

/** `release` answers when `wrongVersion` should have given its last answer. */
async function underLoad(stage: Stage, wrongVersion: string, release: () => Promise<number>): Promise<Passage> {
  const { bed, where, audit } = stage
  const fromMs = Date.now()
  const loads = [true, false].map((keepAlive) =>
    startLoad({ url: bed.cluster.gatewayUrl, host: hostOf(where), rate: rate / 2, keepAlive }),
  )
  const overMs = await release()
  await sleep(Math.max(0, overMs + tailMs - Date.now()))
  const whole = await Promise.all(loads.map((load) => load.stop()))
  const late = loads.map((load) => load.since(load.markAt(overMs)).versions[wrongVersion])
  const lastMs = Math.max(overMs, ...late.map((one) => one?.lastAtMs ?? 0))
  return {
    sent: sum(whole.map(({ total }) => total)),
    lost: sum(whole.map(({ total, statuses }) => total - (statuses[200] ?? 0))),
    wrong: sum(late.map((one) => one?.answers ?? 0)),
    lastWrongMs: lastMs - overMs,
    counts: await audit.between(where.namespace, fromMs, Date.now()),
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

async function decideNow({ bed, recorder, where }: Stage, verb: 'approve' | 'rollback'): Promise<void> {
  const rollout = recorder.latest('Rollout', where.name)
  const status = rollout && statusOf(rollout)
  if (status === undefined) throw new Error(`Rollout ${where.name} has no status`)
  await decide(bed.client, where, verb, status)
}

/** A new route takes the gateway a moment. */
async function answering({ cluster }: Bed, host: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const { statusCode, body } = await request(cluster.gatewayUrl, { headers: { host } })
    await body.dump()
    if (statusCode === 200) return
    await sleep(25)
  }
  throw new Error(`${host} is not served`)
}
