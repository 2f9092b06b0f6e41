import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Metric stores that answer as Prometheus does, or as it should not: one below each path, `/slow`, `/nan`, … */
export interface OddStores {
  /** The address of one of them, for a metric. */
  address(store: keyof typeof answers): string
  close(): Promise<void>
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void

const slowMs = 10_000
const hugeBytes = 100_000_000

const answers = {
  good: (_request, response) => json(response, 200, vectorOf('1')),
  nan: (_request, response) => json(response, 200, vectorOf('NaN')),
  slow: async (_request, response) => {
    await sleep(slowMs)
    json(response, 200, vectorOf('1'))
  },
  html: (_request, response) => page(response, '<!doctype html><title>Sign in</title>'),
  huge: (_request, response) => pour(response),
  /** As Mimir with authentication in front: a tenant that is not ours is refused. */
  guarded: (request, response) => {
    if (request.headers['x-scope-orgid'] === 'shop') json(response, 200, vectorOf('1'))
    else response.writeHead(403, { 'content-type': 'text/plain' }).end('no such tenant\n')
  },
  /** As Mimir by itself: a tenant that does not exist has no data. */
  tenants: (request, response) => {
    const hasData = request.headers['x-scope-orgid'] === 'shop'
    json(response, 200, hasData ? vectorOf('1') : vectorOf())
  },
} satisfies Readonly<Record<string, Answer>>

export async function startOddStores(): Promise<OddStores> {
  const server = createServer((request, response) => {
    const store = request.url?.split('/')[1] ?? ''
    if (isStore(store)) void answers[store](request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stores listen nowhere')
  return {
    address: (store) => `http://127.0.0.1:${address.port}/${store}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function isStore(text: string): text is keyof typeof answers {
  return Object.hasOwn(answers, text)
}

function vectorOf(value?: string): object {
  const result = value === undefined ? [] : [{ metric: {}, value: [Date.now() / 1000, value] }]
  return { status: 'success', data: { resultType: 'vector', result } }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function page(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'text/html' }).end(body)
}

/** JSON that would be good if it ever ended; as fast as whoever reads it, and no further than they want. */
async function pour(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  const chunk = `{"status":"success","data":{"resultType":"vector","result":[`.padEnd(65_536, ' ')
  const chunks = Array.from({ length: hugeBytes / chunk.length }, () => chunk)
  await pipeline(Readable.from(chunks), response).catch(() => {}) // they hang up when they have enough
}
