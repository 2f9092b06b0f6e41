import type { AnalysisRun, MetricRun, Verdict } from '../../api/analysis-run.ts'
import type { RolloutStatus } from '../../api/status.ts'
import { analysesOf, isAtWork } from '../analyses-at-work.ts'
import { figureSpans } from './analysis-figures.ts'
import { isSaidByMetric, runWhyText, whyText } from './analysis-told.ts'
import { ageText, plural } from './marks.ts'
import { dim, keep, type Line, listed, type Span, span, strong, type Tone, words } from './spans.ts'
import { sparkline } from './sparkline.ts'
import type { Branch } from './tree.ts'

const tones: Readonly<Record<Verdict, Tone>> = { pass: 'good', fail: 'bad', inconclusive: 'warn' }
const verdictMarks: Readonly<Record<Verdict, string>> = { pass: '✔', fail: '✖', inconclusive: '?' }

export const verdictMark = (verdict: Verdict): Span => span(verdictMarks[verdict], tones[verdict])
export const verdictSpan = (verdict: Verdict): Span => span(verdict, tones[verdict])

/** The analyses of a release: those at work and those that did not pass with all their metrics, the others in a line. */
export function analysisBranches(runs: readonly AnalysisRun[], status: RolloutStatus, now: number): readonly Branch[] {
  if (runs.length === 0) return []
  const children = runs.map((run) => runBranch(run, isAtWork(run, status), now))
  return [{ key: 'analysis', label: 'analysis', text: [], children }]
}

function runBranch(run: AnalysisRun, atWork: boolean, now: number): Branch {
  return {
    key: run.id,
    text: runLine(run, atWork, now),
    children: isShownWhole(run, atWork)
      ? [
          ...(isSaidByMetric(run) ? [] : [{ key: 'why', text: [dim(runWhyText(run))] }]),
          ...run.metrics.map((metric) => metricBranch(metric, atWork, now)),
        ]
      : [],
  }
}

const isShownWhole = ({ verdict }: AnalysisRun, atWork: boolean): boolean => atWork || verdict !== 'pass'

/** The runs whose sentences the tree shows below them. */
export const shownWhole = (status: RolloutStatus): readonly AnalysisRun[] =>
  analysesOf(status).filter((run) => isShownWhole(run, isAtWork(run, status)) && run.verdict !== 'pass')

/** `✔ success-rate step 2: pass, at work for 40s`. */
function runLine(run: AnalysisRun, atWork: boolean, now: number): Line {
  const { verdict, analysis, advisory, acceptedBy, awayMs } = run
  return words(
    verdictMark(verdict),
    strong(analysis),
    dim(`${placeText(run)}:`),
    span(atWork ? `${verdict},` : verdict, tones[verdict]),
    dim(lifeText(run, atWork, now)),
    acceptedBy === undefined ? undefined : span(`accepted by ${acceptedBy}`, 'warn'),
    advisory ? dim('(advice, decides nothing)') : undefined,
    awayMs > 0 ? span(`(its store was away for ${ageText(awayMs)})`, 'warn') : undefined,
  )
}

const lifeText = ({ startedAt, metrics }: AnalysisRun, atWork: boolean, now: number): string =>
  atWork ? `at work for ${ageText(now - Date.parse(startedAt))}` : `(${plural(metrics.length, 'metric')})`

/** `step 2`, `in the background`, `before promotion`. */
export function placeText({ scope, id }: AnalysisRun): string {
  switch (scope) {
    case 'step':
      return (id.split('/')[0] ?? '').replace('-', ' ')
    case 'background':
      return 'in the background'
    case 'promotion':
      return 'before promotion'
    default:
      return scope satisfies never
  }
}

/** Its mark, the last samples, both sides, the margin and the evidence; unless it passes, one sentence why below. */
export function metricBranch(metric: MetricRun, atWork: boolean, now: number): Branch {
  const { name, verdict, away } = metric
  const figures = [...figureSpans(metric), ...(atWork ? measuredSpans(metric, now) : [])]
  return {
    key: name,
    text: [...words(verdictMark(verdict), strong(name), samplesSpan(metric)), span(' '), ...listed(figures)],
    children: verdict === 'pass' && away !== true ? [] : [{ key: 'why', text: [whySpan(metric)] }],
  }
}

const whySpan = (metric: MetricRun): Span =>
  metric.away === true ? span(whyText(metric), 'warn') : dim(whyText(metric))

/** One row of blocks for the last samples. */
export function samplesSpan({ samples, figures, verdict }: MetricRun): Span {
  const values = samples.map(({ canary }) => canary)
  return span(sparkline(values, figures.margin), tones[verdict])
}

function measuredSpans({ measuredAt }: MetricRun, now: number): Line {
  return [dim(keep(measuredAt === undefined ? 'not measured yet' : `${ageText(now - Date.parse(measuredAt))} ago`))]
}
