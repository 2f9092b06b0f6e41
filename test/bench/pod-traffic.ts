import { Agent, request } from 'undici'
import { objectOf, textOf } from '../../api/json.ts'
import { podResource } from '../../api/names.ts'
import type { KubeClient } from '../../kube/types.ts'

const podPort = 8080
const everyMs = 50

/** Asks every pod that there is now once in `intervalMs`, past the gateway: what is measured should have something to count. */
export async function startPodTraffic(client: KubeClient, intervalMs: number): Promise<{ stop(): Promise<void> }> {
  const { items } = await client.listAll(podResource)
  const addresses = new Set(items.flatMap((pod) => textOf(objectOf(pod['status'])['podIP']) ?? []))
  const agent = new Agent({ keepAliveTimeout: 4 * intervalMs, connections: 1 })
  const ask = async (address: string) => {
    try {
      await (await request(`http://${address}:${podPort}/`, { dispatcher: agent })).body.dump()
    } catch {
      addresses.delete(address) // rolled back meanwhile
    }
  }
  let due = 0
  let round = addresses.values()
  const timer = setInterval(() => {
    for (due += (addresses.size * everyMs) / intervalMs; due >= 1; due--) {
      let next = round.next()
      if (next.done) {
        round = addresses.values()
        next = round.next()
      }
      if (!next.done) void ask(next.value)
    }
  }, everyMs)
  return {
    stop: async () => {
      clearInterval(timer)
      await agent.destroy()
    },
  }
}
