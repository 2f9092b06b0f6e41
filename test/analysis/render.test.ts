import { describe, expect, it } from 'vitest'
import { builtInAnalyses } from '../../analysis/built-in/index.ts'
import { renderAnalysis } from '../../analysis/render.ts'
import type { AnalysisUse, Metric } from '../../api/analysis.ts'
import { parseAnalysis } from '../../api/parse-analysis.ts'

const facts = {
  rollout: 'shop',
  namespace: 'prod',
  workload: 'shop',
  routes: ['web'],
  stableServices: ['shop'],
  canaryServices: ['shop-canary'],
  stableRevision: 'abcdef0123',
  canaryRevision: '0123456789',
}
const use = (...args: AnalysisUse['args']): AnalysisUse => ({
  name: 'a',
  kind: 'Analysis',
  args,
  deadlineMs: 600_000,
  atDeadline: 'pause',
  advisory: false,
})

/** As a user writes it. */
function specOf(metric: object, args: readonly object[] = []) {
  const parsed = parseAnalysis({ spec: { args, metrics: [{ name: 'm', prometheus: {}, ...metric }] } })
  if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems))
  return parsed.spec
}
const threshold = (more: object = {}) => ({ threshold: { query: 'up', pass: 'value >= 1', ...more } })

function metricOf(spec: ReturnType<typeof specOf>, ...args: AnalysisUse['args']): Metric | undefined {
  const rendered = renderAnalysis(spec, use(...args), facts)
  return rendered.kind === 'ok' ? rendered.metrics[0] : undefined
}
function problemsOf(spec: ReturnType<typeof specOf>, ...args: AnalysisUse['args']): string {
  const rendered = renderAnalysis(spec, use(...args), facts)
  return rendered.kind === 'problems' ? rendered.problems.join('\n') : ''
}

describe('an analysis that a Rollout uses', () => {
  it('has its arguments filled in: the value given, else the default', () => {
    const args = [{ name: 'job' }, { name: 'limit', value: '0.9' }]
    const spec = specOf(threshold({ query: 'up{job="{{ args.job }}"}', pass: 'value > {{ args.limit }}' }), args)
    const job = { name: 'job', value: 'a"b' }
    expect(metricOf(spec, job)?.condition).toMatchObject({ query: 'up{job="a\\"b"}', pass: 'value > 0.9' })
    const limit = { name: 'limit', value: '0.5' }
    expect(metricOf(spec, job, limit)?.condition).toMatchObject({ pass: 'value > 0.5' })
  })

  it('is refused without an argument that has no default, and with one that it does not have', () => {
    const spec = specOf(threshold(), [{ name: 'job' }])
    expect(problemsOf(spec)).toBe('its argument job has no default and is not given')
    expect(problemsOf(spec, { name: 'job', value: '' }, { name: 'jbo', value: '' })).toBe(
      'it has no argument jbo; it has: job',
    )
  })

  it('has every text of a web request rendered for where it stands', () => {
    const web = {
      url: 'http://stats.{{ namespace }}/{{ args.x }}',
      method: 'POST',
      headers: [{ name: 'X-Scope-OrgID', value: '{{ args.x }}' }],
      body: '{"x": "{{ args.x }}"}',
    }
    const compare = {
      canary: '$["{{ canary.revision }}"]',
      stable: '$.{{ stable.revision }}',
      better: 'higher',
      minimumSample: { canary: '$.n{{ canary.revision }}', stable: '$.n', count: 10 },
    }
    const metric = metricOf(specOf({ prometheus: undefined, web, compare }, [{ name: 'x', value: 'a "b"/c' }]))
    expect(metric?.source).toMatchObject({
      url: 'http://stats.prod/a%20%22b%22%2Fc',
      headers: [{ value: 'a "b"/c' }],
      body: '{"x": "a \\"b\\"/c"}',
    })
    expect(metric?.condition).toMatchObject({ stable: '$.abcdef0123', minimumSample: { canary: '$.n0123456789' } })
  })

  it('has the body of a form encoded as one', () => {
    const headers = [{ name: 'content-type', value: 'application/x-www-form-urlencoded' }]
    const web = { url: 'http://stats', method: 'POST', headers, body: 'q={{ args.x }}&r=1' }
    const spec = specOf({ prometheus: undefined, web, ...threshold({ query: '$.a' }) }, [{ name: 'x', value: 'a&b=c' }])
    expect(metricOf(spec)?.source).toMatchObject({ body: 'q=a%26b%3Dc&r=1' })
  })

  it('has both sides of a test on evidence rendered', () => {
    const sides = { canary: 'x{pod=~"{{ canary.pods }}"}', stable: 'x{pod=~"{{ stable.pods }}"}' }
    const metric = metricOf(specOf({ evidence: { requests: sides, errors: sides } }))
    expect(JSON.stringify(metric?.condition)).not.toContain('{{')
    expect(metric?.condition).toMatchObject({
      requests: { canary: expect.stringContaining('shop-canary-') as string },
      bad: { counts: 'errors', queries: { canary: expect.stringContaining('shop-canary-') as string } },
    })
  })

  it.each<[string, object, string]>([
    ['an unknown name', threshold({ query: 'up{a="{{ pods }}"}' }), 'metric m: query: there is no {{ pods }}'],
    ['an argument that it does not declare', threshold({ query: 'up{a="{{ args.b }}"}' }), 'there is no {{ args.b }}'],
    [
      'an address of an unknown host',
      { ...threshold(), prometheus: { address: 'http://{{ pods }}' } },
      'address: there',
    ],
    ['a condition that is no expression', threshold({ pass: 'value >' }), 'metric m: pass "value >": '],
    ['a condition about something else', threshold({ fail: 'result < 1' }), 'metric m: fail "result < 1": '],
    ['a query that is no JSONPath', { prometheus: undefined, web: { url: 'http://a' }, ...threshold() }, 'query up '],
    ['a fact that there is not', { prometheus: undefined, kubernetes: {}, ...threshold() }, 'query up '],
  ])('is refused with %s, and the metric is named', (_, metric, said) => {
    expect(problemsOf(specOf(metric))).toContain(said)
  })

  it('is the same object for the same arguments and facts, and another for others', () => {
    const spec = specOf(threshold({ query: 'up{a="{{ args.x }}",b="{{ namespace }}"}' }), [{ name: 'x', value: '' }])
    const rendered = renderAnalysis(spec, use(), facts)
    expect(renderAnalysis(spec, use(), { ...facts })).toBe(rendered)
    expect(renderAnalysis(spec, use({ name: 'x', value: '1' }), facts)).not.toEqual(rendered)
    expect(renderAnalysis(spec, use(), { ...facts, namespace: 'other' })).not.toEqual(rendered)
  })

  it('is another for the same names once it was edited', () => {
    const before = renderAnalysis(specOf(threshold({ query: 'up' })), use(), facts)
    expect(renderAnalysis(specOf(threshold({ query: 'down' })), use(), facts)).not.toEqual(before)
  })

  it('sets no headers for the controller’s store when it is of a namespace: they choose a tenant', () => {
    const headers = [{ name: 'X-Scope-OrgID', value: 'other' }]
    const auth = { type: 'bearer', secret: 'own' }
    const words =
      "metric m: an Analysis may not set headers for the controller's Prometheus, since they choose a tenant"
    expect(problemsOf(specOf({ ...threshold(), prometheus: { headers } }))).toContain(words)
    expect(problemsOf(specOf({ ...threshold(), prometheus: { headers, auth } }))).toContain(words)
    expect(problemsOf(specOf({ ...threshold(), prometheus: { headers, address: 'http://mimir' } }))).toBe('')
    const spec = specOf({ ...threshold(), prometheus: { headers } })
    expect(renderAnalysis(spec, { ...use(), kind: 'ClusterAnalysis' }, facts)).toMatchObject({ kind: 'ok' })
  })

  it('can be asked as it stands where it comes with Sluice', () => {
    for (const { spec } of Object.values(builtInAnalyses)) {
      const rendered = renderAnalysis(spec, use(), facts)
      expect(rendered).toMatchObject({ kind: 'ok' })
      expect(JSON.stringify(rendered)).not.toContain('{{')
    }
  })
})
