import { describe, expect, it } from 'vitest'
import { web } from '../../../analysis/providers/web.ts'
import type { WebSource } from '../../../api/analysis.ts'
import { describeMetricProvider, jsonAnswer } from '../../contracts/metric-provider.ts'

const source: WebSource = { kind: 'web', url: 'https://metrics.test/api', method: 'GET', headers: [] }

describeMetricProvider('web', {
  provider: web,
  source,
  question: '$.value',
  wellFormed: [
    { answer: jsonAnswer({ value: 0.5 }), values: [{ series: "$['value']", value: 0.5 }] },
    { answer: jsonAnswer({ value: '12' }), values: [{ series: "$['value']", value: 12 }] },
    { answer: jsonAnswer({ value: false }), values: [{ series: "$['value']", value: 0 }] },
    { answer: jsonAnswer({ value: true }), values: [{ series: "$['value']", value: 1 }] },
    {
      answer: jsonAnswer({ value: [3, '4'] }),
      values: [
        { series: "$['value'][0]", value: 3 },
        { series: "$['value'][1]", value: 4 },
      ],
    },
  ],
  malformed: [
    jsonAnswer({ value: 'fine' }),
    jsonAnswer({ value: '' }),
    jsonAnswer({ value: { deep: 1 } }),
    jsonAnswer({ value: [1, [2]] }),
    jsonAnswer({ value: [1, null] }),
    jsonAnswer({ value: [1, 'fine'] }),
    jsonAnswer({ value: Array.from({ length: 201 }, () => 1) }),
  ],
  nothing: [jsonAnswer({}), jsonAnswer(null), jsonAnswer(0), jsonAnswer({ value: null }), jsonAnswer({ value: [] })],
})

describe('a path into JSON', () => {
  const json = jsonAnswer({
    items: [
      { name: 'a.b', n: 1 },
      { name: 'c', n: 2 },
    ],
    'a.b': { 'c d': 3 },
    zero: 0,
  })
  const at = (path: string) => web.read(source, path, json)

  it.each([
    ['$.items[0].n', [1]],
    ['$.items[-1:].n', [2]],
    ['$.items[*].n', [1, 2]],
    ['$..n', [1, 2]],
    ["$['a.b']['c d']", [3]],
    ['$["a.b"]["c d"]', [3]],
    ['$.zero', [0]],
    ['$.items.length', [2]],
  ])('%s leads to %j', (path, values) => {
    expect(web.check(source, path)).toBeUndefined()
    expect(at(path)).toMatchObject({ kind: 'values', values: values.map((value) => ({ value })) })
  })

  it('leads to the whole answer, though that is 0 or false', () => {
    expect(web.read(source, '$', jsonAnswer(0))).toMatchObject({ values: [{ value: 0 }] })
    expect(web.read(source, '$', jsonAnswer(false))).toMatchObject({ values: [{ value: 0 }] })
  })

  it.each([
    'items',
    '$.items[?(@.n > 1)].n',
    "$.items[(@.constructor.constructor('return process')())]",
    '$[0,0][0,0][0,0]',
    '$..a..b',
    '$.a^',
    '$.a~',
    '$.`a',
    "$['a,b']",
    '$.a[',
    `$${'.a'.repeat(200)}`,
  ])('is refused where it could run code or run for ever: %s', (path) => {
    expect(web.check(source, path)).toMatch(/^is /)
    expect(at(path)).toEqual({ kind: 'away', why: 'the path cannot be followed' })
  })

  it('reaches nothing but what was sent', () => {
    for (const path of ['$.constructor', '$.__proto__', '$.items.push', '$.toString.length']) {
      expect(at(path)).toEqual({ kind: 'empty', what: 'nothing at the path' })
    }
  })

  it.each([
    ['wide', `[${'[],'.repeat(300_000)}1]`],
    ['deep', `${'['.repeat(400_000)}${']'.repeat(400_000)}`],
  ])('gives up at once on an answer that is far too %s', (_, body) => {
    const reading = web.read(source, '$..n', { kind: 'http', status: 200, contentType: 'application/json', body })
    expect(reading).toEqual({
      kind: 'away',
      why: 'the store answers with JSON of more than 10000 parts, or deeper than 32',
    })
  })
})

describe('a question to a web server', () => {
  it('is sent as it is written', () => {
    const headers = [{ name: 'X-Key', value: '1' }]
    const given = { address: 'http://default', headers: [{ name: 'X-Scope-OrgID', value: 'all' }] }
    expect(web.ask({ ...source, method: 'POST', headers, body: '{"q":1}' }, '$', 0, given)).toEqual({
      kind: 'http',
      toDefault: false,
      asController: false,
      request: {
        method: 'POST',
        url: 'https://metrics.test/api',
        headers: [...headers, { name: 'Content-Type', value: 'application/json' }],
        body: '{"q":1}',
      },
    })
  })

  it('keeps the content type that is written', () => {
    const headers = [{ name: 'content-type', value: 'text/x-query' }]
    expect(web.ask({ ...source, headers, body: 'q' }, '$', 0, undefined)).toMatchObject({ request: { headers } })
  })

  it('cannot be asked of what is no web address', () => {
    expect(web.ask({ ...source, url: 'ftp://x' }, '$', 0, undefined)).toEqual({
      kind: 'impossible',
      why: 'the url is neither http:// nor https://',
    })
  })
})
