import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../sandbox/gateway/endpoints.ts'
import { createProxy } from '../../../sandbox/gateway/proxy.ts'

const servers: Server[] = []
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const port = await listen(() => undefined)
  await new Promise((resolve) => servers.pop()?.close(resolve))
  return port
}

/** A proxy whose table has one backend with these pods, tried in this order. */
async function proxyTo(...ports: readonly (number | undefined)[]): Promise<number> {
  const endpoints: readonly Endpoint[] = ports.map((_, index) => ({ address: `10.244.0.${index}`, port: 8080 }))
  const backend = { name: 'shop/web:http', endpoints }
  const proxy = createProxy({
    route: () => {
      const [endpoint] = endpoints
      return endpoint === undefined ? { kind: 'answer', status: 503 } : { kind: 'endpoint', backend, endpoint }
    },
    portOf: ({ address }) => ports[endpoints.findIndex((endpoint) => endpoint.address === address)],
  })
  closing.push(() => proxy.close())
  return listen((incoming, response) => proxy.handle(incoming, response))
}

interface Answered {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

function ask(port: number, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  const { method = 'GET', headers = {}, body } = options
  return new Promise<Answered>((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path: '/a?q=1', headers, agent: false }, (incoming) => {
      text(incoming).then(
        (all) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: all }),
        reject,
      )
    })
    sent.once('error', reject).end(body)
  })
}

describe('the proxy', () => {
  it('hands on path, host, body and headers, and says who asked', async () => {
    const pod = await listen((request, response) => {
      response.writeHead(201, { 'x-version': 'v1', 'set-cookie': ['a=1', 'b=2'] })
      void text(request).then((body) =>
        response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body })),
      )
    })
    const headers = { host: 'web.test', 'x-mine': '1', connection: 'x-hop', 'x-hop': 'secret' }
    const { status, headers: got, body } = await ask(await proxyTo(pod), { method: 'POST', headers, body: 'hello' })
    expect(status).toBe(201)
    expect(got).toMatchObject({ 'x-version': 'v1', 'set-cookie': ['a=1', 'b=2'] })
    const seen = JSON.parse(body)
    expect(seen).toMatchObject({ method: 'POST', url: '/a?q=1', body: 'hello' })
    expect(seen.headers).toMatchObject({ host: 'web.test', 'x-mine': '1', 'x-forwarded-for': '127.0.0.1' })
    expect(seen.headers).not.toHaveProperty('x-hop')
  })

  it('keeps its connections to pods', async () => {
    const clients = new Set<number | undefined>()
    const pod = await listen((request, response) => {
      clients.add(request.socket.remotePort)
      response.end()
    })
    const gateway = await proxyTo(pod)
    for (let count = 0; count < 20; count++) await ask(gateway)
    expect(clients.size).toBe(1)
  })

  it('streams: the first part of an answer arrives before the last is written', async () => {
    let finish: () => void = () => undefined
    const pod = await listen((_request, response) => {
      response.write('first')
      finish = () => response.end('last')
    })
    const gateway = await proxyTo(pod)
    const answer = await fetch(`http://127.0.0.1:${gateway}/`)
    const reader = answer.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? '').toString()).toBe('first')
    finish()
    expect(Buffer.from((await reader?.read())?.value ?? '').toString()).toBe('last')
  })

  it.each([
    ['refuses', closedPort],
    ['has gone from its address', async () => undefined],
  ])('asks the next pod when one %s', async (_what, gone) => {
    const pod = await listen((_request, response) => response.end('me'))
    expect(await ask(await proxyTo(await gone(), pod))).toMatchObject({ status: 200, body: 'me' })
  })

  it('asks three pods at most', async () => {
    const pod = await listen((_request, response) => response.end())
    expect(await ask(await proxyTo(undefined, undefined, undefined, pod))).toMatchObject({ status: 502 })
  })

  it.each([
    ['a request that is not idempotent', { method: 'POST' }],
    ['a request with a body', { method: 'PUT', body: 'once' }],
  ])('does not send %s twice', async (_what, options) => {
    const pod = await listen((_request, response) => response.end())
    expect(await ask(await proxyTo(await closedPort(), pod), options)).toMatchObject({ status: 502 })
  })

  it('does not ask again what a pod may have begun to answer', async () => {
    let asked = 0
    const broken = await listen((request) => {
      asked += 1
      request.socket.resetAndDestroy()
    })
    const other = await listen((_request, response) => {
      asked += 1
      response.end()
    })
    expect(await ask(await proxyTo(broken, other))).toMatchObject({ status: 502 })
    expect(asked).toBe(1)
  })

  it('breaks off an answer that the pod breaks off', async () => {
    const pod = await listen((request, response) => {
      response.writeHead(200, { 'content-length': 10 })
      response.write('half')
      setImmediate(() => request.socket.resetAndDestroy())
    })
    await expect(ask(await proxyTo(pod))).rejects.toThrow('aborted')
  })

  it('tells the pod when the client has gone', async () => {
    const client = new AbortController()
    const gone = new Promise<void>((resolve) => {
      void listen((_request, response) => {
        response.once('close', resolve)
        response.write('first')
        client.abort()
      })
        .then((pod) => proxyTo(pod))
        .then((gateway) => fetch(`http://127.0.0.1:${gateway}/`, { signal: client.signal }))
        .catch(() => undefined)
    })
    await expect(gone).resolves.toBeUndefined()
  })

  it('answers for itself where there is nobody', async () => {
    expect(await ask(await proxyTo())).toMatchObject({ status: 503 })
  })
})
