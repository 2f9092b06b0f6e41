import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAnalysis } from '../../api/parse-analysis.ts'
import { goodAnalysis } from './bed.ts'

const threshold = { query: 'up', pass: 'value >= 1' }
const sides = { canary: 'a', stable: 'b' }
const metric = (more: object = {}) => ({ name: 'm', prometheus: {}, threshold, ...more })
const compared = (more: object = {}) =>
  metric({ threshold: undefined, compare: { ...sides, better: 'lower', ...more } })
const evident = (more: object = {}) =>
  metric({ threshold: undefined, evidence: { requests: sides, errors: sides, ...more } })
const asked = (more: object) => metric({ prometheus: more })
const specOf = (...metrics: unknown[]) => ({ spec: { metrics } })

function problemsOf(raw: unknown): readonly string[] {
  const parsed = parseAnalysis(raw)
  return parsed.kind === 'problems' ? parsed.problems.map(({ path, message }) => `${path} ${message}`) : []
}

describe('an Analysis as users write it', () => {
  it('is read with its defaults', () => {
    const metrics = [metric({ name: 'a' }), { ...compared(), name: 'b' }, { ...evident(), name: 'c' }]
    const common = { intervalMs: 10_000, warmUpMs: 0, patienceMs: 300_000, source: { kind: 'prometheus', headers: [] } }
    expect(parseAnalysis({ apiVersion: 'sluice.dev/v1alpha1', kind: 'Analysis', ...specOf(...metrics) })).toEqual({
      kind: 'ok',
      spec: {
        args: [],
        metrics: [
          {
            name: 'a',
            ...common,
            condition: {
              kind: 'threshold',
              query: 'up',
              pass: 'value >= 1',
              over: 'all',
              noData: 'inconclusive',
              count: 5,
              failureLimit: 0,
            },
          },
          {
            name: 'b',
            ...common,
            condition: {
              kind: 'compare',
              canary: 'a',
              stable: 'b',
              better: 'lower',
              count: 5,
              failureLimit: 0,
              margin: { absolute: 0, relativePercent: 10 },
            },
          },
          {
            name: 'c',
            ...common,
            condition: {
              kind: 'evidence',
              requests: sides,
              bad: { counts: 'errors', queries: sides },
              ratio: 1.1,
              marginPoints: 1,
              passEarly: false,
            },
          },
        ],
      },
    })
  })

  it('may name every field', () => {
    const parsed = parseAnalysis({ kind: 'ClusterAnalysis', metadata: { name: 'shop' }, spec: goodAnalysis })
    expect(parsed).toMatchObject({
      kind: 'ok',
      spec: {
        args: [{ name: 'job' }, { name: 'limit', value: '0.99' }],
        metrics: [
          {
            intervalMs: 30_000,
            warmUpMs: 0,
            patienceMs: 60_000,
            source: { auth: { type: 'basic', secret: 'prometheus' }, range: { lastMs: 300_000, stepMs: 30_000 } },
            condition: { fail: 'value < 0.1', over: 'any', noData: 'fail', consecutiveErrorLimit: 0 },
          },
          {
            source: { kind: 'web', method: 'POST', body: '{"job": "{{ args.job }}"}' },
            condition: {
              margin: { absolute: 0.5, relativePercent: 7.5 },
              minimumSample: { canary: '$.n.canary', stable: '$.n.stable', count: 100 },
            },
          },
          { condition: { bad: { counts: 'good' }, ratio: 1.2, marginPoints: 0.5, passEarly: true } },
          { source: { kind: 'kubernetes' } },
        ],
      },
    })
  })

  it('has no margin but the one that is given', () => {
    const margin = (given: object) => {
      const parsed = parseAnalysis(specOf(compared({ margin: given })))
      return parsed.kind === 'ok' ? parsed.spec.metrics[0]?.condition : parsed
    }
    expect(margin({ absolute: 2 })).toMatchObject({ margin: { absolute: 2, relativePercent: 0 } })
    expect(margin({ relative: '5%' })).toMatchObject({ margin: { absolute: 0, relativePercent: 5 } })
  })

  it.each<[string, unknown, string]>([
    ['nothing', {}, 'spec is required'],
    ['no object', 5, 'spec must be an object'],
    ['no metric', specOf(), 'spec.metrics must have at least 1 item'],
    ['one metric twice', specOf(metric(), metric()), 'spec.metrics names the metric m twice'],
    ['a typing error', specOf(metric({ intervall: '1s' })), 'spec.metrics[0].intervall is not a field'],
    ['no source', specOf(metric({ prometheus: undefined })), 'spec.metrics[0] must be exactly one of prometheus'],
    ['two sources', specOf(metric({ web: { url: 'http://a' } })), 'spec.metrics[0] must be exactly one of prometheus'],
    ['no condition', specOf(metric({ threshold: undefined })), 'metrics[0] must be exactly one of threshold'],
    ['two conditions', specOf({ ...compared(), threshold }), 'metrics[0] must be exactly one of threshold'],
    ['an interval too short', specOf(metric({ interval: '500ms' })), 'metrics[0].interval must be at least 1s'],
    ['a patience without a unit', specOf(metric({ patience: 5 })), 'metrics[0].patience must be a duration'],
    ['no query', specOf(metric({ threshold: { pass: 'value > 1' } })), 'threshold.query is required'],
    ['an empty query', specOf(metric({ threshold: { ...threshold, query: '' } })), 'threshold.query must be text'],
    ['no pass', specOf(metric({ threshold: { query: 'up' } })), 'threshold.pass is required'],
    ['a count of 0', specOf(metric({ threshold: { ...threshold, count: 0 } })), 'threshold.count must be a whole'],
    ['no better side', specOf(compared({ better: undefined })), 'compare.better is required'],
    ['a margin of nothing', specOf(compared({ margin: {} })), 'compare.margin must have absolute, relative or both'],
    ['a margin below 0', specOf(compared({ margin: { absolute: -1 } })), 'margin.absolute must be a number from 0'],
    ['a margin that is no share', specOf(compared({ margin: { relative: 0.1 } })), 'margin.relative must be a share'],
    ['half a minimum', specOf(compared({ minimumSample: { count: 5 } })), 'minimumSample.canary is required'],
    ['one side', specOf(evident({ requests: { canary: 'a' } })), 'evidence.requests.stable is required'],
    ['neither errors nor good ones', specOf(evident({ errors: undefined })), 'must be exactly one of errors, good'],
    ['a ratio below 1', specOf(evident({ ratio: 0.9 })), 'evidence.ratio must be a number from 1'],
    ['an address that is none', specOf(asked({ address: 'prometheus:9090' })), 'prometheus.address must be an address'],
    ['credentials in it', specOf(asked({ address: 'http://a:b@c' })), 'prometheus.address must be an address'],
    ['a header of two lines', specOf(asked({ headers: [{ name: 'X', value: 'a\r\nb' }] })), 'headers[0].value must be'],
    [
      'a header twice',
      specOf(
        asked({
          headers: [
            { name: 'X', value: '' },
            { name: 'x', value: '' },
          ],
        }),
      ),
      'names the header x twice',
    ],
    [
      'the header Host',
      specOf(asked({ headers: [{ name: 'Host', value: 'x' }] })),
      'spec.metrics[0].prometheus.headers[0].name is Host, which cannot be set',
    ],
    [
      'a header that frames the message',
      specOf(
        metric({ prometheus: undefined, web: { url: 'http://a', headers: [{ name: 'content-LENGTH', value: '1' }] } }),
      ),
      'spec.metrics[0].web.headers[0].name is content-LENGTH, which cannot be set',
    ],
    ...['Authorization', 'Proxy-Authorization', 'Cookie'].map((name): [string, unknown, string] => [
      `credentials in ${name}`,
      specOf(asked({ headers: [{ name, value: 'x' }] })),
      `headers[0].name is ${name}, which cannot be set: credentials belong in a Secret`,
    ]),
    [
      'evidence over a range',
      specOf({ ...evident(), prometheus: { range: { last: '5m', step: '30s' } } }),
      'spec.metrics[0].prometheus.range is not for evidence',
    ],
    ['an auth of no kind', specOf(asked({ auth: { secret: 'a' } })), 'prometheus.auth.type is required'],
    ['a range too fine', specOf(asked({ range: { last: '1h', step: '1s' } })), 'range asks for more than 1000 points'],
    ['a range of no step', specOf(asked({ range: { last: '1m', step: '2m' } })), 'range.step must not be longer'],
    [
      'a body that is not sent',
      specOf(metric({ prometheus: undefined, web: { url: 'http://a', body: 'x' } })),
      'web.body is sent with method POST only',
    ],
    [
      'a fact with an address',
      specOf(metric({ prometheus: undefined, kubernetes: { url: 'x' } })),
      'kubernetes.url is not a field',
    ],
    ['a parameter twice', { spec: { args: [{ name: 'a' }, { name: 'a' }] } }, 'spec.args names the parameter a twice'],
    ['a number for a text', { spec: { args: [{ name: 'a', value: 5 }] } }, 'spec.args[0].value must be text'],
    ['the name of a built-in', { metadata: { name: 'kubernetes' }, ...specOf(metric()) }, 'metadata.name is the name'],
    ['another kind of object', { kind: 'AnalysisTemplate', ...specOf(metric()) }, 'kind must be one of Analysis'],
  ])('is refused with %s, by the name of the field', (_, raw, said) => {
    expect(problemsOf(raw).join('\n')).toContain(said)
  })

  it('has every problem told at once', () => {
    expect(problemsOf(specOf(metric({ interval: '0s', threshold: {} }), compared({ better: 'x' })))).toHaveLength(4)
  })
})

/** A good document with any JSON in the place of one of its parts. */
const anyAnalysis = fc
  .tuple(fc.nat(), fc.jsonValue())
  .map(([place, value]) => replaced({ spec: goodAnalysis }, { left: place % 150 }, value))

function replaced(document: unknown, count: { left: number }, value: unknown): unknown {
  count.left -= 1
  if (count.left === 0) return value
  if (Array.isArray(document)) return document.map((item: unknown) => replaced(item, count, value))
  if (typeof document !== 'object' || document === null) return document
  return Object.fromEntries(Object.entries(document).map(([key, field]) => [key, replaced(field, count, value)]))
}

describe('whatever JSON comes', () => {
  it('an Analysis is read or its problems are told, never thrown', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: anyAnalysis }, { weight: 1, arbitrary: fc.jsonValue() }), (raw) => {
        const parsed = parseAnalysis(raw)
        expect(parsed.kind === 'ok' || parsed.problems.length > 0).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})
