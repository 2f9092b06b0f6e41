import type { KubeObject } from '../../api/kube-object.ts'
import { rolloutResource } from '../../api/names.ts'
import { createClient } from '../../kube/client.ts'
import { loadConfig } from '../../kube/config.ts'
import { record } from './recorder.ts'
import { createNamespace, createShop, decide, upgrade, type Where } from './shop.ts'
import { statusOf } from './views.ts'

/**
 * A process of its own that keeps Rollouts moving: `mover.ts <count> <namespaces>`. Each is updated, approved step by
 * step and promoted, every third time rolled back at the second step, and so on at once, as fast as the API server goes.
 */
const [count = 200, namespaces = 1] = process.argv.slice(2).map(Number)
const client = createClient(await loadConfig({}), { connections: 32 })
const size = { replicas: 1, weights: [20, 50, 90], drain: '1s' }
let steps = 0
let healthy = 0

/** Acts once on every state that waits for a person. */
function drive(where: Where): (rollout: KubeObject) => void {
  let acted = ''
  let releases = 0
  const act = async (rollout: KubeObject): Promise<void> => {
    const status = statusOf(rollout)
    const { phase, release, waiting } = status ?? {}
    if (status === undefined) return
    const rests = phase === 'Healthy' || phase === 'RolledBack'
    if (!rests && waiting?.reason !== 'Approval') return
    const state = `${phase} ${status.attempts} ${release?.step ?? ''}`
    if (state === acted) return
    acted = state
    steps += 1
    if (rests) {
      releases += 1
      await upgrade(client, where, `m${releases}`)
    } else await decide(client, where, releases % 3 === 0 && release?.step === 2 ? 'rollback' : 'approve', status)
  }
  return (rollout) => {
    act(rollout).catch((error: unknown) => {
      acted = ''
      console.error(`[mover] ${where.name}: ${String(error)}`)
    })
  }
}

async function open(index: number): Promise<void> {
  const namespace = `moving-${index}`
  await createNamespace(client, namespace)
  const recorder = await record(client, namespace, [rolloutResource])
  const shops = Array.from({ length: Math.ceil(count / namespaces) }, (_, i) => ({ name: `mover-${i}`, namespace }))
  for (const where of shops) await createShop(client, where, size)
  for (const { name } of shops) {
    await recorder.until('Rollout', name, (rollout) => statusOf(rollout)?.phase === 'Healthy', 300_000)
    healthy += 1
  }
  const drivers = new Map(shops.map((where) => [where.name, drive(where)]))
  recorder.each((rollout) => drivers.get(rollout.metadata.name)?.(rollout))
}

await Promise.all(Array.from({ length: namespaces }, (_, index) => open(index)))
console.log(`ready ${healthy}`)
setInterval(() => console.log(`steps ${steps}`), 1_000)
