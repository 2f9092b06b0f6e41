import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { Journal, type LossReason, type Mark, type Outcome, type Tally } from './tally.ts'

export type { Mark, Tally } from './tally.ts'

export interface LoadOptions {
  /** The gateway, on loopback. */
  readonly url: string
  readonly host: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Requests a second, sent whether or not earlier ones are answered; 100 unless `concurrency` is given. */
  readonly rate?: number
  /** So many clients, each sending its next request when it has its answer. */
  readonly concurrency?: number
  /** Connections that are used again, or a new one for every request. */
  readonly keepAlive: boolean
  readonly timeoutMs?: number
  /** It ends by itself then; 10 minutes unless set. */
  readonly maxMs?: number
}

export interface Load {
  /** Now, for `since`. */
  mark(): Mark
  /** The mark of a moment in the past, in milliseconds since the epoch. */
  markAt(atMs: number): Mark
  since(mark: Mark, until?: Mark): Tally
  /** Waits for so many more outcomes and sums them up. */
  next(count: number): Promise<Tally>
  /** Sends no more, waits for what is under way, and sums up everything. */
  stop(): Promise<Tally>
}

const mostInFlight = 512
const idleMs = 4_000
const highestRate = 5_000
const tickMs = 5

export function startLoad(options: LoadOptions): Load {
  const { url, keepAlive, timeoutMs = 10_000, maxMs = 600_000, concurrency } = options
  const { hostname, origin } = new URL(url)
  if (hostname !== '127.0.0.1' && hostname !== 'localhost')
    throw new Error(`load goes to loopback only, not ${hostname}`)
  const pool = new Pool(origin, {
    connections: Math.min(concurrency ?? mostInFlight, mostInFlight),
    pipelining: keepAlive ? 1 : 0, // 0 is undici's word for a new connection per request
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs, // whatever the gateway offers: the client closes first, so that no request meets a closing connection
  })
  const journal = new Journal()
  const stopped = new AbortController()
  const underWay = new Set<Promise<void>>()
  const send = () => {
    const one = ask(pool, options).then((outcome) => journal.add(outcome, Date.now()))
    underWay.add(one)
    return one.finally(() => underWay.delete(one))
  }
  const until = performance.now() + maxMs
  const isOver = () => stopped.signal.aborted || performance.now() > until
  const sending =
    concurrency === undefined
      ? sendAtRate(Math.min(options.rate ?? 100, highestRate), send, () => underWay.size < mostInFlight, isOver)
      : Promise.all(Array.from({ length: Math.min(concurrency, mostInFlight) }, () => sendInTurn(send, isOver)))
  return {
    mark: () => journal.mark(),
    markAt: (atMs) => journal.markAt(atMs),
    since: (mark, to) => journal.tally(mark, to ?? journal.size),
    next: async (count) => {
      const from = journal.mark()
      while (journal.size < from + count && !isOver()) await sleep(tickMs)
      return journal.tally(from, from + count)
    },
    stop: async () => {
      stopped.abort()
      await sending
      await Promise.all(underWay)
      await pool.destroy()
      return journal.tally(0, journal.size)
    },
  }
}

async function sendAtRate(
  rate: number,
  send: () => Promise<void>,
  hasRoom: () => boolean,
  isOver: () => boolean,
): Promise<void> {
  const startedAt = performance.now()
  for (let sent = 0; !isOver(); await sleep(tickMs)) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * rate)
    for (; sent < due && hasRoom(); sent++) void send()
    sent = Math.max(sent, due - rate) // after a stall catch up one second's worth, not all of it
  }
}

async function sendInTurn(send: () => Promise<void>, isOver: () => boolean): Promise<void> {
  while (!isOver()) await send()
}

async function ask(pool: Pool, { host, path = '/', headers = {} }: LoadOptions): Promise<Outcome> {
  try {
    const answer = await pool.request({ method: 'GET', path, headers: { ...headers, host } })
    await answer.body.dump()
    const version = answer.headers['x-version']
    return { kind: 'answer', status: answer.statusCode, version: typeof version === 'string' ? version : 'none' }
  } catch (error) {
    return { kind: 'lost', why: reasonOf(error) }
  }
}

function reasonOf(error: unknown): LossReason {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code.includes('TIMEOUT')) return 'timeout'
  if (code === 'ECONNREFUSED') return 'refused'
  return code === 'ECONNRESET' || code === 'UND_ERR_SOCKET' ? 'reset' : 'other'
}
