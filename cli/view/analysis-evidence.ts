import type { AnalysisRun, MetricRun } from '../../api/analysis-run.ts'
import { placeText, verdictMark, verdictSpan } from './analysis.ts'
import { figureSpans, sampleText } from './analysis-figures.ts'
import { whyText } from './analysis-told.ts'
import { timeText } from './marks.ts'
import { dim, type Line, listed, span, strong, words } from './spans.ts'
import type { Branch } from './tree.ts'

/** Measurements shown, newest last; the status has more. */
const mostSamples = 5

/** What a verdict rests on: of each metric that did not pass its figures, what was asked and what came back, with times. */
export function evidenceBranches(runs: readonly AnalysisRun[], now: number): readonly Branch[] {
  return runs.flatMap((run) => guilty(run).map((metric) => metricEvidence(run, metric, now)))
}

/** The metrics that failed; where none has, those that came to nothing. */
function guilty({ metrics, verdict }: AnalysisRun): readonly MetricRun[] {
  return metrics.filter((metric) => metric.verdict === verdict)
}

function metricEvidence(run: AnalysisRun, metric: MetricRun, now: number): Branch {
  const { name, verdict, measuredAt, queries } = metric
  return {
    key: name,
    label: 'metric',
    text: words(verdictMark(verdict), strong(name), dim(`of ${analysisText(run)}:`), verdictSpan(verdict)),
    children: [
      labelled('why', [span(whyText(metric))]),
      labelled('figures', listed(figureSpans(metric))),
      ...(measuredAt === undefined ? [] : [labelled('measured', [span(timeText(measuredAt, now))])]),
      ...Object.entries(queries).map(([question, query]) => queryBranch(question, query)),
      ...samplesBranch(metric, now),
    ],
  }
}

/** `analysis success-rate, step 2`, and where it comes from when it is not the namespace's own. */
export function analysisText(run: AnalysisRun): string {
  const { analysis, kind } = run
  return `${kind === 'BuiltIn' ? 'built-in analysis' : kind === 'ClusterAnalysis' ? kind : 'analysis'} ${analysis}, ${placeText(run)}`
}

const labelled = (key: string, text: Line): Branch => ({ key, label: key, text })

const queryBranch = (question: string, query: string): Branch => ({
  key: `query.${question}`,
  label: question === 'value' ? 'query' : `query ${question}`,
  text: [span(query.replace(/\s+/g, ' ').trim(), 'accent')],
})

/** The last measurements, a row each; none where there are none. */
export function samplesBranch(metric: MetricRun, now: number): readonly Branch[] {
  const last = metric.samples.slice(-mostSamples)
  if (last.length === 0) return []
  const children = last.map((sample) => ({
    key: 'sample',
    text: words(dim(timeText(sample.at, now)), verdictMark(sample.verdict), sampleText(metric, sample)),
  }))
  return [{ key: 'samples', label: 'samples', text: [], children }]
}
