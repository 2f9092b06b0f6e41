import type { Clock } from '../../api/clock.ts'
import type { Api } from '../../sandbox/server/api.ts'

/** The server with watches that tell everything `lagMs` late: caches are behind, as on a busy API server. */
export function lagging(api: Api, clock: Clock, lagMs: number): Api {
  let told = api.version()
  return {
    ...api,
    version: () => told, // so that a bookmark does not run ahead of the events
    watch: (resource, from, listener) =>
      api.watch(resource, from, (event) => {
        clock.setTimer(lagMs, () => {
          told = event.object.metadata.resourceVersion ?? told
          listener(event)
        })
      }),
  }
}
