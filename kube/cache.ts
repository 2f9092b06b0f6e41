import type { Clock } from '../api/clock.ts'
import type { KubeObject, Resource } from '../api/kube-object.ts'
import { runReflector } from './reflector.ts'
import { compareResourceVersions } from './resource-version.ts'
import { createStore, type IndexFunction, keyOf } from './store.ts'
import type { KubeClient, Selection } from './types.ts'

/** What happened to one object; `old` is what the cache held before. */
export type CacheEvent =
  | { readonly type: 'added'; readonly object: KubeObject }
  | { readonly type: 'modified'; readonly object: KubeObject; readonly old: KubeObject }
  | { readonly type: 'deleted'; readonly object: KubeObject; readonly old: KubeObject }

export interface CacheOptions extends Selection {
  readonly client: Pick<KubeClient, 'list' | 'watch'>
  readonly resource: Resource
  readonly clock: Clock
  readonly random?: () => number
  readonly transform?: (object: KubeObject) => KubeObject
  readonly indexes?: Readonly<Record<string, IndexFunction>>
  /** What it throws is reported through `onProblem`. */
  readonly onChange?: (event: CacheEvent) => void
  readonly onProblem?: (error: unknown) => void
}

/** The objects of one kind as the server last told them. Objects are shared: do not change them. */
export interface Cache {
  /** Follows the server until the signal aborts; never rejects. */
  run(signal: AbortSignal): Promise<void>
  /** Resolves after the first full list, or when `run` ends before: ask `hasSynced`. */
  readonly synced: Promise<void>
  hasSynced(): boolean
  get(namespace: string | undefined, name: string): KubeObject | undefined
  list(namespace?: string): readonly KubeObject[]
  byIndex(index: string, key: string): readonly KubeObject[]
  /** Takes the answer of our own write before the watch brings it. What is older than what we know is ignored. */
  upsert(object: KubeObject): void
}

const BY_NAMESPACE = 'cache/namespace'

/** A cache that is empty until it is run. */
export function createCache(options: CacheOptions): Cache {
  const report = guarded(options.onProblem ?? (() => undefined))
  const store = createStore({ ...guardIndexes(options.indexes ?? {}, report), [BY_NAMESPACE]: namespaceOf })
  const transform = options.transform
  let seen: string | undefined // the newest version that the watch has told
  let isSynced = false
  let markSynced: () => void = () => undefined
  const synced = new Promise<void>((resolve) => {
    markSynced = resolve
  })

  const tell = (event: CacheEvent) => {
    try {
      options.onChange?.(event)
    } catch (error) {
      report(error)
    }
  }
  const put = (object: KubeObject) => {
    const old = store.get(object.metadata)
    if (old !== undefined && !isNewer(object, old.metadata.resourceVersion)) return
    store.put(object)
    if (old === undefined) tell({ type: 'added', object })
    else if (old.metadata.uid === object.metadata.uid) tell({ type: 'modified', object, old })
    else {
      tell({ type: 'deleted', object: old, old }) // deleted and made again between two looks
      tell({ type: 'added', object })
    }
  }
  const remove = (object: KubeObject) => {
    const old = store.get(object.metadata)
    if (old === undefined || isOlder(object, old.metadata.resourceVersion)) return
    store.remove(object.metadata)
    tell({ type: 'deleted', object, old })
  }

  const sink = {
    replace(objects: readonly KubeObject[], version: string) {
      seen = version
      const listed = new Set(objects.map(({ metadata }) => keyOf(metadata)))
      const gone = (old: KubeObject) => !listed.has(keyOf(old.metadata)) && !isNewer(old, version, false)
      for (const old of store.all().filter(gone)) remove(old)
      for (const object of objects) put(object)
      isSynced = true
      markSynced()
    },
    apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject) {
      seen = object.metadata.resourceVersion ?? seen
      if (type === 'DELETED') remove(object)
      else put(object)
    },
  }

  return {
    synced,
    hasSynced: () => isSynced,
    async run(signal) {
      await runReflector({ ...options, sink, onProblem: report }, signal)
      markSynced()
    },
    get: (namespace, name) => store.get(namespace === undefined ? { name } : { name, namespace }),
    list: (namespace) => (namespace === undefined ? store.all() : store.byIndex(BY_NAMESPACE, namespace)),
    byIndex: (index, key) => store.byIndex(index, key),
    upsert(object) {
      // absent here and older than the watch: it was deleted since, and must not come back as a ghost
      if (store.get(object.metadata) === undefined && !isNewer(object, seen, seen === undefined)) return
      const { managedFields: _dropped, ...metadata } = { managedFields: undefined, ...object.metadata }
      const bare: KubeObject = { ...object, metadata }
      put(transform?.(bare) ?? bare)
    },
  }
}

/** Whether `object` is newer than `version`; `unknown` answers when they cannot be compared. */
function isNewer(object: KubeObject, version: string | undefined, unknown = true): boolean {
  const order = compareResourceVersions(object.metadata.resourceVersion, version)
  return order === undefined ? unknown : order > 0
}

function isOlder(object: KubeObject, version: string | undefined): boolean {
  const order = compareResourceVersions(object.metadata.resourceVersion, version)
  return order !== undefined && order < 0
}

function namespaceOf({ metadata }: KubeObject): readonly string[] {
  return metadata.namespace === undefined ? [] : [metadata.namespace]
}

function guardIndexes(indexes: Readonly<Record<string, IndexFunction>>, report: (error: unknown) => void) {
  const guard = (keysOf: IndexFunction): IndexFunction => {
    return (object) => {
      try {
        return keysOf(object)
      } catch (error) {
        report(error)
        return []
      }
    }
  }
  return Object.fromEntries(Object.entries(indexes).map(([name, keysOf]) => [name, guard(keysOf)]))
}

function guarded(report: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    try {
      report(error)
    } catch {
      // a reporter that fails must not stop the watch, and there is nobody left to tell
    }
  }
}
