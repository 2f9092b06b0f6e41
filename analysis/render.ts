import type {
  AnalysisSpec,
  AnalysisUse,
  Argument,
  Header,
  Metric,
  MetricCondition,
  MetricSource,
  Sides,
} from '../api/analysis.ts'
import { formatDuration } from '../api/duration.ts'
import { compileCondition } from './condition.ts'
import { createMemo } from './memo.ts'
import { questionsOf } from './questions.ts'
import { providerFor } from './registry.ts'
import { tenantProblem } from './request-problem.ts'
import { type Language, renderTemplate } from './template.ts'
import { type RolloutFacts, type Variables, variablesOf } from './variables.ts'

export type RenderedAnalysis =
  | { readonly kind: 'ok'; readonly metrics: readonly Metric[] }
  | { readonly kind: 'problems'; readonly problems: readonly string[] }

/** Renders one text; what is wrong with it is kept, and the text stays as it was. */
type Render = (text: string, language: Language, what: string) => string

interface Known {
  readonly spec: AnalysisSpec
  readonly rendered: RenderedAnalysis
}

/**
 * Every look at a Rollout asks for the same again, and rendering costs some 100 µs. Kept by the module, since nobody can
 * tell but by the time it takes. One may have 10 kB of text: so many in all, whatever there is to render.
 */
const known = createMemo<Known>(500)

/**
 * The metrics of an analysis as they are asked for one Rollout: arguments and names filled in, every query and condition
 * checked. Otherwise every problem, as a sentence that names the metric and the text. An analysis of the kind `Analysis`
 * may not set headers for the controller's store.
 */
export function renderAnalysis(spec: AnalysisSpec, use: AnalysisUse, facts: RolloutFacts): RenderedAnalysis {
  const key = JSON.stringify([use.kind, use.name, use.args, facts])
  const found = known.get(key)
  if (found?.spec === spec) return found.rendered
  const rendered = render(spec, use, facts)
  known.set(key, { spec, rendered })
  return rendered
}

function render(spec: AnalysisSpec, use: AnalysisUse, facts: RolloutFacts): RenderedAnalysis {
  const problems: string[] = []
  const args = resolve(spec, use, (problem) => problems.push(problem))
  if (problems.length > 0) return { kind: 'problems', problems }
  const metrics = spec.metrics.map((metric) => {
    const variables = variablesOf({ ...facts, interval: formatDuration(metric.intervalMs), args })
    const complain = (problem: string) => problems.push(`metric ${metric.name}: ${problem}`)
    const tenant = use.kind === 'Analysis' ? tenantProblem(metric.source) : undefined
    if (tenant !== undefined) complain(`an ${use.kind} ${tenant}`)
    return renderMetric(metric, variables, complain)
  })
  return problems.length === 0 ? { kind: 'ok', metrics } : { kind: 'problems', problems }
}

/** The value given, or the default. */
function resolve({ args }: AnalysisSpec, use: AnalysisUse, complain: (problem: string) => void): readonly Argument[] {
  const names = args.map(({ name }) => name)
  for (const { name } of use.args.filter((given) => !names.includes(given.name))) {
    complain(`it has no argument ${name}; ${names.length === 0 ? 'it has none' : `it has: ${names.join(', ')}`}`)
  }
  return args.flatMap(({ name, value: preset }) => {
    const value = use.args.find((given) => given.name === name)?.value ?? preset
    if (value === undefined) complain(`its argument ${name} has no default and is not given`)
    return value === undefined ? [] : [{ name, value }]
  })
}

function renderMetric(metric: Metric, variables: Variables, complain: (problem: string) => void): Metric {
  const seen: string[] = []
  const renderText: Render = (text, language, what) => {
    const rendered = renderTemplate(text, variables, language)
    if (rendered.kind === 'invalid') seen.push(`${what}: ${rendered.why}`)
    return rendered.kind === 'ok' ? rendered.text : text
  }
  const source = renderSource(metric.source, renderText)
  const condition = renderCondition(metric.condition, queryLanguage(metric.source), renderText)
  const rendered = { ...metric, source, condition }
  for (const problem of seen.length > 0 ? seen : problemsOf(rendered)) complain(problem)
  return rendered
}

const queryLanguage = ({ kind }: MetricSource): Language => (kind === 'prometheus' ? 'promql' : 'path')

function renderSource(source: MetricSource, render: Render): MetricSource {
  switch (source.kind) {
    case 'prometheus': {
      const address = source.address === undefined ? {} : { address: render(source.address, 'url', 'address') }
      return { ...source, ...address, headers: renderHeaders(source.headers, render) }
    }
    case 'web': {
      const headers = renderHeaders(source.headers, render)
      const body = source.body === undefined ? {} : { body: render(source.body, bodyLanguage(headers), 'body') }
      return { ...source, url: render(source.url, 'url', 'url'), headers, ...body }
    }
    case 'kubernetes':
      return source
    default:
      return source satisfies never
  }
}

const renderHeaders = (headers: readonly Header[], render: Render): readonly Header[] =>
  headers.map(({ name, value }) => ({ name, value: render(value, 'plain', `header ${name}`) }))

/** JSON, but where a header says that it is a form. */
function bodyLanguage(headers: readonly Header[]): Language {
  const type = headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? ''
  return type.toLowerCase().startsWith('application/x-www-form-urlencoded') ? 'url' : 'json'
}

function renderCondition(condition: MetricCondition, language: Language, render: Render): MetricCondition {
  const sides = ({ canary, stable }: Sides, what: string): Sides => ({
    canary: render(canary, language, `${what}canary`),
    stable: render(stable, language, `${what}stable`),
  })
  switch (condition.kind) {
    case 'threshold': {
      const fail = condition.fail === undefined ? {} : { fail: render(condition.fail, 'number', 'fail') }
      const pass = render(condition.pass, 'number', 'pass')
      return { ...condition, query: render(condition.query, language, 'query'), pass, ...fail }
    }
    case 'compare': {
      const sample = condition.minimumSample
      const minimumSample = sample && { ...sample, ...sides(sample, 'minimumSample.') }
      return { ...condition, ...sides(condition, ''), ...(minimumSample && { minimumSample }) }
    }
    case 'evidence': {
      const { requests, bad } = condition
      const queries = sides(bad.queries, `${bad.counts}.`)
      return { ...condition, requests: sides(requests, 'requests.'), bad: { ...bad, queries } }
    }
    default:
      return condition satisfies never
  }
}

/** Where an address is checked though the controller's own is not known here. */
const anyPrometheus = { address: 'http://prometheus.invalid', headers: [] }

/** What keeps a rendered metric from being asked or judged, whatever the store would say. */
function problemsOf({ source, condition }: Metric): readonly string[] {
  const provider = providerFor(source.kind)
  const questions = Object.values(questionsOf(condition))
  const asked = questions.flatMap((question) => {
    const problem = provider.check(source, question)
    return problem === undefined ? [] : [`query ${question} ${problem}`]
  })
  const [first = ''] = questions
  const ask = asked.length > 0 ? undefined : provider.ask(source, first, 0, anyPrometheus)
  return [...asked, ...(ask?.kind === 'impossible' ? [ask.why] : []), ...expressionProblems(condition)]
}

function expressionProblems(condition: MetricCondition): readonly string[] {
  if (condition.kind !== 'threshold') return []
  return (['pass', 'fail'] as const).flatMap((name) => {
    const text = condition[name]
    const compiled = text === undefined ? undefined : compileCondition(text)
    return compiled?.kind === 'invalid' ? [`${name} ${JSON.stringify(text)}: ${compiled.why}`] : []
  })
}
