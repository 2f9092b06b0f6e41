import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cache, type CacheEvent, createCache } from '../../kube/cache.ts'
import { createClient, type KubeClient } from '../../kube/client.ts'
import { createVirtualClock, type VirtualClock } from '../../sandbox/virtual-clock.ts'
import {
  answerStatus,
  CONFIG_MAPS,
  closeCleanly,
  type MisbehavingServer,
  type Misbehaviour,
  reset,
  sayThenEnd,
  silence,
  startMisbehavingServer,
} from './misbehaving-server.ts'

let server: MisbehavingServer
let client: KubeClient
let clock: VirtualClock
let cache: Cache
let stop: AbortController
let running: Promise<void>
let events: CacheEvent[]
let problems: unknown[]

beforeEach(async () => {
  server = await startMisbehavingServer()
  client = createClient(server.connection)
  clock = createVirtualClock()
  stop = new AbortController()
  events = []
  problems = []
  server.put('a')
  server.put('b')
})

afterEach(async () => {
  stop.abort()
  await running
  await client.close()
  await server.close()
})

function start(onChange: (event: CacheEvent) => void = (event) => events.push(event)) {
  const onProblem = (error: unknown) => problems.push(error)
  cache = createCache({ client, resource: CONFIG_MAPS, clock, random: () => 0.5, onChange, onProblem })
  running = cache.run(stop.signal)
}

/** Lets sockets work in real time and the clock go on in virtual time, until the claim holds. */
async function until(claim: () => boolean, stepMs = 25): Promise<void> {
  for (let turn = 0; turn < 40_000; turn += 1) {
    if (claim()) return
    await setImmediate()
    await clock.advance(stepMs)
  }
  throw new Error(`never came true; problems: ${problems.map(String).join(' | ')}`)
}

const versions = (objects: readonly { metadata: { name: string; resourceVersion?: string } }[]) =>
  objects.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort()
const isEqual = () => JSON.stringify(versions(cache.list())) === JSON.stringify(versions(server.truth()))
const isWatching = () => server.openWatches() === 1

const half = '{"type":"ADDED","object":{"apiVersion":"v1","kind":"Conf'
const expired = `${JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' },
})}\n`

const faults: readonly [string, Misbehaviour][] = [
  ['closes cleanly', closeCleanly],
  ['resets', reset],
  ['answers 429', answerStatus(429, 'TooManyRequests', { 'retry-after': '2' })],
  ['answers 500', answerStatus(500, 'InternalError')],
  ['answers 410', answerStatus(410, 'Expired')],
  ['answers 401', answerStatus(401, 'Unauthorized')],
  ['sends a 410 event', sayThenEnd(expired)],
  ['sends half a line', sayThenEnd(half)],
  ['sends garbage', sayThenEnd('<html>busy</html>\n')],
  ['sends JSON that is no event', sayThenEnd('[1,2]\n{"type":"ADDED","object":7}\n')],
]

describe('a cache whose server misbehaves', () => {
  it.each(faults)('ends equal to the truth when a watch %s five times', async (_name, fault) => {
    server.failWatches(fault, fault, fault, fault, fault)
    start()
    await until(() => cache.hasSynced())
    server.put('a', { changed: 'yes' })
    server.remove('b')
    server.put('c')
    await until(() => isWatching() && isEqual())
    expect(server.requests.watches.length).toBeLessThanOrEqual(7)
    expect(server.requests.lists.length).toBeLessThanOrEqual(6)
  })

  it.each(faults)('ends equal to the truth when a list %s three times', async (_name, fault) => {
    server.failLists(fault, fault, fault)
    start()
    await until(() => isWatching() && isEqual())
    expect(server.requests.lists).toHaveLength(4)
    expect(problems).toHaveLength(3)
  })

  it('sees what changed while an open watch was reset', async () => {
    start()
    await until(isWatching)
    server.toWatches(reset)
    server.put('d')
    server.remove('a')
    await until(() => isWatching() && isEqual())
    expect(server.requests.lists).toHaveLength(1)
  })

  it('tells of what was deleted while it could not watch', async () => {
    start()
    await until(isWatching)
    server.toWatches(reset)
    server.remove('a')
    server.compact()
    server.put('c')
    await until(() => isWatching() && isEqual())
    expect(events.filter(({ type }) => type === 'deleted').map(({ object }) => object.metadata.name)).toEqual(['a'])
    expect(server.requests.lists).toHaveLength(2)
  })

  it('gives up a silent watch after 180 s, and not before', async () => {
    server.failWatches(silence)
    start()
    await until(() => server.requests.watches.length === 1)
    const sinceMs = clock.monotonicMs()
    server.put('late')
    await until(() => isWatching() && isEqual(), 500)
    expect(clock.monotonicMs() - sinceMs).toBeGreaterThan(175_000)
    expect(clock.monotonicMs() - sinceMs).toBeLessThan(195_000)
  })

  it('does not spin when the server closes every watch at once', async () => {
    server.failWatches(...Array.from({ length: 1000 }, () => closeCleanly))
    start()
    await until(() => clock.monotonicMs() > 300_000, 100)
    expect(server.requests.watches.length).toBeLessThan(20)
    expect(server.requests.lists).toHaveLength(1)
  })

  it('goes on at once after a healthy watch is closed', async () => {
    start()
    await until(isWatching)
    await clock.advance(60_000)
    server.toWatches(closeCleanly)
    const closedMs = clock.monotonicMs()
    await until(() => server.requests.watches.length === 2 && isWatching(), 1)
    expect(clock.monotonicMs() - closedMs).toBeLessThan(500)
    expect(problems).toEqual([])
  })

  it('waits as long as Retry-After asks', async () => {
    server.failLists(answerStatus(429, 'TooManyRequests', { 'retry-after': '20' }))
    start()
    await until(() => cache.hasSynced(), 100)
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(20_000)
  })

  it('keeps trying while the kind is not installed, and says so', async () => {
    server.failLists(...Array.from({ length: 8 }, () => answerStatus(404, 'NotFound')))
    start()
    await until(() => cache.hasSynced(), 100)
    expect(problems).toHaveLength(8)
    expect(problems[0]).toMatchObject({ fault: 'not-found', message: 'cannot list ConfigMap: NotFound it is' })
  })

  it('survives handlers that throw', async () => {
    start(() => {
      throw new Error('handler')
    })
    await until(isWatching)
    server.put('c')
    await until(isEqual)
    expect(problems).toHaveLength(3)
    expect(server.requests.watches).toHaveLength(1)
  })

  it('follows pages and drops managedFields', async () => {
    for (let index = 0; index < 1_200; index += 1) server.put(`many-${index}`)
    start()
    await until(() => isWatching() && isEqual())
    expect(server.requests.lists).toHaveLength(3)
    expect(cache.get('shop', 'many-7')?.metadata).not.toHaveProperty('managedFields')
  })

  it('resolves when stopped in the middle of an outage', async () => {
    server.failLists(...Array.from({ length: 100 }, () => reset))
    start()
    await until(() => problems.length > 2)
    stop.abort()
    await running
    await cache.synced
    expect(cache.hasSynced()).toBe(false)
    expect(clock.pending()).toBe(0)
  })
})
