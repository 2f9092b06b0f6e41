import type { AnalysisRun, MetricRun, Verdict } from '../../api/analysis-run.ts'
import type { RolloutStatus } from '../../api/status.ts'
import { isAtWork } from '../analyses-at-work.ts'
import { figureSpans } from './analysis-figures.ts'
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
  const isShown = atWork || run.verdict !== 'pass'
  const said = run.metrics.some(({ why }) => run.why.includes(why))
  return {
    key: run.id,
    text: runLine(run, atWork, now),
    children: isShown
      ? [
          ...(said ? [] : [{ key: 'why', text: [dim(run.why)] }]),
          ...run.metrics.map((metric) => metricBranch(metric, atWork, now)),
        ]
      : [],
  }
}

/** `✔ success-rate, step 2: pass for 40s`. */
function runLine(run: AnalysisRun, atWork: boolean, now: number): Line {
  const { verdict, analysis, advisory, awayMs, startedAt, metrics } = run
  return words(
    verdictMark(verdict),
    strong(analysis),
    dim(`${placeText(run)}:`),
    verdictSpan(verdict),
    dim(atWork ? `for ${ageText(now - Date.parse(startedAt))}` : `(${plural(metrics.length, 'metric')})`),
    advisory ? dim('(advice, decides nothing)') : undefined,
    awayMs > 0 ? span(`(its store was away for ${ageText(awayMs)})`, 'warn') : undefined,
  )
}

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

/** Its mark, the last samples, both sides, the margin and the evidence, with one sentence why below. */
export function metricBranch(metric: MetricRun, atWork: boolean, now: number): Branch {
  const { name, verdict, why, away } = metric
  const figures = [...figureSpans(metric), ...(atWork ? measuredSpans(metric, now) : [])]
  return {
    key: name,
    text: [...words(verdictMark(verdict), strong(name), samplesSpan(metric)), span(' '), ...listed(figures)],
    children: [{ key: 'why', text: [away === true ? span(why, 'warn') : dim(why)] }],
  }
}

/** One row of blocks for the last samples. */
export function samplesSpan({ samples, figures, verdict }: MetricRun): Span {
  const values = samples.map(({ canary }) => canary)
  return span(sparkline(values, figures.margin), tones[verdict])
}

function measuredSpans({ measuredAt }: MetricRun, now: number): Line {
  return [dim(keep(measuredAt === undefined ? 'not measured yet' : `${ageText(now - Date.parse(measuredAt))} ago`))]
}
