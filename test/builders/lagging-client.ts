import type { Clock } from '../../api/clock.ts'
import type { KubeClient } from '../../kube/types.ts'

/** A client whose watches tell everything `lagMs` late: caches that are behind, as on a busy API server. */
export function lagging(client: KubeClient, clock: Clock, lagMs: number): KubeClient {
  return {
    ...client,
    async *watch(resource, options, signal) {
      for await (const event of client.watch(resource, options, signal)) {
        await clock.sleep(lagMs, signal)
        yield event
      }
    },
  }
}
