/** Every pod of the cluster in one process: it knows which one it is by the address that was called. */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { decideAnswer, type Pod, pageOf } from '../../../sandbox/pods/behaviour.ts'
import { createKubeClient, type KubeAccess } from '../kube-access.ts'
import { Counters } from './counters.ts'
import { Directory, follow } from './directory.ts'
import { Metrics } from './metrics.ts'

interface PodsConfig {
  readonly access: KubeAccess
  readonly port: number
  readonly controlPort: number
}

const config = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as PodsConfig
const counters = new Counters()
const metrics = new Metrics()
const socketsByAddress = new Map<string, Set<Socket>>()
const directory = new Directory((pod) => {
  metrics.forget(pod)
  for (const socket of socketsByAddress.get(pod.address) ?? []) socket.resetAndDestroy()
})

const pods = createServer((request, response) => {
  const pod = directory.at(request.socket.localAddress ?? '')
  const answer = decideAnswer(pod, Math.random(), request.headers)
  if (pod === undefined || answer.kind === 'reset') request.socket.resetAndDestroy()
  else if (request.url === '/metrics') void replyMetrics(pod, response)
  else if (answer.afterMs === 0) reply(pod, answer.status, request, response, performance.now())
  else setTimeout(reply, answer.afterMs, pod, answer.status, request, response, performance.now())
})
pods.keepAliveTimeout = 300_000 // longer than any gateway keeps an idle connection: who closes first loses no request
pods.on('connection', (socket: Socket) => {
  const address = socket.localAddress ?? ''
  if (decideAnswer(directory.at(address), 1).kind === 'reset') {
    socket.resetAndDestroy()
    return
  }
  const sockets = socketsByAddress.get(address) ?? new Set()
  socketsByAddress.set(address, sockets.add(socket))
  socket.once('close', () => {
    sockets.delete(socket)
    if (sockets.size === 0) socketsByAddress.delete(address)
  })
})

function reply(
  pod: Pod,
  status: number,
  request: IncomingMessage,
  response: ServerResponse,
  arrivedAtMs: number,
): void {
  if (request.socket.destroyed) return
  counters.add(pod, Date.now())
  metrics.add(pod, { method: request.method ?? 'GET', status, durationMs: performance.now() - arrivedAtMs })
  const { headers, body } = pageOf(pod, request.url ?? '/')
  response.writeHead(status, headers)
  response.end(body)
}

/** The pod as it is now: it may have been started again since this request's process began. */
async function replyMetrics(pod: Pod, response: ServerResponse): Promise<void> {
  const page = await metrics.page(pod)
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  response.end(page)
}

/** For the suite: the counters, and a reset. */
const control = createServer((request, response) => {
  if (request.method === 'DELETE') counters.reset()
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(counters.read()))
})

pods.listen(config.port, '0.0.0.0', 4096)
control.listen(config.controlPort, '127.0.0.1')
await follow(createKubeClient(config.access), directory, new AbortController().signal)
