import { setTimeout as sleep } from 'node:timers/promises'
import { type Dispatcher, Pool, ProxyAgent } from 'undici'
import type { KubeConnection } from './connection.ts'
import { KubeError } from './errors.ts'
import { errorOfResponse } from './status.ts'

export interface TransportOptions {
  /** Whole request, headers and body. */
  readonly timeoutMs: number
  readonly connections: number
  /** How often a call is sent again at most, all within `timeoutMs`: when the server asks for it, or when the connection of a read breaks. */
  readonly repeats: number
  readonly onWarning?: (warning: string) => void
}

export interface Call {
  /** For error messages: `create ConfigMap shop/web`. */
  readonly attempt: string
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly contentType?: string
}

export interface Answer {
  readonly status: number
  readonly text: string
}

/** Sends bytes and gets bytes; knows HTTP and faults but nothing of Kubernetes objects. */
export interface Transport {
  send(call: Call, signal?: AbortSignal): Promise<Answer>
  /** Opens a response without a deadline; the caller reads the body. */
  open(call: Call, signal: AbortSignal): Promise<AsyncIterable<Buffer>>
  close(): Promise<void>
}

/** Two pools: short calls never wait behind watches, each of which keeps a connection for minutes. */
export function createTransport(connection: KubeConnection, options: TransportOptions): Transport {
  const calls = dispatcherFor(connection, options.connections)
  const watches = dispatcherFor(connection, null)
  const base = new URL(connection.server).pathname.replace(/\/$/, '')
  const prepare = async (call: Call, signal: AbortSignal | undefined) => {
    signal?.throwIfAborted()
    return {
      origin: new URL(connection.server).origin,
      path: `${base}${call.path}`,
      method: call.method,
      headers: { ...(await connection.headers()), ...contentHeaders(call) },
      reset: false, // or undici ends the connection after every DELETE with a body, and the next call pays for a new one
      ...(call.body === undefined ? {} : { body: call.body }),
    }
  }
  return {
    async send(call, signal) {
      const deadline = deadlineOf(options.timeoutMs, signal)
      try {
        return await repeated(options.repeats, call, deadline.signal, async () => {
          const request = await prepare(call, deadline.signal)
          const response = await calls.request({ ...request, signal: deadline.signal })
          const text = await response.body.text()
          warn(response.headers, options.onWarning)
          if (!isSuccess(response.statusCode)) throw refusal(call, response, text)
          return { status: response.statusCode, text }
        })
      } catch (error) {
        throw explain(call, error, signal)
      } finally {
        deadline.clear()
      }
    },
    async open(call, signal) {
      try {
        return await repeated(options.repeats, call, signal, async () => {
          const request = await prepare(call, signal)
          const response = await watches.request({ ...request, signal, headersTimeout: 0, bodyTimeout: 0 })
          if (!isSuccess(response.statusCode)) throw refusal(call, response, await response.body.text())
          return response.body
        })
      } catch (error) {
        throw explain(call, error, signal)
      }
    },
    async close() {
      await Promise.all([calls.destroy(), watches.destroy()])
    },
  }
}

/** A failure on the wire as a KubeError; an abort by the caller stays the caller's reason. */
export function explain(call: Call, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason
  if (error instanceof KubeError) return error
  return new KubeError('unavailable', `cannot ${call.attempt}: ${wireMessage(error)}`, { cause: error })
}

/** Sends again what may be sent again. What came of it last is thrown when the time or the count is up. */
async function repeated<T>(repeats: number, call: Call, signal: AbortSignal, send: () => Promise<T>): Promise<T> {
  for (let left = repeats; ; left -= 1) {
    try {
      return await send()
    } catch (error) {
      const pauseMs = left > 0 ? pauseBeforeRepeat(error, call) : undefined
      if (pauseMs === undefined) throw error
      const slept = await sleep(pauseMs, true, { signal }).catch(() => false)
      if (!slept) throw error
    }
  }
}

/**
 * As client-go (rest/with_retry.go): an answer with `Retry-After` says when; a read whose connection broke is sent again after 1 s.
 * A call that was answered with 429 was not begun. One that was answered with a 5xx may have been, which only a read bears twice.
 */
function pauseBeforeRepeat(error: unknown, { method }: Call): number | undefined {
  const isRead = method === 'GET'
  if (!(error instanceof KubeError)) return isRead && isBroken(error) ? 1_000 : undefined
  const { status = 0, retryAfterMs } = error
  return status === 429 || (isRead && status >= 500) ? retryAfterMs : undefined
}

const brokenCodes: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

const isBroken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && brokenCodes.includes(error.code)

function dispatcherFor(connection: KubeConnection, connections: number | null): Dispatcher {
  const shared = { connections, pipelining: 1, keepAliveTimeout: 30_000, allowH2: false }
  const origin = new URL(connection.server).origin
  if (connection.proxyUrl !== undefined) {
    return new ProxyAgent({ ...shared, uri: connection.proxyUrl, requestTls: { ...connection.tls } })
  }
  return new Pool(origin, { ...shared, connect: { ...connection.tls, timeout: 10_000, keepAlive: true } })
}

function contentHeaders(call: Call): Record<string, string> {
  return {
    accept: 'application/json',
    ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function refusal(call: Call, response: Dispatcher.ResponseData, text: string): KubeError {
  return errorOfResponse(call.attempt, response.statusCode, text, single(response.headers['retry-after']))
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

/** Hands on the text of `299 - "text"` headers. */
function warn(headers: Dispatcher.ResponseData['headers'], onWarning: ((text: string) => void) | undefined): void {
  const header = headers.warning
  if (header === undefined || onWarning === undefined) return
  for (const text of [header]
    .flat()
    .join(', ')
    .matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
    onWarning((text[1] ?? '').replace(/\\(.)/g, '$1'))
  }
}

interface Deadline {
  readonly signal: AbortSignal
  clear(): void
}

/** Not AbortSignal.any: on Node 20 each one stays referenced by a long-lived source signal. */
function deadlineOf(ms: number, signal: AbortSignal | undefined): Deadline {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${ms / 1000} s`)), ms)
  const onAbort = () => controller.abort(signal?.reason)
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort)
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

/** The innermost message: undici and Node wrap `ECONNREFUSED` in AggregateErrors without text. */
function wireMessage(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return wireMessage(error.errors[0])
  if (!(error instanceof Error)) return 'the connection failed'
  return error.message === '' ? error.name : error.message
}
