import { setTimeout as sleep } from 'node:timers/promises'
import { rolloutResource } from '../../api/names.ts'
import { startBed } from './bed.ts'
import { between } from './controller.ts'
import { createNamespace, createShop } from './shop.ts'
import { statusOf } from './views.ts'

/** A controller that has nothing to do. */
export interface Idle {
  readonly rollouts: number
  readonly seconds: number
  readonly rssMb: number
  readonly milliCores: number
  /** A minute, by `verb kind`. */
  readonly requestsPerMinute: Readonly<Record<string, number>>
}

const perNamespace = 20
/** How long what the last Rollout set off may take to come to rest. */
const restMs = 45_000

/** The same controller with more and more idle Rollouts, each with a Deployment of no pods, a Service and an Ingress. */
export async function measureIdle(bundle: string, sizes: readonly number[], seconds: number): Promise<readonly Idle[]> {
  const bed = await startBed({ bundle })
  const { client, controller } = bed
  const results: Idle[] = []
  let made = 0
  const more = async (upTo: number) => {
    for (; made < upTo; made += perNamespace) {
      const namespace = `idle-${made / perNamespace}`
      await createNamespace(client, namespace)
      const shops = Array.from({ length: perNamespace }, (_, index) => ({ name: `idle-${index}`, namespace }))
      await Promise.all(shops.map((where) => createShop(client, where, { replicas: 0, weights: [20, 50, 90] })))
    }
    while ((await healthy()) < upTo) await sleep(1_000)
  }
  const healthy = async () => {
    const { items } = await client.listAll(rolloutResource)
    return items.filter((rollout) => statusOf(rollout)?.phase === 'Healthy').length
  }
  try {
    for (const rollouts of sizes) {
      await more(rollouts)
      await sleep(restMs)
      const [requests, cpuMs, startedMs] = [await controller.requests(), await controller.cpuMs(), performance.now()]
      await sleep(seconds * 1_000)
      const milliCores = ((await controller.cpuMs()) - cpuMs) / ((performance.now() - startedMs) / 1_000)
      const rssMb = await controller.rssMb()
      const asked = [...between(requests, await controller.requests())]
      const requestsPerMinute = Object.fromEntries(asked.map(([what, count]) => [what, (count * 60) / seconds]))
      results.push({ rollouts, seconds, rssMb, milliCores, requestsPerMinute })
    }
    return results
  } finally {
    await bed.stop()
  }
}
