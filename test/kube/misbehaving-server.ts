import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import type { KubeConnection } from '../../kube/connection.ts'

export const CONFIG_MAPS: Resource = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
}

/** How one request goes wrong, after which the server behaves until the next fault. */
export type Misbehaviour = (response: ServerResponse) => void

/** A kind served from memory, with a queue of faults for lists and for watches. */
export interface MisbehavingServer {
  readonly connection: KubeConnection
  readonly requests: { readonly lists: string[]; readonly watches: string[] }
  /** Answers in the way of the API server unless it answers the request itself by returning true. */
  intercept(handler: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined): void
  failLists(...faults: Misbehaviour[]): void
  failWatches(...faults: Misbehaviour[]): void
  put(name: string, data?: Record<string, string>): void
  remove(name: string): void
  truth(): KubeObject[]
  /** What it does to every open watch. */
  toWatches(fault: Misbehaviour): void
  openWatches(): number
  /** Watches from before now are answered with 410, as after a compaction. */
  compact(): void
  close(): Promise<void>
}

interface Change {
  readonly version: number
  readonly line: string
}

export async function startMisbehavingServer(): Promise<MisbehavingServer> {
  const objects = new Map<string, KubeObject>()
  const history: Change[] = []
  const watches = new Set<ServerResponse>()
  const requests = { lists: [] as string[], watches: [] as string[] }
  let listFaults: Misbehaviour[] = []
  let watchFaults: Misbehaviour[] = []
  let version = 100
  let compacted = 0
  let interceptor: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined

  const server = createServer((request, response) => {
    response.on('error', () => undefined)
    if (interceptor?.(request, response) === true) return
    const url = new URL(request.url ?? '/', 'http://server')
    if (url.searchParams.get('watch') === 'true') serveWatch(url, response)
    else serveList(url, response)
  })
  const serveList = (url: URL, response: ServerResponse) => {
    requests.lists.push(url.search)
    const fault = listFaults.shift()
    if (fault !== undefined) return fault(response)
    const from = Number(url.searchParams.get('continue') ?? 0)
    const limit = Number(url.searchParams.get('limit') ?? 1e9)
    const all = [...objects.values()]
    const metadata = {
      resourceVersion: String(version),
      ...(from + limit < all.length ? { continue: String(from + limit) } : {}),
    }
    answerJson(response, 200, {
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata,
      items: all.slice(from, from + limit),
    })
  }
  const serveWatch = (url: URL, response: ServerResponse) => {
    requests.watches.push(url.search)
    const fault = watchFaults.shift()
    if (fault !== undefined) return fault(response)
    const from = Number(url.searchParams.get('resourceVersion'))
    if (from < compacted) return answerStatus(410, 'Expired')(response)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    for (const change of history) if (change.version > from) response.write(change.line)
    watches.add(response)
    response.on('close', () => watches.delete(response))
  }
  const tell = (type: string, object: KubeObject) => {
    const line = `${JSON.stringify({ type, object })}\n`
    history.push({ version, line })
    for (const watch of watches) watch.write(line)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    connection: connectionTo(`http://127.0.0.1:${port}`),
    requests,
    intercept: (handler) => {
      interceptor = handler
    },
    failLists: (...faults) => {
      listFaults = faults
    },
    failWatches: (...faults) => {
      watchFaults = faults
    },
    put(name, data = {}) {
      version += 1
      const known = objects.get(name)
      const uid = known?.metadata.uid ?? `uid-${version}`
      const metadata = {
        name,
        namespace: 'shop',
        uid,
        resourceVersion: String(version),
        managedFields: [{ manager: 'x' }],
      }
      const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
      objects.set(name, object)
      tell(known === undefined ? 'ADDED' : 'MODIFIED', object)
    },
    remove(name) {
      const object = objects.get(name)
      if (object === undefined) return
      version += 1
      objects.delete(name)
      tell('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } })
    },
    truth: () => [...objects.values()],
    toWatches(fault) {
      for (const watch of watches) {
        watches.delete(watch)
        fault(watch)
      }
    },
    openWatches: () => watches.size,
    compact() {
      compacted = version
      history.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function connectionTo(server: string): KubeConnection {
  return { server, tls: {}, namespace: 'shop', contextName: 'test', user: 'test', headers: async () => ({}) }
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export function answerStatus(code: number, reason: string, headers: Record<string, string> = {}): Misbehaviour {
  return (response) => {
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `${reason} it is` }
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(status))
  }
}

export const reset: Misbehaviour = (response) => response.socket?.resetAndDestroy()
export const closeCleanly: Misbehaviour = (response) => void response.end()
export const silence: Misbehaviour = () => undefined
export const sayThenEnd =
  (text: string): Misbehaviour =>
  (response) =>
    void response.end(text)
