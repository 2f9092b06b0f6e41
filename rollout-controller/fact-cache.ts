import type { Clock } from '../api/clock.ts'
import type { KubeObject, Resource } from '../api/kube-object.ts'
import { type CacheEvent, createCache } from '../kube/cache.ts'
import type { KubeClient, Selection } from '../kube/types.ts'

/** The objects of one kind, each reduced to the facts that are looked at. */
export interface FactCache<T> {
  get(namespace: string | undefined, name: string): T | undefined
  list(namespace?: string): readonly T[]
  byIndex(index: string, key: string): readonly T[]
  /** Takes the answer of our own write. */
  upsert(object: KubeObject): void
  run(signal: AbortSignal): Promise<void>
  hasSynced(): boolean
  readonly synced: Promise<void>
}

/** What became of one object's facts: without `old` it is new, without `now` it is gone. */
export interface FactChange<T> {
  readonly old?: T
  readonly now?: T
}

export interface FactCacheOptions<T> extends Selection {
  readonly client: Pick<KubeClient, 'list' | 'watch'>
  readonly clock: Clock
  readonly random?: () => number
  readonly resource: Resource
  readonly factsOf: (object: KubeObject) => T
  readonly indexes?: Readonly<Record<string, (facts: T) => readonly string[]>>
  readonly onChange: (change: FactChange<T>) => void
  readonly onProblem: (error: unknown) => void
}

export function createFactCache<T>(options: FactCacheOptions<T>): FactCache<T> {
  const { factsOf, indexes = {}, onChange, ...rest } = options
  const cache = createCache({
    ...rest,
    transform: (object) => compact(object, factsOf(object)),
    indexes: Object.fromEntries(
      Object.entries(indexes).map(([name, keysOf]) => [name, (object: KubeObject) => keysOf(read<T>(object))]),
    ),
    onChange: (event) => onChange(changeOf<T>(event)),
  })
  return {
    get(namespace, name) {
      const found = cache.get(namespace, name)
      return found === undefined ? undefined : read<T>(found)
    },
    list: (namespace) => cache.list(namespace).map((object) => read<T>(object)),
    byIndex: (index, key) => cache.byIndex(index, key).map((object) => read<T>(object)),
    upsert: (object) => cache.upsert(object),
    run: (signal) => cache.run(signal),
    hasSynced: () => cache.hasSynced(),
    synced: cache.synced,
  }
}

function compact<T>({ apiVersion, kind, metadata }: KubeObject, facts: T): KubeObject {
  const { name, namespace, uid, resourceVersion } = metadata
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    facts,
  }
}

/** The one cast: every object in the cache has been through `compact`. */
const read = <T>(object: KubeObject): T => object['facts'] as T

function changeOf<T>(event: CacheEvent): FactChange<T> {
  switch (event.type) {
    case 'added':
      return { now: read<T>(event.object) }
    case 'modified':
      return { old: read<T>(event.old), now: read<T>(event.object) }
    case 'deleted':
      return { old: read<T>(event.old) }
    default:
      return event satisfies never
  }
}
