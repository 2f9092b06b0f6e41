import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { onTestFinished } from 'vitest'
import type { Resolve } from '../../analysis/http/pinned-lookup.ts'
import { type AskOptions, createHttpAsker, type HttpSettings } from '../../analysis/http.ts'
import type { Answer, HttpRequest } from '../../analysis/provider.ts'

/** A real server on loopback, for one test. */
export interface Store {
  readonly url: string
  /** How many connections it has had. */
  readonly connections: () => number
}

export const startStore = (listener: RequestListener): Promise<Store> => serve(createServer(listener), 'http')

export const startTlsStore = (options: ServerOptions, listener: RequestListener): Promise<Store> =>
  serve(createTlsServer(options, listener), 'https')

async function serve(server: Server, scheme: string): Promise<Store> {
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return { url: `${scheme}://127.0.0.1:${address.port}`, connections: () => connections }
}

export type AskTest = (
  request: Partial<HttpRequest> & { url: string },
  options?: Partial<AskOptions>,
) => Promise<Answer>

/** An asker for one test. */
export function asker(settings: Partial<HttpSettings> = {}): AskTest {
  const http = createHttpAsker(settings)
  onTestFinished(() => http.close())
  return (request, options) =>
    http.ask({ method: 'GET', headers: [], ...request }, { signal: new AbortController().signal, ...options })
}

/** A name server: each look-up is answered with the next of the answers, the last again and again. */
export function resolvesTo(...answers: readonly (readonly string[])[]): { readonly resolve: Resolve; asked: number } {
  const server = {
    asked: 0,
    resolve: ((_name, _options, callback) => {
      const addresses = answers[Math.min(server.asked, answers.length - 1)] ?? []
      server.asked += 1
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }) as Resolve,
  }
  return server
}
