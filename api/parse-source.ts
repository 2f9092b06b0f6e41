import type { Auth, Header, KubernetesSource, MetricSource, PrometheusSource, WebSource } from './analysis.ts'
import {
  complain,
  type Field,
  optional,
  type Pick,
  readDuration,
  readKind,
  readLine,
  readList,
  readOneOf,
  readRecord,
  readText,
  refuseTwice,
} from './field.ts'
import { refusalOfHeader } from './header.ts'
import {
  addressPattern,
  headerNamePattern,
  headerPattern,
  maxBodyLength,
  maxHeaderLength,
  maxHeaderNameLength,
  maxHeaders,
  maxNameLength,
  maxRangePoints,
  maxUrlLength,
  namePattern,
} from './limits.ts'

export const sourceKinds = ['prometheus', 'web', 'kubernetes'] as const

export const methods = ['GET', 'POST'] as const
export const authTypes = ['basic', 'bearer', 'tls'] as const

/** Where a metric's answers come from: one field of the metric, named as the kind. */
export function readSource(metric: Field, pick: Pick): MetricSource | undefined {
  const kind = readKind(metric, pick, sourceKinds)
  return kind && readSourceOf[kind](pick(kind))
}

const readSourceOf: Readonly<Record<(typeof sourceKinds)[number], (field: Field) => MetricSource | undefined>> = {
  prometheus: readPrometheus,
  web: readWeb,
  kubernetes: readKubernetes,
}

function readPrometheus(field: Field): PrometheusSource | undefined {
  const pick = readRecord(field, { known: ['address', 'headers', 'auth', 'range'] })
  if (pick === undefined) return undefined
  const address = optional(pick('address'), readAddress)
  const headers = optional(pick('headers'), readHeaders) ?? []
  const auth = optional(pick('auth'), readAuth)
  const range = optional(pick('range'), readRange)
  return { kind: 'prometheus', ...(address && { address }), headers, ...(auth && { auth }), ...(range && { range }) }
}

function readWeb(field: Field): WebSource | undefined {
  const pick = readRecord(field, { known: ['url', 'method', 'headers', 'body', 'auth'] })
  if (pick === undefined) return undefined
  const url = readAddress(pick('url'))
  const method = optional(pick('method'), (given) => readOneOf(given, methods)) ?? 'GET'
  const headers = optional(pick('headers'), readHeaders) ?? []
  const body = optional(pick('body'), (given) => readLine(given, maxBodyLength))
  const auth = optional(pick('auth'), readAuth)
  if (body !== undefined && method !== 'POST') complain(pick('body'), 'is sent with method POST only')
  return url === undefined
    ? undefined
    : { kind: 'web', url, method, headers, ...(body && { body }), ...(auth && { auth }) }
}

function readKubernetes(field: Field): KubernetesSource | undefined {
  return readRecord(field, { known: [] }) && { kind: 'kubernetes' }
}

function readAddress(field: Field): string | undefined {
  const what = 'an address such as http://prometheus.monitoring:9090, without a user name or password'
  return readText(field, { pattern: addressPattern, maxLength: maxUrlLength, what })
}

function readHeaders(field: Field): readonly Header[] | undefined {
  const headers = readList(field, { min: 0, max: maxHeaders })?.flatMap((item) => readHeader(item) ?? [])
  const names = headers?.map(({ name }) => name.toLowerCase()) ?? []
  refuseTwice(field, 'the header', names)
  return headers
}

/** One header that a question may carry. */
export function readHeader(field: Field): Header | undefined {
  const pick = readRecord(field, { known: ['name', 'value'] })
  if (pick === undefined) return undefined
  const asName = { pattern: headerNamePattern, maxLength: maxHeaderNameLength, what: 'the name of an HTTP header' }
  const name = readText(pick('name'), asName)
  const refusal = name === undefined ? undefined : refusalOfHeader(name)
  if (refusal !== undefined) complain(pick('name'), `is ${name}, which ${refusal}`)
  const asValue = { pattern: headerPattern, maxLength: maxHeaderLength, what: 'one line of printable ASCII' }
  const value = readText(pick('value'), asValue)
  return name === undefined || value === undefined ? undefined : { name, value }
}

/** Who asks. */
export function readAuth(field: Field): Auth | undefined {
  const pick = readRecord(field, { known: ['type', 'secret'] })
  if (pick === undefined) return undefined
  const type = readOneOf(pick('type'), authTypes)
  const asName = { pattern: namePattern, maxLength: maxNameLength, what: 'the name of a Secret' }
  const secret = readText(pick('secret'), asName)
  return type === undefined || secret === undefined ? undefined : { type, secret }
}

function readRange(field: Field): PrometheusSource['range'] {
  const pick = readRecord(field, { known: ['last', 'step'] })
  if (pick === undefined) return undefined
  const lastMs = readDuration(pick('last'), { minMs: 1_000 })
  const stepMs = readDuration(pick('step'), { minMs: 1_000 })
  if (lastMs === undefined || stepMs === undefined) return undefined
  if (stepMs > lastMs) return complain(pick('step'), 'must not be longer than last')
  if (lastMs / stepMs > maxRangePoints) return complain(field, `asks for more than ${maxRangePoints} points`)
  return { lastMs, stepMs }
}
