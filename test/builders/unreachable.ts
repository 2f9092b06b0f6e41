import { KubeError } from '../../kube/errors.ts'
import type { KubeClient, WatchEvent } from '../../kube/types.ts'

/** A client whose API server can go away: what is asked of it fails then, and its watches break. */
export interface Unreachable {
  readonly client: KubeClient
  goAway(): void
  comeBack(): void
}

export function unreachable(client: KubeClient): Unreachable {
  let outage = new AbortController()
  const reached = () => {
    if (outage.signal.aborted) throw new KubeError('unavailable', 'connection refused')
  }
  async function* watch(...[resource, options, signal]: Parameters<KubeClient['watch']>): AsyncGenerator<WatchEvent> {
    reached()
    const until = AbortSignal.any([signal, outage.signal])
    try {
      yield* client.watch(resource, options, until)
    } catch (error) {
      if (!signal.aborted) reached()
      throw error
    }
    if (!signal.aborted) reached()
  }
  const asked = async <T>(call: () => Promise<T>): Promise<T> => {
    reached()
    return call()
  }
  return {
    client: {
      ...client,
      get: (...args) => asked(() => client.get(...args)),
      list: (...args) => asked(() => client.list(...args)),
      listAll: (...args) => asked(() => client.listAll(...args)),
      create: (...args) => asked(() => client.create(...args)),
      replace: (...args) => asked(() => client.replace(...args)),
      patch: (...args) => asked(() => client.patch(...args)),
      delete: (...args) => asked(() => client.delete(...args)),
      watch,
    },
    goAway: () => outage.abort(new KubeError('unavailable', 'connection reset')),
    comeBack: () => {
      outage = new AbortController()
    },
  }
}
