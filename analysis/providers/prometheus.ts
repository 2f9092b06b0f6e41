import type { Auth, DefaultPrometheus, Header, PrometheusSource } from '../../api/analysis.ts'
import { isRecord, type JsonObject } from '../../api/json.ts'
import { away, parseBody, statusProblem, wordsOf } from '../json-answer.ts'
import type { Reading } from '../measurement.ts'
import type { Answer, Ask, HttpAnswer, MetricProvider } from '../provider.ts'
import { addressProblem, headersProblem } from '../request-problem.ts'
import { seriesIn } from './prometheus-result.ts'

/**
 * Prometheus and whatever speaks its HTTP API v1 (Thanos, Mimir, Cortex, VictoriaMetrics): `POST /api/v1/query`, or
 * `/api/v1/query_range` for a source with a range. Each question names the time that it is about.
 * https://prometheus.io/docs/prometheus/latest/querying/api/
 */
export const prometheus: MetricProvider<PrometheusSource> = {
  kind: 'prometheus',
  check: (_source, question) => (question.trim() === '' ? 'is empty' : undefined),
  ask: askPrometheus,
  read: (_source, _question, answer) => readAnswer(answer),
}

function askPrometheus(source: PrometheusSource, question: string, atMs: number, given?: DefaultPrometheus): Ask {
  const store = storeOf(source, given)
  if (store === undefined)
    return impossible(
      'there is no Prometheus to ask: the metric names no address, and the controller was started without --prometheus',
    )
  const { address, headers, auth, ...whose } = store
  const problem = addressProblem(address)
  if (problem !== undefined) return impossible(`the address of Prometheus ${problem}`)
  const unsendable = headersProblem(headers)
  if (unsendable !== undefined) return impossible(unsendable)
  const { path, times } = momentOf(source, atMs)
  const request = {
    method: 'POST' as const,
    url: under(address, path),
    headers: [...headers, { name: 'Content-Type', value: 'application/x-www-form-urlencoded' }],
    body: new URLSearchParams({ query: question, ...times, timeout: '5s' }).toString(),
    ...(auth === undefined ? {} : { auth }),
  }
  return { kind: 'http', request, ...whose }
}

interface Store extends Pick<Ask & { readonly kind: 'http' }, 'toDefault' | 'asController'> {
  readonly address: string
  readonly headers: readonly Header[]
  readonly auth: Auth | undefined
}

/**
 * Whom to ask, and as whom. The controller's store gets what the metric says itself, then what the controller was given
 * for it; an address of the metric's own gets nothing of the controller's.
 */
function storeOf({ address, headers, auth }: PrometheusSource, given?: DefaultPrometheus): Store | undefined {
  if (address !== undefined) return { address, headers, auth, toDefault: false, asController: false }
  if (given === undefined) return undefined
  const own = headers.map(({ name }) => name.toLowerCase())
  return {
    address: given.address,
    headers: [...headers, ...given.headers.filter(({ name }) => !own.includes(name.toLowerCase()))],
    auth: auth ?? given.auth,
    toDefault: true,
    asController: auth === undefined,
  }
}

const impossible = (why: string): Ask => ({ kind: 'impossible', why })

function momentOf({ range }: PrometheusSource, atMs: number) {
  if (range === undefined) return { path: 'query', times: { time: seconds(atMs) } }
  const times = { start: seconds(atMs - range.lastMs), end: seconds(atMs), step: seconds(range.stepMs) }
  return { path: 'query_range', times }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

/** Below the path that the address has: Mimir answers under `/prometheus`. */
function under(address: string, path: string): string {
  const url = new URL(address)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/${path}`
  url.hash = ''
  return url.toString()
}

function readAnswer(answer: Answer): Reading {
  if (answer.kind === 'none') return away(answer.why)
  if (answer.kind !== 'http') return away('this is not the answer of a Prometheus')
  const parsed = parseBody(answer)
  const refusal = parsed.kind === 'json' && isRecord(parsed.value) ? refusalIn(parsed.value, answer) : undefined
  const problem = refusal ?? statusProblem(answer.status)
  if (problem !== undefined) return away(problem)
  return parsed.kind === 'json' ? readEnvelope(parsed.value, answer) : away(parsed.why)
}

/**
 * A query that can never be answered as it stands (HTTP 400 and 422) is said with the store's own words, where those may
 * be shown: whoever wrote it must mend it. Other errors are said in ours.
 */
function refusalIn({ status, errorType, error }: JsonObject, answer: HttpAnswer): string | undefined {
  if (status !== 'error') return undefined
  const isAtFault = faults.includes(errorType) || [400, 422].includes(answer.status)
  if (!isAtFault)
    return `${statusProblem(answer.status) ?? 'the store answers with an error'}${named(errorType, reasons)}`
  if (answer.quotable !== true) return `the store refuses the query${named(errorType, faults)}`
  return `the store refuses the query: ${typeof error === 'string' ? wordsOf(error) : 'it does not say why'}`
}

const faults: readonly unknown[] = ['bad_data', 'execution']
const reasons: readonly unknown[] = ['timeout', 'canceled', 'internal', 'unavailable', 'not_found']

/** Prometheus' own names of errors, and nothing else that a server may send as one. */
const named = (errorType: unknown, known: readonly unknown[]): string =>
  known.includes(errorType) ? ` (${String(errorType)})` : ''

function readEnvelope(value: unknown, { quotable }: HttpAnswer): Reading {
  if (!isRecord(value) || value['status'] !== 'success' || !isRecord(value['data'])) {
    return away('the store answers with JSON that is not of a Prometheus')
  }
  const warning = warningIn(value['warnings'], quotable === true)
  return warning === undefined ? seriesIn(value['data']) : away(warning)
}

/**
 * With a warning the numbers may be of a part of the data (Thanos without one of its stores), or wrong (a quantile of
 * 95): no data. Older versions put what only informs among the warnings, too.
 */
function warningIn(warnings: unknown, quotable: boolean): string | undefined {
  if (warnings === undefined || warnings === null) return undefined
  if (!Array.isArray(warnings)) return 'the store answers with warnings that are no list'
  const serious: unknown = warnings.find((text) => typeof text !== 'string' || !text.startsWith('PromQL info'))
  if (serious === undefined) return undefined
  const ofPromQl = typeof serious === 'string' && serious.startsWith('PromQL warning')
  if (!ofPromQl) return 'the store warns that its answer may be incomplete'
  return quotable ? `the store warns: ${wordsOf(serious)}` : 'the store warns of the query'
}
