import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import type { KubeClient, WatchEvent, WatchOptions } from '../../../kube/types.ts'
import { eventually } from './eventually.ts'

/** A watch that is read in the background. */
export interface Watcher {
  readonly events: readonly WatchEvent[]
  /** `ADDED a`, `MODIFIED a` …, without bookmarks. */
  seen(): readonly string[]
  /** The events once there are as many, without bookmarks; fails where there are more. */
  take(count: number): Promise<readonly WatchEvent[]>
  /** Resolves when the server ends the watch; rejects with what it said. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

export function watching(client: KubeClient, resource: Resource, options: WatchOptions): Watcher {
  const stop = new AbortController()
  const events: WatchEvent[] = []
  const ended = read(client, resource, options, stop.signal, (event) => events.push(event))
  ended.catch(() => undefined) // for those who do not ask how it ended
  const real = () => events.filter(({ type }) => type !== 'BOOKMARK')
  return {
    events,
    seen: () => real().map(({ type, object }) => `${type} ${object.metadata.name}`),
    async take(count) {
      await eventually(() => {
        if (real().length < count) throw new Error(`only ${real().length} of ${count} events came`)
      })
      return real()
    },
    ended,
    async stop() {
      stop.abort()
      await ended.catch(() => undefined)
    },
  }
}

async function read(
  client: KubeClient,
  resource: Resource,
  options: WatchOptions,
  signal: AbortSignal,
  onEvent: (event: WatchEvent) => void,
): Promise<void> {
  for await (const event of client.watch(resource, options, signal)) onEvent(event)
}

/** All objects of one kind in a namespace at every moment from now on, as a watch tells them. */
export async function sampling(
  client: KubeClient,
  resource: Resource,
  namespace: string,
  onState: (objects: readonly KubeObject[]) => void,
): Promise<() => Promise<void>> {
  const { items, resourceVersion } = await client.list(resource, { namespace })
  const objects = new Map(items.map((item) => [item.metadata.name, item]))
  onState([...objects.values()])
  const stop = new AbortController()
  const running = read(client, resource, { namespace, resourceVersion }, stop.signal, ({ type, object }) => {
    if (type === 'BOOKMARK') return
    if (type === 'DELETED') objects.delete(object.metadata.name)
    else objects.set(object.metadata.name, object)
    onState([...objects.values()])
  })
  return async () => {
    stop.abort()
    await running.catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
  }
}
