import type { MetricRun, Sample } from '../../api/analysis-run.ts'
import { dim, keep, type Line, span } from './spans.ts'

/** What a metric's numbers are, as far as it says so. */
export type Unit = 'share' | 'seconds' | 'milliseconds' | 'bytes' | 'count' | 'plain'

/** Counts of requests give shares; all else is told by its name. */
export function unitOf({ name, queries, figures }: MetricRun): Unit {
  if (isCounted({ queries })) return 'share'
  const unit = unitNamed(name)
  const isShare = [figures.canary ?? 0, figures.stable ?? 0].every((value) => value >= 0 && value <= 1)
  return unit === 'share' && !isShare ? 'plain' : unit
}

/** As Prometheus has it, the unit is a part of the name. */
export function unitNamed(name: string): Unit {
  if (/(^|[-_])(ms|millis|milliseconds)$/i.test(name)) return 'milliseconds'
  if (/latency|duration|seconds|response-time|^p\d\d/i.test(name)) return 'seconds'
  if (/bytes|memory/i.test(name)) return 'bytes'
  return /rate|ratio|share|availability/i.test(name) ? 'share' : 'plain'
}

export const isCounted = ({ queries }: Pick<MetricRun, 'queries'>): boolean => 'requests.canary' in queries

/** A share of requests is of those that did not do well, whatever its metric is called. */
function sideText(metric: MetricRun, side: string, value: number): string {
  const text = `${side} ${valueText(value, unitOf(metric))}`
  if (!isCounted(metric)) return text
  return `${text} ${/latency|duration/i.test(metric.name) ? 'slow' : 'failed'}`
}

/** `0.34 %`, `120 ms`, `1.25 s`, `64 MiB`, `1,250`. */
export function valueText(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return `${value}`
  switch (unit) {
    case 'share':
      return `${shortNumber(value * 100)} %`
    case 'seconds':
      return secondsText(value)
    case 'milliseconds':
      return secondsText(value / 1000)
    case 'bytes':
      return bytesText(value)
    case 'count':
      return countText(Math.round(value))
    case 'plain':
      return shortNumber(value)
    default:
      return unit satisfies never
  }
}

/** What one side may be worse by: between two shares that is points, not per cent. */
const marginText = (margin: number, unit: Unit): string =>
  unit === 'share' ? pointsText(margin * 100) : valueText(margin, unit)

const pointsText = (points: number): string => `${shortNumber(points)} point${points === 1 ? '' : 's'}`

const secondsText = (seconds: number): string =>
  Math.abs(seconds) < 1 ? `${threeDigits(seconds * 1000)} ms` : `${threeDigits(seconds)} s`

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

function bytesText(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.floor(Math.log2(Math.abs(bytes)) / 10)
  const at = Math.min(Math.max(power, 0), byteUnits.length - 1)
  return `${threeDigits(bytes / 1024 ** at)} ${byteUnits[at]}`
}

/** Two decimals at most, but never 0 for what is not 0. */
function shortNumber(value: number): string {
  const rounded = Number(value.toFixed(2))
  return rounded === 0 && value !== 0 ? value.toPrecision(1) : countText(rounded)
}

const threeDigits = (value: number): string =>
  Math.abs(value) >= 1000 ? countText(Math.round(value)) : `${Number(value.toPrecision(3))}`

/** `12,500`. */
export const countText = (count: number): string => count.toLocaleString('en-US')

/** Both sides, the margin, the evidence and the requests, each a span that stays in one row. */
export function figureSpans(metric: MetricRun): Line {
  const { canary, stable, margin, evidence, requests, needed } = metric.figures
  const unit = unitOf(metric)
  const side = 'value' in metric.queries ? 'value' : 'canary'
  const tone = metric.verdict === 'fail' ? 'bad' : 'plain'
  return [
    ...(canary === undefined ? [] : [span(keep(sideText(metric, side, canary)), tone)]),
    ...(stable === undefined ? [] : [span(keep(sideText(metric, 'stable', stable)))]),
    ...(margin === undefined ? [] : [dim(keep(`margin ${marginText(margin, unit)}`))]),
    ...(evidence === undefined ? [] : [span(keep(`evidence ${percentText(evidence)}`))]),
    ...requestSpans(requests, needed),
  ]
}

function requestSpans(requests: number | undefined, needed: number | undefined): Line {
  const more =
    needed === undefined || needed <= 0 ? [] : [dim(keep(`about ${countText(Math.ceil(needed))} more needed`))]
  return requests === undefined ? more : [dim(keep(`${countText(Math.round(requests))} requests`)), ...more]
}

/** Evidence that is all but there is not there. */
const percentText = (share: number): string => `${Math.floor(Math.min(Math.max(share, 0), 1) * 100)} %`

/** One measurement: `canary 120 ms, stable 110 ms`, or what there was instead. */
export function sampleText(metric: MetricRun, { canary, stable, note }: Sample): string {
  const side = 'value' in metric.queries ? 'value' : 'canary'
  const sides = [
    canary === undefined ? '' : sideText(metric, side, canary),
    stable === undefined ? '' : sideText(metric, 'stable', stable),
    note ?? '',
  ]
  return sides.filter((part) => part !== '').join(', ')
}
