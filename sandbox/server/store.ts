import type { KubeObject, ObjectName, Resource } from '../../api/kube-object.ts'

/** One thing that happened. `object` is as it is now, or as it was last with the version of its removal. */
export interface Change {
  readonly version: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubeObject
  readonly old?: KubeObject
}

export type Place = Pick<Resource, 'group' | 'plural'>

/** Objects of all kinds under one counter of versions, as in etcd, and what happened to them lately. Knows no rules. */
export interface Store {
  /** Of the newest change. */
  version(): number
  get(place: Place, name: ObjectName): KubeObject | undefined
  /** Sorted by namespace and name; as of an earlier version, or undefined when that is forgotten. */
  list(place: Place): readonly KubeObject[]
  listAt(place: Place, version: number): readonly KubeObject[] | undefined
  /** Stores the object under a new version and tells the listeners. Gives back what is stored. */
  put(place: Place, object: KubeObject): KubeObject
  remove(place: Place, object: KubeObject): KubeObject
  /** What happened after that version; undefined when it is forgotten. */
  since(place: Place, version: number): readonly Change[] | undefined
  listen(place: Place, listener: (change: Change) => void): () => void
}

interface Bucket {
  readonly objects: Map<string, KubeObject>
  readonly listeners: Set<(change: Change) => void>
  changes: Change[]
  /** Everything up to here is forgotten. */
  forgotten: number
  sorted: readonly KubeObject[] | undefined
}

/** Remembers at least `memory` changes of each kind. */
export function createStore(memory = 2_000): Store {
  const buckets = new Map<string, Bucket>()
  const asked = new WeakMap<Place, Bucket>() // the same few constants ask again and again
  let version = 0

  const bucketOf = (place: Place): Bucket => {
    const known = asked.get(place)
    if (known !== undefined) return known
    const key = `${place.group}/${place.plural}`
    const bucket = buckets.get(key) ?? emptyBucket()
    buckets.set(key, bucket)
    asked.set(place, bucket)
    return bucket
  }
  const happened = (bucket: Bucket, change: Change): KubeObject => {
    bucket.sorted = undefined
    bucket.changes.push(change)
    if (bucket.changes.length >= 2 * memory) forget(bucket, memory)
    for (const listener of bucket.listeners) listener(change)
    return change.object
  }

  return {
    version: () => version,
    get: (place, name) => bucketOf(place).objects.get(keyOf(name)),
    list: (place) => sortedIn(bucketOf(place)),
    listAt: (place, at) => listAt(bucketOf(place), at),
    put(place, object) {
      version += 1
      const bucket = bucketOf(place)
      const key = keyOf(object.metadata)
      const old = bucket.objects.get(key)
      const stored = withVersion(object, version)
      bucket.objects.set(key, stored)
      return happened(bucket, { version, type: old ? 'MODIFIED' : 'ADDED', object: stored, ...(old && { old }) })
    },
    remove(place, object) {
      version += 1
      const bucket = bucketOf(place)
      const key = keyOf(object.metadata)
      const old = bucket.objects.get(key)
      bucket.objects.delete(key)
      return happened(bucket, { version, type: 'DELETED', object: withVersion(object, version), ...(old && { old }) })
    },
    since(place, from) {
      const { changes, forgotten } = bucketOf(place)
      return from < forgotten ? undefined : changes.filter((change) => change.version > from)
    },
    listen(place, listener) {
      const { listeners } = bucketOf(place)
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const emptyBucket = (): Bucket => ({
  objects: new Map(),
  listeners: new Set(),
  changes: [],
  forgotten: 0,
  sorted: undefined,
})

const keyOf = ({ namespace = '', name }: ObjectName): string => `${namespace}/${name}`

const withVersion = (object: KubeObject, version: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(version) },
})

function forget(bucket: Bucket, memory: number): void {
  bucket.forgotten = bucket.changes.at(-memory - 1)?.version ?? bucket.forgotten
  bucket.changes = bucket.changes.slice(-memory)
}

function sortedIn(bucket: Bucket): readonly KubeObject[] {
  bucket.sorted ??= sorted(bucket.objects)
  return bucket.sorted
}

function sorted(objects: ReadonlyMap<string, KubeObject>): readonly KubeObject[] {
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
}

/** Takes back, newest first, what happened since. */
function listAt(bucket: Bucket, version: number): readonly KubeObject[] | undefined {
  if (version < bucket.forgotten) return undefined
  const objects = new Map(bucket.objects)
  for (const change of bucket.changes.filter((one) => one.version > version).toReversed()) {
    const key = keyOf(change.object.metadata)
    if (change.old === undefined) objects.delete(key)
    else objects.set(key, change.old)
  }
  return sorted(objects)
}
