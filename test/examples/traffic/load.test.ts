import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startLoad } from '../../../examples/traffic/load.ts'
import { Journal } from '../../../examples/traffic/tally.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(listener: RequestListener): Promise<string> {
  const made = createServer(listener)
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`
}

describe('load', () => {
  it('counts answers per version and status, and what was reset', async () => {
    let index = 0
    const url = await serve((request, response) => {
      index += 1
      if (index % 10 === 0) request.socket.resetAndDestroy()
      else response.writeHead(index % 10 === 1 ? 500 : 200, { 'x-version': index % 2 ? 'v1' : 'v2' }).end()
    })
    const load = startLoad({ url, host: 'shop.test', concurrency: 1, keepAlive: false })
    await load.next(100)
    const tally = await load.stop()
    expect(tally.lost.reset).toBe(Math.floor(tally.total / 10))
    expect(tally.failed).toBe(tally.lost.reset + (tally.statuses[500] ?? 0))
    expect(Object.keys(tally.versions).sort()).toEqual(['v1', 'v2'])
  })

  it.each([
    { keepAlive: true, connections: 'few' },
    { keepAlive: false, connections: 'one each' },
  ])('with keepAlive $keepAlive opens $connections', async ({ keepAlive }) => {
    const ports = new Set<number>()
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort ?? 0)
      response.end(request.headers.host)
    })
    const load = startLoad({ url, host: 'shop.test', concurrency: 2, keepAlive })
    await load.next(50)
    const { total } = await load.stop()
    expect(ports.size).toBe(keepAlive ? 2 : total)
  })

  it('keeps to its rate', async () => {
    const url = await serve((_, response) => void response.end())
    const load = startLoad({ url, host: 'shop.test', rate: 200, keepAlive: true })
    const tally = await load.next(100)
    await load.stop()
    expect(tally.durationMs).toBeGreaterThan(350)
    expect(tally.durationMs).toBeLessThan(2_000)
  })

  it('counts an answer that does not come as a timeout', async () => {
    const url = await serve(() => {})
    const load = startLoad({ url, host: 'shop.test', concurrency: 1, keepAlive: true, timeoutMs: 200, maxMs: 100 })
    expect((await load.stop()).lost.timeout).toBe(1)
  })

  it('goes nowhere but to loopback', () => {
    expect(() => startLoad({ url: 'http://example.com', host: 'x', keepAlive: true })).toThrow('loopback')
  })
})

describe('a journal', () => {
  it('sums up any period, with the share among answers that served', () => {
    const journal = new Journal()
    journal.add({ kind: 'answer', version: 'v1', status: 200 }, 10)
    const mark = journal.mark()
    journal.add({ kind: 'answer', version: 'v2', status: 200 }, 20)
    journal.add({ kind: 'answer', version: 'v1', status: 200 }, 30)
    journal.add({ kind: 'answer', version: 'v2', status: 500 }, 40)
    journal.add({ kind: 'lost', why: 'reset' }, 50)
    const tally = journal.tally(mark, journal.size)
    expect(tally).toMatchObject({ total: 4, failed: 2, durationMs: 30, lost: { reset: 1 } })
    expect(tally.share('v2')).toBe(0.5)
    expect(tally.versions.v2).toMatchObject({ answers: 2, firstAtMs: 20, lastAtMs: 40 })
    expect(journal.markAt(35)).toBe(3)
  })
})
