import { describe, expect, it } from 'vitest'
import type { Ask } from '../../../analysis/provider.ts'
import { prometheus } from '../../../analysis/providers/prometheus.ts'
import { providerFor } from '../../../analysis/registry.ts'
import type { DefaultPrometheus, PrometheusSource } from '../../../api/analysis.ts'
import { describeMetricProvider, jsonAnswer } from '../../contracts/metric-provider.ts'

const source: PrometheusSource = { kind: 'prometheus', headers: [] }
const at = 1_767_225_600
const atMs = at * 1000 + 250
const data = (resultType: string, result: unknown, more: object = {}) =>
  jsonAnswer({ status: 'success', data: { resultType, result }, ...more })
const vector = (...series: readonly (readonly [object, unknown])[]) =>
  data(
    'vector',
    series.map(([metric, value]) => ({ metric, value: [at, value] })),
  )
const read = (answer: ReturnType<typeof jsonAnswer>) => prometheus.read(source, 'up', answer)
const readOpenly = (answer: ReturnType<typeof jsonAnswer>) => read({ ...answer, quotable: true })

describeMetricProvider('Prometheus', {
  provider: prometheus,
  source,
  question: 'sum(rate(http_requests_total[1m]))',
  wellFormed: [
    { answer: data('scalar', [at, '0.25']), values: [{ series: 'scalar', value: 0.25 }] },
    { answer: vector([{}, '1e-05']), values: [{ series: '{}', value: 1e-5 }] },
    {
      answer: vector([{ pod: 'b', code: '500' }, '+Inf'], [{ code: '200', pod: 'a' }, 'NaN'], [{ x: '"' }, '-Inf']),
      values: [
        { series: '{code="200",pod="a"}', value: Number.NaN },
        { series: '{code="500",pod="b"}', value: Number.POSITIVE_INFINITY },
        { series: '{x="\\""}', value: Number.NEGATIVE_INFINITY },
      ],
    },
    {
      answer: data('matrix', [
        {
          metric: { pod: 'a' },
          values: [
            [at, '1'],
            [at + 30, '2'],
          ],
        },
      ]),
      values: [
        { series: '{pod="a"} @ 1767225600', value: 1 },
        { series: '{pod="a"} @ 1767225630', value: 2 },
      ],
    },
    {
      answer: data('vector', [{ metric: {}, value: [at, '1'] }], { infos: ['PromQL info: might not be a counter'] }),
      values: [{ series: '{}', value: 1 }],
    },
    {
      answer: data('vector', [{ metric: {}, value: [at, '1'] }], { warnings: ['PromQL info: might not be a counter'] }),
      values: [{ series: '{}', value: 1 }],
    },
  ],
  malformed: [
    data('string', [at, '1']),
    data('scalar', ['now', '1']),
    data('scalar', [at, 1]),
    data('scalar', null),
    vector([{}, '']),
    vector([{}, '0x10']),
    vector([{}, '1'], [{ a: 'b' }, 'many']),
    vector([{ a: 'b' }, '1'], [{ a: 'b' }, '2']),
    vector([{ a: 1 }, '1']),
    data('vector', [{ metric: {}, histogram: [at, { count: '3' }] }]),
    data('vector', [null]),
    data('vector', {}),
    data('matrix', [{ metric: {}, values: '1' }]),
    data('tensor', []),
    jsonAnswer({ status: 'success' }),
    jsonAnswer({ status: 'success', data: null }),
    jsonAnswer([]),
    jsonAnswer(null),
    jsonAnswer({ data: { resultType: 'scalar', result: [at, '1'] } }),
    data('scalar', [at, '1'], { warnings: 'none' }),
  ],
  nothing: [vector(), data('matrix', []), data('matrix', [{ metric: {}, values: [] }])],
})

describe('a question to Prometheus', () => {
  const ask = (changes: Partial<PrometheusSource> = {}, given?: DefaultPrometheus): Ask =>
    prometheus.ask({ ...source, ...changes }, 'up{a="b&c"}', atMs, given)
  const byDefault: DefaultPrometheus = {
    address: 'http://default:9090',
    headers: [
      { name: 'X-Scope-OrgID', value: 'all' },
      { name: 'X-Zone', value: 'eu' },
    ],
    auth: { type: 'basic', secret: 'prometheus' },
  }
  const carried = (asked: Ask) => {
    if (asked.kind !== 'http') throw new Error(`it is ${asked.kind}`)
    const { request, asController } = asked
    const headers = request.headers
      .filter(({ name }) => name !== 'Content-Type')
      .map(({ name, value }) => [name, value])
    return { headers: Object.fromEntries(headers), auth: request.auth, asController }
  }
  const sent = (asked: Ask) => {
    if (asked.kind !== 'http') throw new Error(`it is ${asked.kind}`)
    const { url, body, method } = asked.request
    return { url, method, ...Object.fromEntries(new URLSearchParams(body)) }
  }

  it('names the time that it is about, to the millisecond', () => {
    expect(sent(ask({ address: 'http://prometheus:9090' }))).toEqual({
      url: 'http://prometheus:9090/api/v1/query',
      method: 'POST',
      query: 'up{a="b&c"}',
      time: '1767225600.250',
      timeout: '5s',
    })
  })

  it('about a range ends at that time', () => {
    expect(sent(ask({ address: 'http://p', range: { lastMs: 300_000, stepMs: 30_000 } }))).toMatchObject({
      url: 'http://p/api/v1/query_range',
      start: '1767225300.250',
      end: '1767225600.250',
      step: '30.000',
    })
  })

  it.each(['http://mimir/prometheus', 'http://mimir/prometheus/', 'http://mimir/prometheus/#top'])(
    'keeps the path of the address: %s',
    (address) => {
      expect(sent(ask({ address })).url).toBe('http://mimir/prometheus/api/v1/query')
    },
  )

  it('goes to the one that the controller was given where none is named, and says so', () => {
    expect(ask({}, byDefault)).toMatchObject({
      toDefault: true,
      request: { url: 'http://default:9090/api/v1/query' },
    })
    expect(ask({ address: byDefault.address }, byDefault)).toMatchObject({ toDefault: false })
  })

  it('carries there what the controller was given for it, as the controller', () => {
    expect(carried(ask({}, byDefault))).toEqual({
      headers: { 'X-Scope-OrgID': 'all', 'X-Zone': 'eu' },
      auth: byDefault.auth,
      asController: true,
    })
  })

  it('carries there the headers of the metric before those of the same name, in whatever case', () => {
    const headers = [{ name: 'x-scope-orgid', value: 'shop' }]
    expect(carried(ask({ headers }, byDefault)).headers).toEqual({ 'x-scope-orgid': 'shop', 'X-Zone': 'eu' })
  })

  it('carries there the credentials that the metric names, and those are not the controller’s', () => {
    const auth = { type: 'bearer', secret: 'own' } as const
    expect(carried(ask({ auth }, byDefault))).toMatchObject({ auth, asController: false })
  })

  it('carries nothing of it to an address of the metric’s own, though it is the same', () => {
    const bare = { headers: {}, auth: undefined, asController: false }
    expect(carried(ask({ address: byDefault.address }, byDefault))).toEqual(bare)
  })

  it('carries the tenant, and names the Secret', () => {
    const headers = [{ name: 'X-Scope-OrgID', value: 'team-a' }]
    const auth = { type: 'bearer', secret: 'mimir' } as const
    expect(ask({ address: 'http://p', headers, auth })).toMatchObject({
      request: { headers: expect.arrayContaining(headers), auth },
    })
  })

  it.each([
    [{}, 'there is no Prometheus to ask'],
    [{ address: 'prometheus:9090' }, 'neither http:// nor https://'],
    [{ address: 'not a url' }, 'is not a URL'],
    [{ address: 'file:///etc/passwd' }, 'neither http:// nor https://'],
    [{ address: 'http://ann:secret@p' }, 'belong in a Secret'],
    [{ address: 'http://p', headers: [{ name: 'Host', value: 'admin' }] }, 'header Host cannot be set'],
    [{ address: 'http://p', headers: [{ name: 'Authorization', value: 'Bearer x' }] }, 'belong in a Secret'],
    [{ address: 'http://p', headers: [{ name: 'A B', value: 'x' }] }, 'a name that HTTP does not allow'],
    [{ address: 'http://p', headers: [{ name: 'A', value: 'x\ny' }] }, 'a value that HTTP does not allow'],
  ])('cannot be asked with %j', (changes, why) => {
    expect(ask(changes)).toEqual({ kind: 'impossible', why: expect.stringContaining(why) })
  })
})

describe('an answer of Prometheus', () => {
  it('that refuses the query is said with the words of the store, on one short line', () => {
    const error = `invalid parameter "query": 1:5: parse error:\nunexpected ${'x'.repeat(300)}`
    const reading = readOpenly(jsonAnswer({ status: 'error', errorType: 'bad_data', error }, 400))
    expect(reading).toMatchObject({
      why: expect.stringMatching(/^the store refuses the query: invalid parameter .{170,}…$/),
    })
  })

  it.each([
    [422, 'execution', 'the store refuses the query: many-to-many'],
    [503, 'timeout', 'the store answers with HTTP 503 (timeout)'],
    [500, 'internal', 'the store answers with HTTP 500 (internal)'],
    [500, '<b>mine</b>', 'the store answers with HTTP 500'],
  ])('HTTP %i, %s: %s', (status, errorType, why) => {
    expect(readOpenly(jsonAnswer({ status: 'error', errorType, error: 'many-to-many' }, status))).toEqual({
      kind: 'away',
      why,
    })
  })

  it.each([
    [400, 'bad_data', 'the store refuses the query (bad_data)'],
    [422, 'execution', 'the store refuses the query (execution)'],
    [400, 'password=hunter2', 'the store refuses the query'],
    [200, 'bad_data', 'the store refuses the query (bad_data)'],
    [503, 'timeout', 'the store answers with HTTP 503 (timeout)'],
  ])('whose words may not be shown is said in ours: HTTP %i, %s: %s', (status, errorType, why) => {
    const answer = jsonAnswer({ status: 'error', errorType, error: 'password=hunter2' }, status)
    expect(read(answer)).toEqual({ kind: 'away', why })
  })

  it.each([
    [302, 'the store answers with HTTP 302: a redirect, which is not followed'],
    [401, 'the store answers with HTTP 401: it does not accept these credentials, or this tenant'],
    [429, 'the store answers with HTTP 429: it is asked too often'],
  ])('HTTP %i in HTML is said by its status', (status, why) => {
    expect(read({ kind: 'http', status, contentType: 'text/html', body: '<h1>' })).toEqual({ kind: 'away', why })
  })

  it('in HTML is said to be', () => {
    const answer = { kind: 'http', status: 200, contentType: 'text/html; charset=utf-8', body: '<h1>' } as const
    expect(read(answer)).toEqual({ kind: 'away', why: 'the store answers with text/html, not with JSON' })
  })

  it('of a part of the data is no data', () => {
    const warnings = ['No StoreAPIs matched 10.0.0.7:10901 for this query']
    expect(read(data('scalar', [at, '1'], { warnings }))).toEqual({
      kind: 'away',
      why: 'the store warns that its answer may be incomplete',
    })
    const wrong = ['PromQL warning: quantile value should be between 0 and 1, got 95']
    expect(readOpenly(data('scalar', [at, '1'], { warnings: wrong }))).toEqual({
      kind: 'away',
      why: 'the store warns: PromQL warning: quantile value should be between 0 and 1, got 95',
    })
    expect(read(data('scalar', [at, '1'], { warnings: wrong }))).toEqual({
      kind: 'away',
      why: 'the store warns of the query',
    })
  })

  it('may have 200 series; with more it says what to do', () => {
    const many = (count: number) =>
      vector(...Array.from({ length: count }, (_, index): [object, string] => [{ pod: `p-${index}` }, '1']))
    expect(read(many(200))).toMatchObject({ kind: 'values' })
    expect(read(many(201))).toEqual({ kind: 'away', why: 'the store answers with more than 200 series: sum them' })
  })
})

describe('the registry', () => {
  it.each(['prometheus', 'web', 'kubernetes'] as const)('knows %s', (kind) => {
    expect(providerFor(kind).kind).toBe(kind)
  })
})
