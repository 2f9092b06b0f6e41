import { lookup } from 'node:dns'
import axios, { type AxiosResponse } from 'axios'
import { type AgentPool, createAgentPool, type TlsIdentity } from './http/agents.ts'
import { whyOf } from './http/failure.ts'
import { checkLiteral, type Reach, type Resolve } from './http/pinned-lookup.ts'
import type { Answer, HttpRequest } from './provider.ts'

/** Values out of a Secret. They go to the store and nowhere else. */
export type Credentials = CredentialValues & { readonly ca?: string }
type CredentialValues =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'tls'; readonly cert: string; readonly key: string }

export interface AskOptions {
  readonly signal: AbortSignal
  readonly credentials?: Credentials
  /** Default: everywhere but to link-local addresses. */
  readonly reach?: Reach
}

/** Asks once. Never rejects: what goes wrong is an answer of the kind `none`. */
export type AskHttp = (request: HttpRequest, options: AskOptions) => Promise<Answer>

export interface HttpAsker {
  readonly ask: AskHttp
  /** Closes the idle connections, and breaks off what is under way. */
  close(): void
}

export interface HttpSettings {
  /** For the whole exchange, from the look-up of the name to the last byte. */
  readonly timeoutMs: number
  /** Of the body, decompressed. */
  readonly maxBytes: number
  /** Turns a name into addresses. */
  readonly resolve: Resolve
}

const defaultSettings: HttpSettings = { timeoutMs: 5_000, maxBytes: 1_000_000, resolve: lookup }

/**
 * Asks metric stores over HTTP: connections are kept alive, redirects are not followed, proxies of the environment are
 * ignored, and what a store may take of time and space is limited.
 */
export function createHttpAsker(changed: Partial<HttpSettings> = {}): HttpAsker {
  const settings = { ...defaultSettings, ...changed }
  const pool = createAgentPool(settings.resolve)
  return {
    ask: (request, options) =>
      withDeadline(settings, options.signal, (signal) => exchange(pool, settings, request, { ...options, signal })),
    close: () => pool.close(),
  }
}

/** Not AbortSignal.any: on Node 20 each one stays referenced by a long-lived source signal. */
async function withDeadline(
  { timeoutMs }: HttpSettings,
  given: AbortSignal,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const ending = new AbortController()
  const giveUp = () => ending.abort('given up')
  const timer = setTimeout(() => ending.abort('too slow'), timeoutMs)
  given.addEventListener('abort', giveUp, { once: true })
  if (given.aborted) giveUp()
  try {
    const answer = await work(ending.signal)
    if (!ending.signal.aborted) return answer
    return none(ending.signal.reason === 'too slow' ? 'the store does not answer in time' : 'the question was given up')
  } finally {
    clearTimeout(timer)
    given.removeEventListener('abort', giveUp)
  }
}

/** Once more where a connection that was kept alive turns out to be closed: that says nothing about the store. */
async function exchange(
  pool: AgentPool,
  settings: HttpSettings,
  request: HttpRequest,
  options: AskOptions,
): Promise<Answer> {
  try {
    return answerOf(await send(pool, settings, request, options))
  } catch (error) {
    if (!isStale(error) || options.signal.aborted) return none(reasonOf(error, settings))
  }
  try {
    return answerOf(await send(pool, settings, request, options))
  } catch (error) {
    return none(reasonOf(error, settings))
  }
}

const none = (why: string): Answer => ({ kind: 'none', why })

async function send(
  pool: AgentPool,
  settings: HttpSettings,
  request: HttpRequest,
  options: AskOptions,
): Promise<AxiosResponse<string>> {
  const { signal, credentials = { type: 'none' }, reach = 'notLinkLocal' } = options
  const url = new URL(request.url)
  checkLiteral(url, reach)
  const agents = pool.agentsFor(reach, identityOf(credentials))
  return axios.request<string>({
    method: request.method,
    url: url.toString(),
    headers: headersOf(request, credentials),
    data: request.body,
    signal,
    httpAgent: agents.http,
    httpsAgent: agents.https,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: settings.maxBytes,
    responseType: 'text',
    transformRequest: (data: unknown) => data,
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
  })
}

function identityOf(credentials: Credentials): TlsIdentity {
  const own = credentials.type === 'tls' ? { cert: credentials.cert, key: credentials.key } : {}
  return credentials.ca === undefined ? own : { ...own, ca: credentials.ca }
}

function headersOf({ headers }: HttpRequest, credentials: Credentials): Record<string, string> {
  const given = headers.map(({ name, value }): [string, string] => [name, value])
  const ours = { Accept: 'application/json', 'User-Agent': 'sluice', 'Accept-Encoding': 'identity' }
  const authorization = authorizationOf(credentials)
  return {
    ...ours,
    ...Object.fromEntries(given),
    ...(authorization === undefined ? {} : { Authorization: authorization }),
  }
}

function authorizationOf(credentials: Credentials): string | undefined {
  if (credentials.type === 'bearer') return `Bearer ${credentials.token}`
  if (credentials.type !== 'basic') return undefined
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
}

function answerOf({ status, headers, data }: AxiosResponse<string>): Answer {
  const contentType: unknown = headers['content-type']
  return { kind: 'http', status, contentType: typeof contentType === 'string' ? contentType : '', body: data }
}

function reasonOf(error: unknown, { maxBytes }: HttpSettings): string {
  if (axios.isAxiosError(error) && error.message.startsWith('maxContentLength')) {
    return `the answer of the store is larger than ${maxBytes / 1_000_000} MB`
  }
  return whyOf(error)
}

function isStale(error: unknown): boolean {
  if (!axios.isAxiosError(error) || error.response !== undefined) return false
  const request: unknown = error.request
  const isReused =
    typeof request === 'object' && request !== null && 'reusedSocket' in request && request.reusedSocket === true
  return isReused && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}
