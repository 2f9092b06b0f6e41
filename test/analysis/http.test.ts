import type { ServerResponse } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createAuthority, createServerCertificate } from '../../sandbox/rest/certificate.ts'
import { asker, resolvesTo, startStore, startTlsStore } from './http-bed.ts'

const none = (why: string) => ({ kind: 'none', why })
const json = { 'content-type': 'application/json' }

describe('a question to a store', () => {
  it('brings back status, content type and body, whatever they are', async () => {
    const store = await startStore((_request, response) => {
      response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>no</h1>')
    })
    expect(await asker()({ url: store.url })).toEqual({
      kind: 'http',
      status: 503,
      contentType: 'text/html',
      body: '<h1>no</h1>',
    })
  })

  it('carries method, headers and body as they were given', async () => {
    const store = await startStore((request, response) => {
      response.writeHead(200, json)
      response.write(`${request.method} ${String(request.headers['x-scope-orgid'])} `)
      request.pipe(response)
    })
    const headers = [{ name: 'X-Scope-OrgID', value: 'team-a' }]
    const answer = await asker()({ url: store.url, method: 'POST', headers, body: 'query=up' })
    expect(answer).toMatchObject({ body: 'POST team-a query=up' })
  })

  it.each([
    [{ type: 'basic', username: 'ann', password: 'p:w' }, `Basic ${Buffer.from('ann:p:w').toString('base64')}`],
    [{ type: 'bearer', token: 't0ken' }, 'Bearer t0ken'],
    [{ type: 'none' }, 'nothing'],
  ] as const)('shows %j as %s', async (credentials, expected) => {
    const store = await startStore((request, response) => {
      response.writeHead(200, json).end(request.headers.authorization ?? 'nothing')
    })
    expect(await asker()({ url: store.url }, { credentials })).toMatchObject({ body: expected })
  })

  it('does not follow a redirect: that is the answer', async () => {
    const store = await startStore((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/elsewhere' }).end()
      else response.writeHead(200, json).end('followed')
    })
    expect(await asker()({ url: store.url })).toMatchObject({ kind: 'http', status: 302, body: '' })
  })

  it('understands what is compressed', async () => {
    const store = await startStore((_request, response) => {
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'))
    })
    expect(await asker()({ url: store.url })).toMatchObject({ body: '{"a":1}' })
  })
})

describe('a store that misbehaves', () => {
  const bytes = (count: number) => Buffer.alloc(count, ' ')

  it.each([
    ['declared', (size: number) => ({ ...json, 'content-length': String(size) })],
    ['not declared', () => json],
  ])('may send 1 MB and not one byte more, its length %s', async (_, headersFor) => {
    const size = (url = '') => Number(url.slice(1))
    const store = await startStore((request, response) => {
      response.writeHead(200, headersFor(size(request.url))).end(bytes(size(request.url)))
    })
    expect(await asker()({ url: `${store.url}/1000000` })).toMatchObject({ kind: 'http', status: 200 })
    expect(await asker()({ url: `${store.url}/1000001` })).toEqual(none('the answer of the store is larger than 1 MB'))
  })

  it('is left alone at 1 MB, though it would go on for ever', async () => {
    let sent = 0
    const store = await startStore((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(bytes(65_536))) sent += 65_536
      }
      response.writeHead(200, json).on('drain', more)
      more()
    })
    expect(await asker()({ url: store.url })).toEqual(none('the answer of the store is larger than 1 MB'))
    expect(sent).toBeLessThan(20_000_000) // what the sockets had room for
  })

  it('does not fill memory with a small answer that unpacks to 100 MB', async () => {
    const bomb = gzipSync(bytes(100_000_000))
    const store = await startStore((_request, response) => {
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb)
    })
    const before = process.memoryUsage().rss
    expect(await asker()({ url: store.url })).toEqual(none('the answer of the store is larger than 1 MB'))
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000)
  })

  it.each([
    ['never answers', () => undefined],
    ['never ends its answer', (response: ServerResponse) => void response.writeHead(200, json).write('{')],
  ])('that %s is given up in time', async (_, answer) => {
    const store = await startStore((_request, response) => answer(response))
    expect(await asker({ timeoutMs: 60 })({ url: store.url })).toEqual(none('the store does not answer in time'))
  })

  it('that drips is given up at the same time as one that is silent', async () => {
    const store = await startStore((_request, response) => {
      response.writeHead(200, json)
      const drip = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(drip))
    })
    expect(await asker({ timeoutMs: 100 })({ url: store.url })).toEqual(none('the store does not answer in time'))
  })

  it('is said to have closed the connection, before its answer or amid it', async () => {
    const store = await startStore((request, response) => {
      if (request.url === '/amid') response.writeHead(200, { ...json, 'content-length': '100' }).write('{"a"')
      setTimeout(() => request.socket.destroy(), 10)
    })
    const why = none('the store closed the connection before its answer was complete')
    expect(await asker()({ url: `${store.url}/before` })).toEqual(why)
    expect(await asker()({ url: `${store.url}/amid` })).toEqual(why)
  })

  it('that speaks another language is said to', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
    })
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    expect(await asker()({ url: `http://127.0.0.1:${port}` })).toEqual(none('the store does not speak HTTP'))
  })

  it('that sends garbage for gzip is said to', async () => {
    const store = await startStore((_request, response) => {
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('not gzip')
    })
    expect(await asker()({ url: store.url })).toEqual(none('the answer of the store cannot be decompressed'))
  })

  it('that is not there is said to be', async () => {
    expect(await asker()({ url: 'http://127.0.0.1:1' })).toEqual(none('the store refuses connections'))
    expect(await asker(resolvesTo([]))({ url: 'http://nowhere.test' })).toEqual(
      none('the name of the store does not resolve'),
    )
  })
})

describe('a question that is given up', () => {
  it('comes back at once, and its connection is closed', async () => {
    const asking = new AbortController()
    let onClosed: () => void = () => undefined
    const closed = new Promise<void>((resolve) => {
      onClosed = resolve
    })
    const store = await startStore((request) => {
      request.socket.on('close', onClosed)
      asking.abort()
    })
    expect(await asker()({ url: store.url }, { signal: asking.signal })).toEqual(none('the question was given up'))
    await closed
  })

  it('is not even asked when it was given up before', async () => {
    const store = await startStore((_request, response) => response.end())
    expect(await asker()({ url: store.url }, { signal: AbortSignal.abort() })).toEqual(
      none('the question was given up'),
    )
    expect(store.connections()).toBe(0)
  })

  it('leaves nothing behind on a signal that lives on', async () => {
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    const added = vi.spyOn(signal, 'addEventListener')
    const store = await startStore((_request, response) => response.end())
    await asker()({ url: store.url }, { signal })
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length)
  })
})

describe('connections', () => {
  const ok = { 'content-type': 'application/json' }

  it('are used again', async () => {
    const store = await startStore((_request, response) => response.writeHead(200, ok).end('{}'))
    const ask = asker()
    for (let round = 0; round < 5; round += 1) await ask({ url: store.url })
    expect(store.connections()).toBe(1)
  })

  it('are not shared by those who may reach more with those who may not', async () => {
    const store = await startStore((_request, response) => response.writeHead(200, ok).end('{}'))
    const ask = asker()
    await ask({ url: store.url }, { reach: 'everywhere' })
    await ask({ url: store.url }, { reach: 'notLinkLocal' })
    expect(store.connections()).toBe(2)
  })

  it('that the store closed while they were idle cost no answer', async () => {
    const closeWhenIdle: (() => void)[] = []
    const store = await startStore((request, response) => {
      const { socket } = request
      closeWhenIdle.push(() => socket.destroy())
      response.writeHead(200, ok).end('{}')
    })
    const ask = asker()
    await ask({ url: store.url })
    for (const close of closeWhenIdle) close()
    expect(await ask({ url: store.url })).toMatchObject({ kind: 'http', status: 200 })
  })

  it('that break off under a question are tried once more, not again and again', async () => {
    let requests = 0
    const store = await startStore((request, response) => {
      requests += 1
      if (requests === 1) response.writeHead(200, ok).end('{}')
      else request.socket.resetAndDestroy()
    })
    const ask = asker()
    await ask({ url: store.url })
    expect(await ask({ url: store.url })).toEqual(
      none('the store closed the connection before its answer was complete'),
    )
    expect(requests).toBe(3)
  })
})

describe('proxies of the environment', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('are ignored', async () => {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:1')
    vi.stubEnv('NO_PROXY', '')
    vi.stubEnv('no_proxy', '')
    const store = await startStore((_request, response) => response.writeHead(200, json).end('{}'))
    expect(await asker()({ url: store.url })).toMatchObject({ status: 200 })
  })
})

describe('addresses', () => {
  const refused = none(
    'the store has a link-local address, where clouds keep their credentials: only a ClusterAnalysis may ask it',
  )

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fe80::1]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[fd00:ec2::254]/',
  ])('of the link are refused: %s', async (url) => {
    expect(await asker()({ url })).toEqual(refused)
  })

  it('of the link may be asked by those who may ask everything', async () => {
    const ask = asker({ timeoutMs: 200 })
    const answer = await ask({ url: 'http://169.254.169.254' }, { reach: 'everywhere' })
    expect(answer).not.toEqual(refused)
  })

  it.each([[['169.254.169.254']], [['127.0.0.1', '169.254.169.254']], [['fe80::1']]])(
    'behind a name are refused as well: %j',
    async (addresses) => {
      expect(await asker(resolvesTo(addresses))({ url: 'http://metrics.test' })).toEqual(refused)
    },
  )

  it('are those that were looked at, though the name changes in the meantime', async () => {
    const store = await startStore((_request, response) => {
      response.writeHead(200, { ...json, connection: 'close' }).end('{}')
    })
    const names = resolvesTo(['127.0.0.1'], ['169.254.169.254'])
    const ask = asker(names)
    const url = store.url.replace('127.0.0.1', 'rebinding.test')
    expect(await ask({ url })).toMatchObject({ status: 200 })
    expect(names.asked).toBe(1)
    expect(await ask({ url })).toEqual(refused)
  })
})

describe('TLS', () => {
  const authority = createAuthority('authority of the test')
  const server = createServerCertificate(authority, ['127.0.0.1'])
  const client = createServerCertificate(authority, ['client.test'])
  const startPeerStore = () =>
    startTlsStore({ ...server, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      const peer = (request.socket as TLSSocket).getPeerCertificate()
      response.writeHead(200, json).end(JSON.stringify(peer.subject?.CN ?? 'nobody'))
    })

  it('takes a store at its ca.crt, and shows it our certificate', async () => {
    const store = await startPeerStore()
    const tls = { type: 'tls', ...client, ca: authority.cert } as const
    expect(await asker()({ url: store.url }, { credentials: tls })).toMatchObject({ body: '"client.test"' })
  })

  it('keeps connections of one identity apart from those of another', async () => {
    const store = await startPeerStore()
    const ask = asker()
    const bodies = []
    const credentials = [{ type: 'tls', ...client }, { type: 'none' }, { type: 'tls', ...client }] as const
    for (const one of credentials) {
      bodies.push(await ask({ url: store.url }, { credentials: { ...one, ca: authority.cert } }))
    }
    expect(bodies).toMatchObject([{ body: '"client.test"' }, { body: '"nobody"' }, { body: '"client.test"' }])
    expect(store.connections()).toBe(2)
  })

  it('does not believe a store that nobody vouches for', async () => {
    const store = await startPeerStore()
    expect(await asker()({ url: store.url })).toEqual(none('the certificate of the store is not trusted'))
  })

  it('does not believe a store whose certificate is for another', async () => {
    const other = createServerCertificate(authority, ['10.9.8.7'])
    const store = await startTlsStore(other, (_request, response) => response.end())
    const credentials = { type: 'none', ca: authority.cert } as const
    expect(await asker()({ url: store.url }, { credentials })).toEqual(
      none('the certificate of the store is for another name'),
    )
  })

  it('says that a Secret holds no certificate', async () => {
    const store = await startPeerStore()
    const credentials = { type: 'tls', cert: 'nonsense', key: 'nonsense' } as const
    expect(await asker()({ url: store.url }, { credentials })).toEqual(
      none('the certificate, key or ca.crt in the Secret cannot be read'),
    )
  })

  it('says that plain HTTP is spoken where TLS is expected', async () => {
    const store = await startStore((_request, response) => response.end())
    expect(await asker()({ url: store.url.replace('http:', 'https:') })).toEqual(
      none('the TLS handshake with the store failed'),
    )
  })
})

describe('a header', () => {
  it('cannot bring another one in', async () => {
    const store = await startStore((request, response) => {
      response.writeHead(200, json).end(JSON.stringify(request.headers['x-evil'] ?? 'none'))
    })
    const headers = [{ name: 'X-Scope-OrgID', value: 'a\r\nX-Evil: 1' }]
    expect(await asker()({ url: store.url, headers })).toMatchObject({ body: '"none"' })
  })
})
