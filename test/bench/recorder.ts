import type { KubeObject, Resource } from '../../api/kube-object.ts'
import type { KubeClient, WatchEvent } from '../../kube/types.ts'

/** One watch event, and when it reached us. */
export interface Seen {
  readonly atMs: number
  /** The same moment as milliseconds since the epoch. */
  readonly wallMs: number
  readonly type: WatchEvent['type']
  readonly kind: string
  readonly object: KubeObject
}

/** What the API server has told about one namespace, with the times: the evidence that all figures rest on. */
export interface Recorder {
  /** Forgets what was seen before; a sample begins. */
  clear(): void
  find(matches: (seen: Seen) => boolean): Seen | undefined
  /** The first event since `clear` that matches, waited for if need be. */
  first(what: string, matches: (seen: Seen) => boolean, timeoutMs?: number): Promise<Seen>
  /** The newest version of an object, as the watch brought it. */
  latest(kind: string, name: string): KubeObject | undefined
  /** Waits until the newest version of an object is so. */
  until(kind: string, name: string, so: (object: KubeObject) => boolean, timeoutMs?: number): Promise<KubeObject>
  /** Hands on the newest version of every object, and each newer one, as a stream without a past. */
  each(take: (object: KubeObject) => void): void
  stop(): void
}

export async function record(client: KubeClient, namespace: string, resources: readonly Resource[]): Promise<Recorder> {
  const stopped = new AbortController()
  const seen: Seen[] = []
  const newest = new Map<string, KubeObject>()
  const listeners = new Set<(seen: Seen) => void>()
  const take = (type: WatchEvent['type'], kind: string, object: KubeObject) => {
    const one: Seen = { atMs: performance.now(), wallMs: Date.now(), type, kind, object }
    const key = `${kind}/${object.metadata.name}`
    if (type === 'DELETED') newest.delete(key)
    else newest.set(key, object)
    seen.push(one)
    for (const listener of listeners) listener(one)
  }
  const follow = async (resource: Resource, resourceVersion: string) => {
    let version = resourceVersion
    while (!stopped.signal.aborted) {
      for await (const { type, object } of client.watch(
        resource,
        { namespace, resourceVersion: version },
        stopped.signal,
      )) {
        version = object.metadata.resourceVersion ?? version
        if (type !== 'BOOKMARK') take(type, resource.kind, object)
      }
    }
  }
  for (const resource of resources) {
    const list = await client.list(resource, { namespace })
    for (const object of list.items) newest.set(`${resource.kind}/${object.metadata.name}`, object)
    follow(resource, list.resourceVersion).catch((error: unknown) => {
      if (!stopped.signal.aborted) console.error(`[bench] the watch of ${resource.kind} broke: ${String(error)}`)
    })
  }
  const wait = (what: string, matches: (one: Seen) => boolean, timeoutMs = 120_000) =>
    new Promise<Seen>((resolve, reject) => {
      const timer = setTimeout(() => {
        listeners.delete(listener)
        reject(new Error(`not seen within ${timeoutMs} ms: ${what}`))
      }, timeoutMs)
      const listener = (one: Seen) => {
        if (!matches(one)) return
        clearTimeout(timer)
        listeners.delete(listener)
        resolve(one)
      }
      listeners.add(listener)
    })
  const find: Recorder['find'] = (matches) => seen.find(matches)
  return {
    clear: () => seen.splice(0),
    find,
    first: async (what, matches, timeoutMs) => find(matches) ?? wait(what, matches, timeoutMs),
    latest: (kind, name) => newest.get(`${kind}/${name}`),
    async until(kind, name, so, timeoutMs) {
      const now = newest.get(`${kind}/${name}`)
      if (now !== undefined && so(now)) return now
      const isIt = ({ kind: k, object, type }: Seen) =>
        k === kind && object.metadata.name === name && type !== 'DELETED' && so(object)
      return (await wait(`${kind} ${namespace}/${name}`, isIt, timeoutMs)).object
    },
    each(hand) {
      seen.splice(0)
      listeners.add(({ object, type }) => {
        seen.splice(0)
        if (type !== 'DELETED') hand(object)
      })
      for (const object of newest.values()) hand(object)
    },
    stop: () => stopped.abort(),
  }
}
