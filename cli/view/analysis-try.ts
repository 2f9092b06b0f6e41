import type { Measurement, Reading, SeriesValue } from '../../analysis/measurement.ts'
import type { AnalysisKind } from '../../api/analysis.ts'
import type { MetricRun } from '../../api/analysis-run.ts'
import type { TriedMetric } from '../analysis/looks.ts'
import type { Trial } from '../analysis/try.ts'
import { samplesSpan, verdictMark, verdictSpan } from './analysis.ts'
import { samplesBranch } from './analysis-evidence.ts'
import { countText, figureSpans, type Unit, unitNamed, valueText } from './analysis-figures.ts'
import { whyText } from './analysis-told.ts'
import { dim, type Line, listed, type Span, span, strong, words } from './spans.ts'
import { sparkline } from './sparkline.ts'
import type { Branch } from './tree.ts'

/** What was asked, what came back, and what that comes to. */
export function trialTree(trial: Trial, store: string | undefined, now: number): Branch {
  const { rollout, use, verdict, why, metrics } = trial
  return {
    key: 'trial',
    text: words(
      strong(`${rollout.namespace}/${rollout.name}`),
      dim(kindText[use.kind]),
      strong(`${use.name}:`),
      verdict === undefined ? span('no verdict', 'warn') : verdictSpan(verdict),
    ),
    children: [
      { key: 'why', label: 'why', text: [span(why)] },
      ...(store === undefined ? [] : [{ key: 'store', label: 'store', text: [dim(store)] }]),
      ...metrics.map((tried) => metricBranch(tried, verdict === undefined, now)),
    ],
  }
}

const kindText: Readonly<Record<AnalysisKind, string>> = {
  Analysis: 'analysis',
  ClusterAnalysis: 'ClusterAnalysis',
  BuiltIn: 'built-in analysis',
}

function metricBranch(tried: TriedMetric, ofStable: boolean, now: number): Branch {
  const { metric, questions, run, measurements } = tried
  const side = ofStable ? dim('of stable') : undefined
  return {
    key: metric.name,
    text: run === undefined ? words(dim('·'), strong(metric.name), side) : runLine(run, side),
    children: [
      ...(run === undefined ? [] : [{ key: 'why', label: 'why', text: [span(whyText(run))] }]),
      ...Object.entries(questions).map(([question, query]) => questionBranch(tried, question, query)),
      ...(run === undefined || measurements.length < 2 ? [] : samplesBranch(run, now)),
    ],
  }
}

const runLine = (run: MetricRun, side: Span | undefined): Line => [
  ...words(verdictMark(run.verdict), strong(run.name), side, samplesSpan(run)),
  span(' '),
  ...listed(figureSpans(run)),
]

/** The query as it was asked, and the answers below it. */
function questionBranch({ metric, measurements }: TriedMetric, question: string, query: string): Branch {
  const counts = metric.condition.kind === 'evidence' || question.startsWith('sample.')
  const unit = counts ? 'count' : unitNamed(metric.name)
  return {
    key: question,
    label: question === 'value' ? 'query' : question,
    text: [span(query.replace(/\s+/g, ' ').trim(), 'accent')],
    children: [{ key: 'answer', text: answerLine(measurements, question, unit) }],
  }
}

function answerLine(measurements: readonly Measurement[], question: string, unit: Unit): Line {
  const readings = measurements.map(({ readings }) => readings[question])
  const last = readings.at(-1)
  const sums = readings.map((reading) => (reading?.kind === 'values' ? sumOf(reading.values) : undefined))
  return words('→', ...readingSpans(last, unit), readings.length > 1 ? dim(sparkline(sums)) : undefined)
}

function readingSpans(reading: Reading | undefined, unit: Unit): Line {
  if (reading === undefined) return [span('not answered', 'warn')]
  switch (reading.kind) {
    case 'values':
      return [span(valuesText(reading.values, unit))]
    case 'empty':
      return [span(`no data: ${reading.what}`, 'warn')]
    case 'away':
      return [span(reading.why, 'bad')]
    default:
      return reading satisfies never
  }
}

function valuesText(values: readonly SeriesValue[], unit: Unit): string {
  const [first] = values
  if (first !== undefined && values.length === 1) return valueText(first.value, unit)
  return `${values.length} series, ${countText(sumOf(values))} in all`
}

const sumOf = (values: readonly SeriesValue[]): number => values.reduce((sum, { value }) => sum + value, 0)
