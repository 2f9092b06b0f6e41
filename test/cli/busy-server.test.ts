import { setMaxListeners } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installManifests } from '../../api/install.ts'
import { run } from '../../cli/program.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import { type Embedded, startEmbedded } from '../../sandbox/embedded.ts'
import { resourceOf } from '../../sandbox/server/resource-of.ts'
import { shopObjects } from '../builders/shop-objects.ts'
import { answerStatus, type Misbehaviour } from '../kube/misbehaving-server.ts'
import { contextOf, recorded } from './builders.ts'

setMaxListeners(100) // as the program itself does: all caches listen to one signal

let embedded: Embedded
let folder = ''
beforeAll(async () => {
  embedded = await startEmbedded({ clock: systemClock })
  folder = await mkdtemp(join(tmpdir(), 'sluice-busy-'))
  for (const object of [...installManifests(), ...shopObjects])
    embedded.api.create(resourceOf(embedded.api, object), object)
})
afterAll(async () => {
  await embedded.close()
  await rm(folder, { recursive: true })
})

/** Answers the first request of each path and verb with `fault`, and hands everything else on to the cluster. */
async function busyAtFirst(fault: Misbehaviour, isMeant = (_url: URL) => true): Promise<Server> {
  const seen = new Set<string>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', embedded.apiUrl)
    const key = `${request.method} ${url.pathname} ${url.searchParams.get('watch')}`
    if (isMeant(url) && !seen.has(key)) {
      seen.add(key)
      fault(response)
      return
    }
    const { method, headers } = request
    const handed = https.request(url, { method, headers, rejectUnauthorized: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      response.flushHeaders()
      answer.pipe(response)
    })
    handed.on('error', () => response.destroy())
    response.on('close', () => handed.destroy())
    request.pipe(handed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

/** What a cache lists; a `get` and discovery have no limit. */
const isPage = (url: URL) => url.searchParams.has('limit')

async function lintThrough(server: Server) {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const file = join(folder, `config-${port}`)
  await writeFile(file, embedded.kubeconfigFor('admin').replace(embedded.apiUrl, `http://127.0.0.1:${port}`))
  const terminal = recorded()
  const exitCode = await run(['lint', 'web', '-n', 'shop', '--kubeconfig', file], contextOf(terminal))
  server.closeAllConnections()
  server.close()
  return { exitCode, out: terminal.lines.join('\n'), err: terminal.errors.join('\n') }
}

describe('a server that is busy for a moment', () => {
  it('is asked again when it says when, and the command does its work', async () => {
    const server = await busyAtFirst(answerStatus(429, 'TooManyRequests', { 'retry-after': '0' }))
    expect(await lintThrough(server)).toMatchObject({ err: '', out: expect.stringContaining('shop/web') })
  })
  it('is asked again for a list that failed while others came', async () => {
    const server = await busyAtFirst(answerStatus(500, 'InternalError'), isPage)
    expect(await lintThrough(server)).toMatchObject({ err: '', out: expect.stringContaining('shop/web') })
  })
})
