import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Clock } from '../../api/clock.ts'
import { numberOf, objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { Endpoint } from '../gateway/endpoints.ts'
import { behaviourOf, decideAnswer, type Pod, pageOf, tagOf } from './behaviour.ts'

/** Pods as HTTP servers in this process, each on a loopback port of its own: what a kubelet runs (kubelet/kubelet.ts). */
export interface PodServers {
  /** Begins to listen; resolves when it does. A pod that crashes listens nowhere. */
  start(pod: KubeObject, address: string): Promise<void>
  /** Ends at once, as a process does that is killed: connections that are open are reset. */
  readonly stop: (pod: KubeObject) => void
  /** Where on loopback the pod at this address listens; undefined where nobody does. */
  readonly portOf: (endpoint: Endpoint) => number | undefined
  close(): Promise<void>
}

export interface PodServersOptions {
  /** For `delay-ms`. */
  readonly clock: Pick<Clock, 'setTimer'>
  /** Evenly from 0 up to 1: decides which requests meet an error of `error-share`. */
  readonly random: () => number
}

interface RunningPod {
  readonly address: string
  /** What its containers say that they listen on: all of them are this one server. */
  readonly ports: ReadonlySet<number>
  readonly server: Server
}

/** Longer than any gateway keeps an idle connection: who closes first loses no request. */
const keepAliveMs = 300_000

export function createPodServers(options: PodServersOptions): PodServers {
  const byUid = new Map<string, RunningPod>()
  const stop = (uid: string) => {
    const pod = byUid.get(uid)
    byUid.delete(uid)
    pod?.server.close()
    pod?.server.closeAllConnections()
  }
  return {
    async start(object, address) {
      const pod = podOf(object, address)
      if (pod.behaviour.crashes) return
      const server = serverOf(pod, options)
      byUid.set(pod.uid, { address, ports: portsOf(object), server })
      await listening(server)
    },
    stop: ({ metadata }) => stop(metadata.uid ?? ''),
    portOf({ address, port }) {
      for (const pod of byUid.values()) if (pod.address === address && pod.ports.has(port)) return portIn(pod.server)
      return undefined
    },
    async close() {
      const servers = [...byUid.values()].map(({ server }) => server)
      const closed = servers.map((server) => new Promise((resolve) => server.once('close', resolve)))
      for (const uid of byUid.keys()) stop(uid)
      await Promise.all(closed)
    },
  }
}

function podOf({ metadata, spec }: KubeObject, address: string): Pod {
  const { uid = '', name, namespace = '', annotations = {} } = metadata
  const [container] = objectsOf(objectOf(spec).containers)
  const version = tagOf(textOf(container?.image) ?? '')
  const behaviour = behaviourOf(annotations, version)
  return { uid, name, namespace, address, version, ready: true, restarts: 0, behaviour }
}

function portsOf({ spec }: KubeObject): ReadonlySet<number> {
  const ports = objectsOf(objectOf(spec).containers).flatMap((container) => objectsOf(container.ports))
  return new Set(ports.flatMap(({ containerPort }) => numberOf(containerPort) ?? []))
}

function serverOf(pod: Pod, { clock, random }: PodServersOptions): Server {
  const server = createServer((request, response) => {
    const answer = decideAnswer(pod, random(), request.headers)
    if (answer.kind === 'reset') request.socket.resetAndDestroy()
    else if (answer.afterMs === 0) reply(pod, answer.status, request, response)
    else clock.setTimer(answer.afterMs, () => reply(pod, answer.status, request, response))
  })
  server.keepAliveTimeout = keepAliveMs
  return server
}

function reply(pod: Pod, status: number, request: IncomingMessage, response: ServerResponse): void {
  const { headers, body } = pageOf(pod, request.url ?? '/')
  response.writeHead(status, headers)
  response.end(body)
}

/** Resolves too where it is closed before it listens. */
function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).once('close', resolve)
    server.listen(0, '127.0.0.1', resolve)
  })
}

function portIn(server: Server): number | undefined {
  const address = server.address()
  return address === null || typeof address === 'string' ? undefined : address.port
}
