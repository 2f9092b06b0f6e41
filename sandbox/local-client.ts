import type { Clock } from '../api/clock.ts'
import type { KubeObject, ObjectName, Resource } from '../api/kube-object.ts'
import { KubeError } from '../kube/errors.ts'
import { apiVersionOf } from '../kube/json.ts'
import { errorOfStatus } from '../kube/status.ts'
import type { KubeClient, WatchEvent, WriteOptions } from '../kube/types.ts'
import type { Api, Write, Written } from './server/api.ts'
import { type Caller, system } from './server/caller.ts'
import { Refusal } from './server/refusal.ts'

export interface LocalClientOptions {
  readonly clock: Clock
  /** How often a watch hears that it is still alive, ms; 60,000. */
  readonly bookmarkMs?: number
  /** Who asks; whoever it is may do everything: access is checked at the wire. */
  readonly caller?: Caller
  /** Called with the text of each warning. Must not throw. */
  readonly onWarning?: (warning: string) => void
}

/** The client of a server in this process: the same calls and the same errors as over the wire, without bytes. */
export function createLocalClient(
  api: Api,
  { clock, caller = system, bookmarkMs = 60_000, onWarning }: LocalClientOptions,
): KubeClient {
  const answer = async <T>(attempt: string, ask: () => T): Promise<T> => {
    try {
      return ask()
    } catch (error) {
      throw explained(attempt, error)
    }
  }
  const write = (verb: string, resource: Resource, name: ObjectName, ask: () => Written): Promise<KubeObject> =>
    answer(attemptOf(verb, resource, name), () => {
      const { object, warnings } = ask()
      for (const warning of warnings) onWarning?.(warning)
      return object
    })
  const settings = (options: WriteOptions = {}): Write => ({ ...options, caller })
  const list: KubeClient['list'] = (resource, options) =>
    answer(`list ${resource.kind}`, () => api.list(resource, options))

  return {
    get: (resource, name) => answer(attemptOf('get', resource, name), () => api.get(resource, name)),
    list,
    listAll: list,
    create: (resource, object, options) =>
      write('create', resource, object.metadata, () => api.create(resource, object, settings(options))),
    replace: (resource, object, options) =>
      write('replace', resource, object.metadata, () => api.replace(resource, object, settings(options))),
    patch: (resource, name, patch, options) =>
      write('patch', resource, name, () => api.patch(resource, name, patch, settings(options))),
    async delete(resource, name, options = {}) {
      await write('delete', resource, name, () => api.delete(resource, name, { ...options, caller }))
    },
    async *watch(resource, { timeoutSeconds, ...from }, signal) {
      const line = createLine<WatchEvent>()
      const stop = await answer(`watch ${resource.kind}`, () => api.watch(resource, from, line.push))
      const bookmark = () => bookmarkOf(resource, api.version())
      const timers = watchTimers({ clock, bookmarkMs, seconds: timeoutSeconds, line, bookmark })
      const onAbort = () => line.end()
      signal.addEventListener('abort', onAbort)
      try {
        yield* line.items()
        signal.throwIfAborted()
      } finally {
        signal.removeEventListener('abort', onAbort)
        timers.stop()
        stop()
      }
    },
    async request(method, path) {
      throw new KubeError('not-found', `cannot request ${method} ${path}: there is no wire here`, { status: 404 })
    },
    close: async () => undefined,
  }
}

interface WatchLife {
  readonly clock: Clock
  readonly bookmarkMs: number
  readonly seconds: number | undefined
  readonly line: Line<WatchEvent>
  readonly bookmark: () => WatchEvent
}

/** Bookmarks from time to time, and the end of a watch that was asked for a while only. */
function watchTimers({ clock, bookmarkMs, seconds, line, bookmark }: WatchLife) {
  const tick = () => {
    line.push(bookmark())
    cancelBookmark = clock.setTimer(bookmarkMs, tick)
  }
  let cancelBookmark = clock.setTimer(bookmarkMs, tick)
  const cancelEnd = seconds === undefined ? () => undefined : clock.setTimer(seconds * 1000, line.end)
  return {
    stop() {
      cancelBookmark()
      cancelEnd()
    },
  }
}

const bookmarkOf = (resource: Resource, resourceVersion: string): WatchEvent => ({
  type: 'BOOKMARK',
  object: { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: { name: '', resourceVersion } },
})

/** What is pushed at one end comes out at the other, until it is ended: then what is still in it is lost. */
interface Line<T> {
  readonly push: (item: T) => void
  readonly end: () => void
  items(): AsyncIterable<T>
}

function createLine<T>(): Line<T> {
  const waiting: T[] = []
  let ended = false
  let wake = (): void => undefined
  return {
    push(item) {
      waiting.push(item)
      wake()
    },
    end() {
      ended = true
      wake()
    },
    async *items() {
      while (!ended) {
        const item = waiting.shift()
        if (item !== undefined) yield item
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

function attemptOf(verb: string, { kind }: Resource, { namespace, name }: ObjectName): string {
  return `${verb} ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
}

function explained(attempt: string, error: unknown): unknown {
  if (!(error instanceof Refusal)) return error
  const { code, reason, message, causes } = error
  return errorOfStatus(attempt, code, { reason, message, details: { causes } })
}
