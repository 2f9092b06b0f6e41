import type { KubeObject, ObjectName, Resource } from '../../api/kube-object.ts'
import { KubeError, type KubeFault } from '../../kube/errors.ts'
import type { DeleteOptions, KubeClient, KubeVerb, Selection, WatchEvent } from '../../kube/types.ts'
import { jsonPatch, mergePatch } from './merge-patch.ts'

/** One write that got through. */
export interface WriteSeen {
  readonly verb: KubeVerb
  readonly kind: string
  readonly name: string
}

/** A small API server in memory: versions, conflicts, generations, finalizers, dry runs, watches. No admission of its own. */
export interface MemoryKube {
  readonly client: KubeClient
  /** Every write so far, dry runs not among them. */
  readonly writes: readonly WriteSeen[]
  /** Puts an object there as somebody else would; its version and uid are given if it has none. */
  put(resource: Resource, object: KubeObject): KubeObject
  remove(resource: Resource, name: ObjectName): void
  find(resource: Resource, name: ObjectName): KubeObject | undefined
  all(resource: Resource): readonly KubeObject[]
}

export interface MemoryKubeOptions {
  /** Admission: what becomes of an object that is written, given what was there. */
  readonly admit?: (object: KubeObject, old: KubeObject | undefined) => KubeObject
  /** Called before a write is done; what it throws is the answer. */
  readonly beforeWrite?: (write: WriteSeen) => void
  /** Called after a write is done: the write counts, what it throws is the answer. */
  readonly afterWrite?: (write: WriteSeen) => void
  /** Answers to raw requests, by path. */
  readonly answers?: Readonly<Record<string, unknown>>
}

interface Watcher {
  readonly plural: string
  readonly selection: Selection
  readonly events: WatchEvent[]
  wake: () => void
}

export function createMemoryKube(options: MemoryKubeOptions = {}): MemoryKube {
  const { admit = (object: KubeObject) => object } = options
  const objects = new Map<string, KubeObject>()
  const watchers = new Set<Watcher>()
  const writes: WriteSeen[] = []
  const history: { readonly plural: string; readonly version: number; readonly event: WatchEvent }[] = []
  let version = 100

  const store = (resource: Resource, object: KubeObject, old: KubeObject | undefined): KubeObject => {
    version++
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: `${version}` } }
    objects.set(keyOf(resource, object.metadata), stored)
    tell(resource, { type: old === undefined ? 'ADDED' : 'MODIFIED', object: stored })
    return stored
  }
  const drop = (resource: Resource, old: KubeObject) => {
    version++
    objects.delete(keyOf(resource, old.metadata))
    tell(resource, {
      type: 'DELETED',
      object: { ...old, metadata: { ...old.metadata, resourceVersion: `${version}` } },
    })
  }
  const tell = (resource: Resource, event: WatchEvent) => {
    history.push({ plural: resource.plural, version, event })
    for (const watcher of watchers) {
      if (watcher.plural !== resource.plural || !isSelected(event.object, watcher.selection)) continue
      watcher.events.push(structuredClone(event))
      watcher.wake()
    }
  }
  const get = (resource: Resource, name: ObjectName): KubeObject => {
    const found = objects.get(keyOf(resource, name))
    if (found === undefined) throw fault('not-found', resource, name)
    return found
  }
  const write = async <T>(verb: KubeVerb, resource: Resource, name: ObjectName, run: () => T, dryRun = false) => {
    await Promise.resolve()
    if (dryRun) return structuredClone(run())
    const seen = { verb, kind: resource.kind, name: name.name }
    options.beforeWrite?.(seen)
    const result = run()
    writes.push(seen)
    options.afterWrite?.(seen)
    return structuredClone(result)
  }
  /** What an update stores: the status alone, or all but the status, one generation on if the spec is another. */
  const updated = (resource: Resource, next: KubeObject, subresource?: string, dryRun = false): KubeObject => {
    const old = get(resource, next.metadata)
    const { resourceVersion, uid, generation = 1 } = old.metadata
    if (next.metadata.resourceVersion !== undefined && next.metadata.resourceVersion !== resourceVersion) {
      throw fault('conflict', resource, next.metadata)
    }
    if (subresource === 'status') return store(resource, { ...old, status: next.status }, old)
    const admitted = admit({ ...next, ...(old.status === undefined ? {} : { status: old.status }) }, old)
    const changed = JSON.stringify(admitted.spec) !== JSON.stringify(old.spec)
    const metadata = {
      ...admitted.metadata,
      ...(uid === undefined ? {} : { uid }),
      generation: generation + Number(changed),
    }
    const object = { ...admitted, metadata }
    if (dryRun) return object
    if (isFinished(object)) {
      drop(resource, object)
      return object
    }
    return store(resource, object, old)
  }
  const remove = (resource: Resource, name: ObjectName, settings: DeleteOptions = {}) => {
    const old = get(resource, name)
    const { uid, resourceVersion, finalizers = [] } = old.metadata
    const isOther = (wanted: string | undefined, actual: string | undefined) =>
      wanted !== undefined && wanted !== actual
    if (isOther(settings.uid, uid) || isOther(settings.resourceVersion, resourceVersion)) {
      throw fault('conflict', resource, name)
    }
    if (finalizers.length === 0) return drop(resource, old)
    store(resource, { ...old, metadata: { ...old.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }, old)
  }
  const selected = (resource: Resource, selection: Selection = {}) =>
    [...objects]
      .filter(([key, object]) => key.startsWith(`${resource.plural}/`) && isSelected(object, selection))
      .map(([, object]) => structuredClone(object))
  const born = (resource: Resource, object: KubeObject): KubeObject => ({
    ...object,
    metadata: {
      uid: `uid-${resource.plural}-${version}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: 1,
      ...object.metadata,
    },
  })

  const client: KubeClient = {
    get: async (resource, name) => structuredClone(get(resource, name)),
    list: async (resource, page) => ({ items: selected(resource, page), resourceVersion: `${version}` }),
    listAll: async (resource, page) => ({ items: selected(resource, page), resourceVersion: `${version}` }),
    create: (resource, object, settings) =>
      write(
        'create',
        resource,
        object.metadata,
        () => {
          if (objects.has(keyOf(resource, object.metadata))) throw fault('exists', resource, object.metadata)
          return store(resource, admit(born(resource, object), undefined), undefined)
        },
        settings?.dryRun,
      ),
    replace: (resource, object, settings) =>
      write('replace', resource, object.metadata, () => updated(resource, object, settings?.subresource)),
    patch: (resource, name, patch, settings) =>
      write(
        'patch',
        resource,
        name,
        () => {
          const old = get(resource, name)
          if (patch.type === 'apply') throw new Error('the fake knows no server-side apply')
          const next = patch.type === 'merge' ? mergePatch(old, patch.body) : jsonPatch(old, patch.body)
          return updated(resource, next as KubeObject, settings?.subresource, settings?.dryRun)
        },
        settings?.dryRun,
      ),
    delete: (resource, name, settings) => write('delete', resource, name, () => remove(resource, name, settings)),
    async *watch(resource, watched, signal) {
      const since = Number(watched.resourceVersion ?? version)
      const events = history
        .filter(
          (past) => past.plural === resource.plural && past.version > since && isSelected(past.event.object, watched),
        )
        .map(({ event }) => structuredClone(event))
      const watcher: Watcher = { plural: resource.plural, selection: watched, events, wake: () => undefined }
      watchers.add(watcher)
      signal.addEventListener('abort', () => watcher.wake())
      while (!signal.aborted) {
        const event = watcher.events.shift()
        if (event !== undefined) yield event
        else await new Promise<void>((resolve) => (watcher.wake = resolve))
      }
      watchers.delete(watcher)
    },
    async request(_method, path) {
      const answer = options.answers?.[path]
      if (answer === undefined) throw new KubeError('not-found', `cannot find ${path}`)
      return answer
    },
    close: async () => undefined,
  }

  return {
    client,
    writes,
    put(resource, object) {
      const old = objects.get(keyOf(resource, object.metadata))
      return store(resource, born(resource, object), old)
    },
    remove: (resource, name) => drop(resource, get(resource, name)),
    find: (resource, name) => objects.get(keyOf(resource, name)),
    all: (resource) => selected(resource),
  }
}

const keyOf = ({ plural }: Resource, { namespace = '', name }: ObjectName): string => `${plural}/${namespace}/${name}`

const isFinished = ({ metadata }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0

function isSelected({ metadata }: KubeObject, { namespace, fieldSelector }: Selection): boolean {
  if (namespace !== undefined && metadata.namespace !== namespace) return false
  return fieldSelector === undefined || fieldSelector === `metadata.name=${metadata.name}`
}

const fault = (kind: KubeFault, { kind: what }: Resource, { namespace, name }: ObjectName): KubeError =>
  new KubeError(kind, `${kind}: ${what} ${namespace ?? ''}/${name}`)
