import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient, type KubeClient, type RequestInfo } from '../../kube/client.ts'
import { withToken } from '../../kube/connection.ts'
import { KubeError, retryOf } from '../../kube/errors.ts'
import {
  answerJson,
  answerStatus,
  CONFIG_MAPS,
  type MisbehavingServer,
  type Misbehaviour,
  reset,
  sayThenEnd,
  silence,
  startMisbehavingServer,
} from './misbehaving-server.ts'

let server: MisbehavingServer
let client: KubeClient
let told: RequestInfo[]
let warnings: string[]
const web = { namespace: 'shop', name: 'web' }
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: web }

beforeEach(async () => {
  server = await startMisbehavingServer()
  told = []
  warnings = []
  client = createClient(server.connection, {
    timeoutMs: 300,
    onRequest: (info) => told.push(info),
    onWarning: (warning) => warnings.push(warning),
  })
})
afterEach(async () => {
  await client.close()
  await server.close()
})

function answering(misbehave: Misbehaviour) {
  server.intercept((_request, response) => {
    misbehave(response)
    return true
  })
}

async function failure(promise: Promise<unknown>): Promise<KubeError> {
  const error = await promise.catch((caught: unknown) => caught)
  if (error instanceof KubeError) return error
  throw new Error(`no KubeError but ${String(error)}`)
}

/** Answers everything with `object` and keeps what was asked. */
function recording() {
  const calls: { method?: string; url?: string; type?: string; body: unknown }[] = []
  const keep = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request)
    const { method, url, headers } = request
    calls.push({
      ...(method === undefined ? {} : { method }),
      ...(url === undefined ? {} : { url }),
      ...(headers['content-type'] === undefined ? {} : { type: headers['content-type'] }),
      body: body === '' ? undefined : JSON.parse(body),
    })
    answerJson(response, 200, object)
  }
  server.intercept((request, response) => {
    keep(request, response).catch(() => response.destroy())
    return true
  })
  return calls
}

describe('a refusal', () => {
  it.each([
    [400, 'BadRequest', 'invalid'],
    [401, 'Unauthorized', 'denied'],
    [403, 'Forbidden', 'denied'],
    [404, 'NotFound', 'not-found'],
    [409, 'AlreadyExists', 'exists'],
    [409, 'Conflict', 'conflict'],
    [410, 'Expired', 'gone'],
    [422, 'Invalid', 'invalid'],
    [429, 'TooManyRequests', 'unavailable'],
    [500, 'InternalError', 'unavailable'],
    [503, 'ServiceUnavailable', 'unavailable'],
  ])('%i %s is %s', async (status, reason, fault) => {
    answering(answerStatus(status, reason))
    const error = await failure(client.create(CONFIG_MAPS, object))
    expect(error).toMatchObject({ fault, status, reason, message: `cannot create ConfigMap shop/web: ${reason} it is` })
  })

  it('names the fields, and how long to wait', async () => {
    const causes = [{ field: 'spec.steps', message: 'must not be empty', reason: 'FieldValueRequired' }]
    const status = { kind: 'Status', message: 'no', reason: 'Invalid', details: { causes, retryAfterSeconds: 3 } }
    answering((response) => answerJson(response, 422, status))
    const error = await failure(client.get(CONFIG_MAPS, web))
    expect(error.causes).toEqual([{ field: 'spec.steps', message: 'must not be empty' }])
    expect(error.retryAfterMs).toBe(3_000)
  })

  it("shows nothing of a proxy's page", async () => {
    answering((response) => response.writeHead(502).end('<html>secret</html>'))
    expect((await failure(client.get(CONFIG_MAPS, web))).message).toBe('cannot get ConfigMap shop/web: HTTP 502')
  })

  it('is tried again by what it says', () => {
    expect(retryOf(new KubeError('conflict', ''))).toBe('now')
    expect(retryOf(new KubeError('denied', ''))).toBe('never')
    expect(retryOf(new KubeError('unavailable', ''))).toBe('backoff')
    expect(retryOf(new Error('bug'))).toBe('backoff')
  })
})

describe('a server that does not answer well', () => {
  it.each<[string, Misbehaviour]>([
    ['resets', reset],
    ['is silent', silence],
    ['sends garbage', sayThenEnd('<html>')],
    ['sends another shape', sayThenEnd('[]')],
    ['stops in the middle of the body', (response) => response.writeHead(200).write('{"apiVersion":')],
  ])('is unavailable when it %s', async (_name, fault) => {
    answering(fault)
    expect((await failure(client.get(CONFIG_MAPS, web))).fault).toBe('unavailable')
  })

  it('is unavailable when nobody listens', async () => {
    await server.close()
    expect((await failure(client.get(CONFIG_MAPS, web))).message).toMatch(
      /^cannot get ConfigMap shop\/web: .*ECONNREFUSED/,
    )
  })

  it("leaves the caller's abort as it is", async () => {
    answering(silence)
    const stop = new AbortController()
    const got = client.get(CONFIG_MAPS, web, stop.signal)
    const reason = new Error('shutting down')
    stop.abort(reason)
    await expect(got).rejects.toBe(reason)
  })
})

describe('a server that asks to come back later', () => {
  const busy = (status: number) => answerStatus(status, 'Busy', { 'retry-after': '0' })
  const patient = (repeats: number) => createClient(server.connection, { timeoutMs: 2_000, repeats })
  function busyFor(times: number, status: number) {
    const asked: string[] = []
    server.intercept((request, response) => {
      asked.push(request.method ?? '')
      if (asked.length <= times) busy(status)(response)
      else answerJson(response, 200, object)
      return true
    })
    return asked
  }

  it.each<[string, number, (kube: KubeClient) => Promise<unknown>]>([
    ['read', 429, (kube) => kube.get(CONFIG_MAPS, web)],
    ['read', 503, (kube) => kube.get(CONFIG_MAPS, web)],
    ['write', 429, (kube) => kube.create(CONFIG_MAPS, object)],
  ])('gets a %s again that it answered with %i', async (_what, status, call) => {
    const asked = busyFor(3, status)
    const kube = patient(3)
    await expect(call(kube)).resolves.toEqual(object)
    expect(asked).toHaveLength(4)
    await kube.close()
  })

  it('gets a watch again', async () => {
    server.put('web')
    server.failWatches(busy(429))
    const kube = patient(1)
    const stop = new AbortController()
    for await (const event of kube.watch(CONFIG_MAPS, { namespace: 'shop', resourceVersion: '1' }, stop.signal)) {
      expect(event.object.metadata.name).toBe('web')
      break
    }
    await kube.close()
  })

  it.each<[string, number, number, (kube: KubeClient) => Promise<unknown>]>([
    ['when it asks once more than it is repeated', 3, 429, (kube) => kube.get(CONFIG_MAPS, web)],
    ['when it may have begun a write', 1, 503, (kube) => kube.create(CONFIG_MAPS, object)],
  ])('is unavailable %s', async (_what, times, status, call) => {
    const asked = busyFor(times, status)
    const kube = patient(2)
    expect(await failure(call(kube))).toMatchObject({ fault: 'unavailable', status })
    expect(asked).toHaveLength(times)
    await kube.close()
  })

  it('is read again when it broke the connection', async () => {
    const asked: unknown[] = []
    server.intercept((request, response) => {
      asked.push(request.method)
      if (asked.length === 1) reset(response)
      else answerJson(response, 200, object)
      return true
    })
    const kube = patient(1)
    await expect(kube.get(CONFIG_MAPS, web)).resolves.toEqual(object)
    await kube.close()
  })

  it('is asked once by a client that has its own way to come back', async () => {
    const asked = busyFor(1, 429)
    expect(await failure(client.get(CONFIG_MAPS, web))).toMatchObject({ retryAfterMs: 0 })
    expect(asked).toHaveLength(1)
  })

  it("leaves the caller's abort as it is while it is waited for", async () => {
    const stop = new AbortController()
    const reason = new Error('Ctrl-C')
    answering(answerStatus(429, 'Busy', { 'retry-after': '60', warning: '299 - "the refusal is read"' }))
    const onWarning = () => void setImmediate(() => stop.abort(reason))
    const kube = createClient(server.connection, { timeoutMs: 2_000, repeats: 1, onWarning })
    await expect(kube.get(CONFIG_MAPS, web, stop.signal)).rejects.toBe(reason)
    await kube.close()
  })

  it('says its refusal, not a timeout, when the deadline passes first', async () => {
    answering(answerStatus(429, 'Busy', { 'retry-after': '60' }))
    const kube = createClient(server.connection, { timeoutMs: 100, repeats: 5 })
    expect(await failure(kube.get(CONFIG_MAPS, web))).toMatchObject({ status: 429, retryAfterMs: 60_000 })
    await kube.close()
  })
})

describe('a write', () => {
  it('says what it wants in the way of the API', async () => {
    const calls = recording()
    await client.create(CONFIG_MAPS, object, { dryRun: true, fieldManager: 'sluice' })
    await client.replace(CONFIG_MAPS, object, { subresource: 'status' })
    await client.patch(CONFIG_MAPS, web, { type: 'merge', body: { data: null } })
    await client.patch(CONFIG_MAPS, web, { type: 'json', body: [{ op: 'remove', path: '/data' }] })
    await client.patch(CONFIG_MAPS, web, { type: 'apply', body: object, fieldManager: 'sluice', force: true })
    await client.delete(CONFIG_MAPS, web, { uid: 'u', resourceVersion: '7', propagationPolicy: 'Orphan' })
    const root = '/api/v1/namespaces/shop/configmaps'
    expect(calls.map(({ method, url, type }) => `${method} ${url} ${type}`)).toEqual([
      `POST ${root}?dryRun=All&fieldManager=sluice application/json`,
      `PUT ${root}/web/status application/json`,
      `PATCH ${root}/web application/merge-patch+json`,
      `PATCH ${root}/web application/json-patch+json`,
      `PATCH ${root}/web?fieldManager=sluice&force=true application/apply-patch+yaml`,
      `DELETE ${root}/web application/json`,
    ])
    expect(calls.at(-1)?.body).toMatchObject({
      preconditions: { uid: 'u', resourceVersion: '7' },
      propagationPolicy: 'Orphan',
    })
  })

  it('is told to the metrics, with warnings passed on', async () => {
    answering((response) => {
      response.setHeader('warning', ['299 - "the update is \\"held\\""', '299 - "second"'])
      answerJson(response, 200, object)
    })
    await client.patch(CONFIG_MAPS, web, { type: 'merge', body: {} }, { subresource: 'status' })
    expect(told).toMatchObject([{ verb: 'patch', kind: 'ConfigMap', ...web, subresource: 'status', status: 200 }])
    expect(warnings).toEqual(['the update is "held"', 'second'])
  })
})

describe('connections', () => {
  it('are kept, not made per call', async () => {
    const sockets = new Set<unknown>()
    server.intercept((request, response) => {
      sockets.add(request.socket)
      answerJson(response, 200, object)
      return true
    })
    for (let call = 0; call < 50; call += 1) await client.get(CONFIG_MAPS, web)
    expect(sockets.size).toBeLessThanOrEqual(3)
  })

  it('carry a token instead of a certificate when asked to act as somebody else', async () => {
    let authorization: string | undefined
    server.intercept((request, response) => {
      authorization = request.headers.authorization
      answerJson(response, 200, object)
      return true
    })
    const connection = { ...server.connection, tls: { cert: 'c', key: 'k', ca: 'a' } }
    const acting = withToken(connection, async () => 'abc')
    expect(acting.tls).toEqual({ ca: 'a' })
    const other = createClient(acting)
    await other.get(CONFIG_MAPS, web)
    await other.close()
    expect(authorization).toBe('Bearer abc')
  })
})

describe('a watch', () => {
  const watched = async () => {
    const seen: string[] = []
    for await (const event of client.watch(CONFIG_MAPS, {}, new AbortController().signal)) seen.push(event.type)
    return seen
  }
  const event = (type: string, more: object = {}) => `${JSON.stringify({ type, object: { ...object, ...more } })}\n`

  it('puts together characters and lines that chunks cut in two', async () => {
    const bytes = Buffer.from(event('ADDED', { note: 'é€😀' }) + event('BOOKMARK'))
    answering((response) => {
      for (const byte of bytes) response.write(Buffer.from([byte]))
      response.end()
    })
    expect(await watched()).toEqual(['ADDED', 'BOOKMARK'])
  })

  it('throws what an ERROR event says', async () => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }
    answering(sayThenEnd(`${JSON.stringify({ type: 'ERROR', object: status })}\n`))
    expect(await failure(watched())).toMatchObject({ fault: 'gone', message: 'cannot watch ConfigMap: too old' })
  })

  it.each([
    ['half a line', event('ADDED').slice(0, 20)],
    ['garbage', '<html>\n'],
  ])('throws on %s', async (_name, said) => {
    answering(sayThenEnd(said))
    expect(await failure(watched())).toMatchObject({ fault: 'unavailable', reason: 'Garbage' })
  })
})
