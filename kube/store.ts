import type { KubeObject, ObjectName } from '../api/kube-object.ts'

/** Says under which keys an object is found, e.g. by its owner's uid. */
export type IndexFunction = (object: KubeObject) => readonly string[]

/** Objects by namespace and name, and by index. Knows nothing of versions. */
export interface Store {
  get(name: ObjectName): KubeObject | undefined
  put(object: KubeObject): void
  remove(name: ObjectName): void
  all(): readonly KubeObject[]
  byIndex(index: string, key: string): readonly KubeObject[]
}

/** `shop/web`, or `web` for what has no namespace. */
export function keyOf({ name, namespace }: ObjectName): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

type Buckets = Map<string, Map<string, KubeObject>>

/** An empty store. An index function must not throw. */
export function createStore(indexes: Readonly<Record<string, IndexFunction>>): Store {
  const objects = new Map<string, KubeObject>()
  const buckets = new Map<string, Buckets>(Object.keys(indexes).map((index) => [index, new Map()]))

  const remove = (name: ObjectName) => {
    const key = keyOf(name)
    const old = objects.get(key)
    if (old === undefined) return
    objects.delete(key)
    for (const [index, keysOf] of Object.entries(indexes)) {
      for (const indexKey of keysOf(old)) drop(buckets.get(index), indexKey, key)
    }
  }

  return {
    get: (name) => objects.get(keyOf(name)),
    put(object) {
      remove(object.metadata)
      const key = keyOf(object.metadata)
      objects.set(key, object)
      for (const [index, keysOf] of Object.entries(indexes)) {
        for (const indexKey of keysOf(object)) insert(buckets.get(index), indexKey, key, object)
      }
    },
    remove,
    all: () => [...objects.values()],
    byIndex: (index, key) => [...(buckets.get(index)?.get(key)?.values() ?? [])],
  }
}

function insert(buckets: Buckets | undefined, indexKey: string, key: string, object: KubeObject): void {
  const bucket = buckets?.get(indexKey)
  if (bucket === undefined) buckets?.set(indexKey, new Map([[key, object]]))
  else bucket.set(key, object)
}

function drop(buckets: Buckets | undefined, indexKey: string, key: string): void {
  const bucket = buckets?.get(indexKey)
  bucket?.delete(key)
  if (bucket?.size === 0) buckets?.delete(indexKey)
}
