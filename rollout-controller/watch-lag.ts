import type { Clock } from '../api/clock.ts'
import type { Resource } from '../api/kube-object.ts'
import { endpointSliceResource, ingressResource, serviceResource } from '../api/names.ts'
import { isFault } from '../kube/errors.ts'
import type { KubeClient, WatchEvent } from '../kube/types.ts'

/**
 * How far others who watch the API server, gateways above all, may be behind after it was away. They come back with the
 * growing delays of client-go's reflector (tools/cache/reflector.go: 0.8 s, doubled up to 30 s, each up to twice as long by
 * chance, from the start again after two minutes), a watch of a kind by itself.
 */
export interface WatchLag {
  /** For so many milliseconds more; 0 when nothing says that anybody is behind. */
  leftMs(): number
  /** By the monotonic clock: the moment since which nobody is behind; 0 when nobody was. */
  settledAtMs(): number
  /** We have not reached the API server since an attempt to watch it failed. */
  isAway(): boolean
}

export interface WatchLagRecord extends WatchLag {
  /** An attempt to list or watch that kind failed. */
  lost(kind: string): void
  /** Any call was answered. */
  reached(): void
}

const longestFirstDelayMs = 1_600
const longestDelayMs = 60_000
/** To list again, and to put what was heard into force: Traefik takes up to 2 s for that. */
const followMs = 3_000
const quietMs = 120_000
/** Our own reflectors try again at the latest after that: had the API server still been away, they would have said so. */
const nextAttemptMs = 36_000

interface Failures {
  readonly count: number
  readonly atMs: number
}

export function createWatchLag(clock: Pick<Clock, 'monotonicMs'>): WatchLagRecord {
  const failed = new Map<string, Failures>()
  let pending: { readonly lagMs: number; readonly lostAtMs: number } | undefined
  let settledAtMs = 0
  const settled = () => {
    const now = clock.monotonicMs()
    if (pending === undefined) return settledAtMs
    return Math.max(settledAtMs, Math.min(now, pending.lostAtMs + nextAttemptMs) + pending.lagMs)
  }
  return {
    lost(kind) {
      const now = clock.monotonicMs()
      const { count, atMs } = failed.get(kind) ?? { count: 0, atMs: now }
      const failures = now - atMs > quietMs ? 1 : count + 1
      failed.set(kind, { count: failures, atMs: now })
      pending = { lagMs: Math.max(pending?.lagMs ?? 0, lagAfter(failures)), lostAtMs: now }
    },
    reached() {
      settledAtMs = settled()
      pending = undefined
    },
    leftMs: () => Math.max(0, settled() - clock.monotonicMs()),
    settledAtMs: settled,
    isAway: () => pending !== undefined,
  }
}

/** The watch broke before the first attempt; and others may have been luckier with their delays, and so be one ahead of us. */
function lagAfter(failedAttempts: number): number {
  return Math.min(longestFirstDelayMs * 2 ** Math.min(failedAttempts + 1, 10), longestDelayMs) + followMs
}

/** What every gateway watches: of other kinds a failure says nothing about them. */
const watchedByGateways: readonly string[] = [ingressResource, serviceResource, endpointSliceResource].map(
  ({ plural }) => plural,
)

/** A watch that lived this long was cut by time, not by an outage: whoever is cut so comes back at once. */
const healthyMs = 10_000

/**
 * The client, with what its lists and watches say about the API server told to `lag`: attempts that fail, of what gateways
 * watch too. `list` is how a reflector begins; `listAll` is not, and a failure of it counts no more than one of a get.
 */
export function minding(client: KubeClient, lag: WatchLagRecord, clock: Pick<Clock, 'monotonicMs'>): KubeClient {
  const answered = async <T>(call: Promise<T>): Promise<T> => {
    const answer = await call
    lag.reached()
    return answer
  }
  const broke = (resource: Resource, error: unknown): never => {
    if (isFault(error, 'unavailable') && watchedByGateways.includes(resource.plural)) lag.lost(resource.plural)
    throw error
  }
  async function* watch(...args: Parameters<KubeClient['watch']>): AsyncGenerator<WatchEvent> {
    const openedAtMs = clock.monotonicMs()
    try {
      for await (const event of client.watch(...args)) {
        lag.reached()
        yield event
      }
    } catch (error) {
      if (clock.monotonicMs() - openedAtMs >= healthyMs) throw error
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
