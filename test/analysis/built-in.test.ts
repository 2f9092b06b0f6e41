import { describe, expect, it } from 'vitest'
import { builtInAnalyses } from '../../analysis/built-in/index.ts'
import { judgeThreshold, type ThresholdState } from '../../analysis/threshold.ts'
import { builtInNames } from '../../api/analysis.ts'
import type { Verdict } from '../../api/analysis-run.ts'
import { one } from './builders.ts'
import { ascending, builtInCases } from './built-in-cases.ts'
import { questionsFor, renderBuiltIn, shopWeb } from './built-in-rollout.ts'
import { sampleText, seriesIn } from './exposition.ts'
import { ask } from './small-promql.ts'

describe('the built-in analyses', () => {
  it('are those that the API names, no more and no fewer', () => {
    expect(Object.keys(builtInAnalyses)).toEqual([...builtInNames])
  })

  it.each(builtInNames)('%s needs nothing to be given, and says in one line what it does', (name) => {
    const { spec, what } = builtInAnalyses[name]
    expect(renderBuiltIn(name).kind).toBe('ok')
    expect(spec.args.every(({ value }) => value !== undefined)).toBe(true)
    expect(what).toMatch(/^.{20,110}$/)
  })

  it('let a step go on as soon as it is shown that the canary is not worse, without being asked', () => {
    const conditions = builtInNames.flatMap((name) => builtInAnalyses[name].spec.metrics.map((one) => one.condition))
    const early = conditions.flatMap((condition) => (condition.kind === 'evidence' ? condition.passEarly : []))
    expect(early).toEqual(builtInNames.filter((name) => name !== 'kubernetes').map(() => true))
  })

  it.each(builtInNames)('%s uses every argument that it takes', (name) => {
    const { args, metrics } = builtInAnalyses[name].spec
    for (const arg of args) expect(JSON.stringify(metrics)).toContain(`{{ args.${arg.name} }}`)
  })

  it.each(builtInNames.filter((name) => name !== 'kubernetes'))('each question of %s is tried on a sample', (name) => {
    expect(builtInCases.map((tried) => tried.name)).toContain(name)
  })
})

describe('a built-in finds the series of either side and no others', () => {
  it.each(builtInCases)('$name in $sample $args', ({ name, sample, args, expected }) => {
    const store = seriesIn(sampleText(sample))
    const found = Object.entries(questionsFor(name, args)).map(([question, query]) => [
      question,
      ascending(ask(query, store).values()),
    ])
    const wanted = Object.entries(expected).map(([question, values]) => [question, ascending(values)])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted))
  })
})

describe('the success rate', () => {
  it('has no failures where requests were counted by no status, rather than none of them failed', () => {
    const store = seriesIn(
      'http_requests_total{namespace="shop",pod="web-7d9f8c6b5-bcd2f",instance="a",outcome="ok"} 5',
    )
    for (const query of Object.values(questionsFor('http-success-rate'))) expect(ask(query, store).size).toBe(0)
  })

  it('begins to count failures at zero, so that the first one is seen', () => {
    const requests = 'http_requests_total{namespace="shop",pod="web-canary-6c8d9f7b4-xzw24",instance="a",code="200"} 5'
    const failure = 'http_requests_total{namespace="shop",pod="web-canary-6c8d9f7b4-xzw24",instance="a",code="500"} 1'
    const query = questionsFor('http-success-rate')['bad.canary'] ?? ''
    const before = ask(query, seriesIn(requests))
    const after = ask(query, seriesIn(`${requests}\n${failure}`))
    expect([...before.values(), ...after.values()]).toEqual([0, 1])
    expect([...before.keys()]).toEqual([...after.keys()])
  })

  it('takes the labels of another scraper', () => {
    const series =
      'http_requests_total{kubernetes_namespace="shop",kubernetes_pod_name="web-7d9f8c6b5-bcd2f",code="200"} 9'
    const args = { namespace: 'kubernetes_namespace', pod: 'kubernetes_pod_name' }
    const query = questionsFor('http-success-rate', args)['requests.stable'] ?? ''
    expect([...ask(query, seriesIn(series)).values()]).toEqual([9])
  })

  it('takes a port of more than one word where it is said', () => {
    const series =
      'traefik_service_requests_total{service="shop-web-web-http-web-canary@kubernetesingressnginx",code="200"} 9'
    const found = (args?: Readonly<Record<string, string>>) =>
      ask(questionsFor('traefik-success-rate', args)['requests.canary'] ?? '', seriesIn(series)).size
    expect([found(), found({ port: 'http-web' })]).toEqual([0, 1])
  })

  it('covers several routes and Services at once', () => {
    const facts = { ...shopWeb, routes: ['web', 'api'], stableServices: ['web', 'web-api'] }
    expect(renderBuiltIn('nginx-success-rate', {}, facts)).toMatchObject({ kind: 'ok' })
    expect(JSON.stringify(renderBuiltIn('nginx-success-rate', {}, facts))).toContain('ingress=~\\"web|api\\"')
  })
})

describe('the latency', () => {
  it.each(['0.5', '0.50'])('asks for the bucket by its very name: %s', (seconds) => {
    const fast = questionsFor('nginx-latency', { seconds })['bad.stable'] ?? ''
    const found = ask(fast, seriesIn(sampleText('nginx')))
    expect(found.size).toBe(seconds === '0.5' ? 1 : 0)
  })

  it('finds a whole number as Prometheus 2 and as Prometheus 3 write it', () => {
    const fast = questionsFor('nginx-latency', { seconds: '1' })['bad.stable'] ?? ''
    const asPrometheus3 = sampleText('nginx').replaceAll('le="1"', 'le="1.0"')
    const found = [sampleText('nginx'), asPrometheus3].map((text) => [...ask(fast, seriesIn(text)).values()])
    expect(found).toEqual([[950], [950]])
  })
})

describe('what the cluster knows itself', () => {
  it('fails at the first kill for want of memory', () => {
    expect(verdictsOf('oom-kills', 0, 0, 0, 0, 0, 1)).toEqual([...Array(4).fill('inconclusive'), 'pass', 'fail'])
  })

  it('lets two restarts be, and no third', () => {
    expect(verdictsOf('restarts', 2, 2, 2, 2, 2, 3).slice(-2)).toEqual(['pass', 'fail'])
  })

  it('waits for pods that are not ready, and fails none', () => {
    expect(verdictsOf('unready', ...Array(100).fill(3)).at(-1)).toBe('inconclusive')
    expect(verdictsOf('unready', 3, 0, 0, 0, 0, 0).at(-1)).toBe('pass')
  })
})

function verdictsOf(metric: string, ...values: readonly number[]): readonly Verdict[] {
  const rendered = renderBuiltIn('kubernetes')
  const metrics = rendered.kind === 'ok' ? rendered.metrics : []
  const condition = metrics.find(({ name }) => name === metric)?.condition
  if (condition?.kind !== 'threshold') throw new Error(`there is no ${metric}`)
  let state: ThresholdState | undefined
  return values.map((value) => {
    const judged = judgeThreshold(condition, state, { value: one(value) }, { atMs: 0, stratum: '20', falseAlarm: 0.01 })
    state = judged.state
    return judged.verdict
  })
}
