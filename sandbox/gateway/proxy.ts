import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { Endpoint } from './endpoints.ts'
import { endToEnd, headersForPod } from './headers.ts'
import type { Asked, Picked } from './pick.ts'

export interface ProxyOptions {
  /** Decides a request by the table of this moment. */
  readonly route: (asked: Asked) => Picked
  /** Where on loopback the pod at this address listens; undefined where nobody does. */
  readonly portOf: (endpoint: Endpoint) => number | undefined
}

export interface Proxy {
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Drops the connections to pods. */
  close(): void
}

/** nginx's `proxy_next_upstream_tries` as ingress-nginx sets it, and its `proxy_read_timeout`. */
const mostTries = 3
const readTimeoutMs = 60_000

/** Hands requests on to pods, over connections that are kept. Bodies stream; whoever goes away takes the other side along. */
export function createProxy({ route, portOf }: ProxyOptions): Proxy {
  const agent = new Agent({ keepAlive: true })
  return {
    handle(request, response) {
      const picked = route({ host: request.headers.host ?? '', path: request.url ?? '/' })
      if (picked.kind === 'answer') return answer(response, picked.status)
      const { backend, endpoint } = picked
      const others = backend.endpoints.filter((other) => other !== endpoint)
      const ways = [endpoint, ...others].slice(0, mostTries).map(portOf)
      forward({ request, response, agent }, ways)
    },
    close: () => agent.destroy(),
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly agent: Agent
}

/** Tries the first of these ports; the next one only where nothing can have reached the pod. */
function forward(exchange: Exchange, [port, ...others]: readonly (number | undefined)[]): void {
  const { request, response } = exchange
  const onRefused = others.length > 0 && isRepeatable(request) ? () => forward(exchange, others) : undefined
  if (port === undefined) {
    if (onRefused === undefined) fail(response, 502)
    else onRefused()
    return
  }
  const outgoing = send(exchange, port)
  const onGone = () => {
    if (!response.writableFinished) outgoing.destroy()
  }
  response.once('close', onGone)
  outgoing.once('response', (incoming) => handBack(incoming, response))
  outgoing.once('timeout', () => outgoing.destroy(new TimeoutError()))
  outgoing.on('error', (error) => {
    response.off('close', onGone)
    if (onRefused !== undefined && isRefusal(error)) onRefused()
    else fail(response, error instanceof TimeoutError ? 504 : 502)
  })
}

/** Where an answer has begun, the client must see that it is broken. */
function fail(response: ServerResponse, status: number): void {
  if (response.headersSent) response.destroy()
  else if (!response.destroyed) answer(response, status)
}

function send({ request, agent }: Exchange, port: number): ClientRequest {
  const { method, url: path } = request
  const headers = headersForPod(request)
  const outgoing = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers, timeout: readTimeoutMs })
  if (hasBody(request)) request.pipe(outgoing)
  else outgoing.end()
  return outgoing
}

function handBack(incoming: IncomingMessage, response: ServerResponse): void {
  response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, endToEnd(incoming.headers))
  pipeline(incoming, response, () => undefined) // either side that breaks ends the other
}

class TimeoutError extends Error {}

const isRefusal = (error: Error): boolean => 'code' in error && error.code === 'ECONNREFUSED'

/** A body has been read, in part, by the time a connection is refused. */
const isRepeatable = (request: IncomingMessage): boolean =>
  ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'].includes(request.method ?? '') && !hasBody(request)

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** What the gateway says itself. */
function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/plain' })
  response.end(`${status}\n`)
}
