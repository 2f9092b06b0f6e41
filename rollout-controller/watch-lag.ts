import type { Clock } from '../api/clock.ts'
import type { Resource } from '../api/kube-object.ts'
import { isFault } from '../kube/errors.ts'
import type { KubeClient, WatchEvent } from '../kube/types.ts'

/**
 * How far others who watch the API server, gateways above all, may be behind after it was away. They come back with the
 * growing delays of client-go's reflector (tools/cache/reflector.go: 0.8 s, doubled up to 30 s, each up to twice as long by
 * chance, from the start again after two quiet minutes), a watch of a kind by itself.
 */
export interface WatchLag {
  /** For so many milliseconds more; 0 when nothing says that anybody is behind. */
  leftMs(): number
  /** By the monotonic clock: the moment since which nobody is behind; 0 when nobody was. */
  settledAtMs(): number
  /** We have not reached the API server since a watch broke. */
  isAway(): boolean
}

export interface WatchLagRecord extends WatchLag {
  /** A list or a watch of that kind failed. */
  lost(kind: string): void
  /** Any call was answered. */
  reached(): void
}

const longestFirstDelayMs = 1_600
const longestDelayMs = 60_000
/** To list again, and to put what was heard into force: Traefik takes up to 2 s for that. */
const followMs = 3_000
const quietMs = 120_000

export function createWatchLag(clock: Pick<Clock, 'monotonicMs'>): WatchLagRecord {
  const failed = new Map<string, { readonly count: number; readonly atMs: number }>()
  let pendingMs = 0
  let settledAtMs = 0
  return {
    lost(kind) {
      const atMs = clock.monotonicMs()
      const before = failed.get(kind)
      const count = before === undefined || atMs - before.atMs > quietMs ? 1 : before.count + 1
      failed.set(kind, { count, atMs })
      pendingMs = Math.max(pendingMs, lagAfter(count))
    },
    reached() {
      if (pendingMs === 0) return
      settledAtMs = Math.max(settledAtMs, clock.monotonicMs() + pendingMs)
      pendingMs = 0
    },
    leftMs: () => Math.max(pendingMs, settledAtMs - clock.monotonicMs(), 0),
    settledAtMs: () => Math.max(settledAtMs, pendingMs === 0 ? 0 : clock.monotonicMs() + pendingMs),
    isAway: () => pendingMs > 0,
  }
}

/** Others may have been luckier with their delays, and so be in the one after ours, at its longest. */
function lagAfter(failures: number): number {
  return Math.min(longestFirstDelayMs * 2 ** Math.min(failures, 10), longestDelayMs) + followMs
}

/** The client, with what its lists and watches say about the API server told to `lag`. */
export function minding(client: KubeClient, lag: WatchLagRecord): KubeClient {
  const answered = async <T>(call: Promise<T>): Promise<T> => {
    const answer = await call
    lag.reached()
    return answer
  }
  const broke = (resource: Resource, error: unknown): never => {
    if (isFault(error, 'unavailable')) lag.lost(resource.plural)
    throw error
  }
  async function* watch(...args: Parameters<KubeClient['watch']>): AsyncGenerator<WatchEvent> {
    try {
      for await (const event of client.watch(...args)) {
        lag.reached()
        yield event
      }
    } catch (error) {
      broke(args[0], error)
    }
  }
  return {
    ...client,
    get: (...args) => answered(client.get(...args)),
    list: (...args) => answered(client.list(...args)).catch((error: unknown) => broke(args[0], error)),
    listAll: (...args) => answered(client.listAll(...args)),
    create: (...args) => answered(client.create(...args)),
    replace: (...args) => answered(client.replace(...args)),
    patch: (...args) => answered(client.patch(...args)),
    delete: (...args) => answered(client.delete(...args)),
    watch,
  }
}
