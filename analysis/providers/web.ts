import type { WebSource } from '../../api/analysis.ts'
import { away, parseBody, statusProblem } from '../json-answer.ts'
import { type Found, follow, pathProblem } from '../json-path.ts'
import type { Reading } from '../measurement.ts'
import { numberIn } from '../number-text.ts'
import type { Answer, Ask, MetricProvider } from '../provider.ts'
import { addressProblem, headersProblem } from '../request-problem.ts'

/** Any server that answers with JSON: the question is a JSONPath to a number, or to several. */
export const web: MetricProvider<WebSource> = {
  kind: 'web',
  check: (_source, question) => pathProblem(question),
  ask: (source) => askWeb(source),
  read: (_source, question, answer) => readAnswer(question, answer),
}

const maxValues = 200
/** An answer with more in it is no figure, and takes long to search. */
const mostParts = 10_000
const deepest = 32

function askWeb({ url, method, headers, body, auth }: WebSource): Ask {
  const address = addressProblem(url)
  const problem = address === undefined ? headersProblem(headers) : `the url ${address}`
  if (problem !== undefined) return { kind: 'impossible', why: problem }
  const isTyped = headers.some(({ name }) => name.toLowerCase() === 'content-type')
  const typed =
    body === undefined || isTyped ? headers : [...headers, { name: 'Content-Type', value: 'application/json' }]
  const request = {
    method,
    url,
    headers: typed,
    ...(body === undefined ? {} : { body }),
    ...(auth === undefined ? {} : { auth }),
  }
  return { kind: 'http', request, toDefault: false, asController: false }
}

function readAnswer(path: string, answer: Answer): Reading {
  if (answer.kind === 'none') return away(answer.why)
  if (answer.kind !== 'http') return away('this is not the answer of a web server')
  const problem = statusProblem(answer.status)
  if (problem !== undefined) return away(problem)
  const parsed = parseBody(answer)
  if (parsed.kind === 'bad') return away(parsed.why)
  if (!isModest(parsed.value))
    return away(`the store answers with JSON of more than ${mostParts} parts, or deeper than ${deepest}`)
  return valuesAt(path, parsed.value)
}

function valuesAt(path: string, json: unknown): Reading {
  const found = follow(path, json, maxValues)
  if (found === 'bad') return away('the path cannot be followed')
  const places = found === 'many' ? found : found.flatMap(itemsOf)
  if (places === 'many' || places.length > maxValues) return away(`the path leads to more than ${maxValues} values`)
  if (places.every(({ value }) => value === null)) {
    return { kind: 'empty', what: places.length === 0 ? 'nothing at the path' : 'null at the path' }
  }
  const values = places.flatMap(({ place, value }) => {
    const number = numberOf(value)
    return number === undefined ? [] : [{ series: place, value: number }]
  })
  if (values.length === places.length) return { kind: 'values', values }
  return away('what the path leads to is not a number')
}

/** A list is as many series. */
const itemsOf = ({ place, value }: Found): readonly Found[] =>
  Array.isArray(value)
    ? value.map((item: unknown, at) => ({ place: `${place}[${at}]`, value: item }))
    : [{ place, value }]

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' ? numberIn(value) : undefined
}

/** Counts lists and objects without recursion: a hostile server may nest them as deep as it likes. */
function isModest(json: unknown): boolean {
  const left: { readonly value: unknown; readonly depth: number }[] = [{ value: json, depth: 0 }]
  let parts = 0
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, depth } = next
    if (typeof value !== 'object' || value === null) continue
    parts += 1
    if (parts > mostParts || depth > deepest) return false
    for (const item of Object.values(value)) left.push({ value: item, depth: depth + 1 })
  }
  return true
}
