import { isRecord, type JsonObject } from '../../api/json.ts'
import { away } from '../json-answer.ts'
import type { Reading, SeriesValue } from '../measurement.ts'
import { numberIn } from '../number-text.ts'

/** More series than anybody judges one by one; more points than anybody does. */
export const maxSeries = 200
export const maxPoints = 2000

/** What is in the `data` of an answer: all of it, or, where any part is not as it should be, nothing. */
export function seriesIn({ resultType, result }: JsonObject): Reading {
  switch (resultType) {
    case 'scalar':
      return valuesOrAway([pointOf('scalar', result)])
    case 'vector':
      return readList(result, instantOf)
    case 'matrix':
      return readList(result, pointsOf)
    case 'string':
      return away('the store answers with a text, not with numbers: the query is a string')
    default:
      return away('the store answers with JSON that is not of a Prometheus')
  }
}

type Point = SeriesValue | undefined

function readList(result: unknown, read: (series: JsonObject, labels: string) => readonly Point[]): Reading {
  if (!Array.isArray(result)) return away(malformed)
  if (result.length > maxSeries) return away(`the store answers with more than ${maxSeries} series: sum them`)
  if (result.some((series) => isRecord(series) && ('histogram' in series || 'histograms' in series))) {
    return away('the store answers with native histograms: take histogram_quantile() or histogram_count() of them')
  }
  const points = result.flatMap((series: unknown) => {
    const labels = isRecord(series) ? labelsOf(series['metric']) : undefined
    return isRecord(series) && labels !== undefined ? read(series, labels) : [undefined]
  })
  if (points.length > maxPoints) return away(`the store answers with more than ${maxPoints} points: take a longer step`)
  return valuesOrAway(points)
}

const malformed = 'the store answers with a result that is malformed'

function valuesOrAway(points: readonly Point[]): Reading {
  const values = points.filter((point) => point !== undefined)
  if (values.length < points.length) return away(malformed)
  if (values.length === 0) return { kind: 'empty', what: 'no series' }
  if (new Set(values.map(({ series }) => series)).size < values.length)
    return away('the store answers with the same series twice')
  return { kind: 'values', values: values.toSorted((a, b) => (a.series < b.series ? -1 : 1)) }
}

const instantOf = ({ value }: JsonObject, labels: string): readonly Point[] => [pointOf(labels, value)]

/** Each point of a matrix is a value of its own, with its time: none is left out for being older. */
function pointsOf({ values }: JsonObject, labels: string): readonly Point[] {
  if (!Array.isArray(values)) return [undefined]
  return values.map((pair: unknown) =>
    pointOf(Array.isArray(pair) && typeof pair[0] === 'number' ? `${labels} @ ${pair[0]}` : labels, pair),
  )
}

/** `[<unix seconds>, "<number>"]` */
function pointOf(series: string, pair: unknown): Point {
  if (!Array.isArray(pair) || pair.length !== 2) return undefined
  const [at, text]: readonly unknown[] = pair
  const value = typeof at === 'number' && typeof text === 'string' ? numberIn(text) : undefined
  return value === undefined ? undefined : { series, value }
}

/** `{code="200",method="GET"}`, in the order of the names. */
function labelsOf(metric: unknown): string | undefined {
  if (!isRecord(metric)) return undefined
  const labels = Object.entries(metric).toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (labels.some(([, value]) => typeof value !== 'string')) return undefined
  return `{${labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}}`
}
