import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Refusal } from '../server/refusal.ts'
import type { Certificate } from './certificate.ts'
import type { Lines, RestAnswer, RestRequest, WholeAnswer } from './exchange.ts'
import type { Front } from './front.ts'
import { refusalAnswer } from './status.ts'

export interface RestServerOptions {
  readonly front: Front
  /** 0, and left out: any free one. */
  readonly port?: number
  /** HTTPS, without which kubectl and helm send no token; plain HTTP otherwise. */
  readonly certificate?: Certificate
}

export interface RestServer {
  readonly url: string
  /** Ends every watch and connection. */
  close(): Promise<void>
}

/** Serves the API on loopback. */
export async function serve({ front, port = 0, certificate }: RestServerOptions): Promise<RestServer> {
  const handler = (request: IncomingMessage, response: ServerResponse) => void handle(front, request, response)
  const server = certificate === undefined ? createServer(handler) : createSecureServer({ ...certificate }, handler)
  server.keepAliveTimeout = 120_000 // longer than clients keep theirs, or a request meets a closing connection
  const at = await listen(server, port)
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${at.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error(`no port to listen on: ${address}`))
      else resolve(address)
    })
  })
}

async function handle(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const answer = answerTo(front, await read(request), response)
    if (answer.kind === 'whole') send(response, answer)
    else keepOpen(response, answer.stop)
  } catch (error) {
    if (!response.destroyed) send(response, refusalAnswer(error))
  }
}

/** A real server's limit for a request. */
const mostBytes = 3 * 1024 * 1024

async function read(request: IncomingMessage): Promise<RestRequest> {
  const { method = 'GET', url = '/', headers, headersDistinct } = request
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > mostBytes) throw tooLarge()
  }
  const groups = headersDistinct['impersonate-group']
  return {
    method,
    url,
    headers: { ...headers, ...(groups !== undefined && { 'impersonate-group': groups }) },
    body: Buffer.concat(chunks),
  }
}

const tooLarge = (): Refusal =>
  new Refusal(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${mostBytes}`)

function answerTo(front: Front, request: RestRequest, response: ServerResponse): RestAnswer {
  const lines: Lines = {
    write: (event) => void (response.writableEnded || response.write(`${JSON.stringify(event)}\n`)),
    end: () => void response.end(),
  }
  return front.answer(request, lines)
}

function send(response: ServerResponse, { status, body, warnings = [] }: WholeAnswer): void {
  const isText = typeof body === 'string'
  const bytes = Buffer.from(isText ? body : JSON.stringify(body))
  for (const warning of warnings) response.appendHeader('warning', `299 - ${quoted(warning)}`)
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': bytes.length,
  })
  response.end(bytes)
}

/** As RFC 7230 quotes. Node writes a character of a header as one byte, and these are to be UTF-8. */
const quoted = (text: string): string =>
  Buffer.from(`"${text.replace(/\s+/g, ' ').replace(/["\\]/g, '\\$&')}"`).toString('latin1')

function keepOpen(response: ServerResponse, stop: () => void): void {
  response.on('close', stop)
  if (!response.headersSent) response.flushHeaders()
}
