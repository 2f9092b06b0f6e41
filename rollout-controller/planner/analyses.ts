import { unlessAhead } from '../../analysis/ahead.ts'
import { falseAlarmOf } from '../../analysis/false-alarm.ts'
import { judgeMetric } from '../../analysis/judge.ts'
import type { Measurement } from '../../analysis/measurement.ts'
import { questionsOf } from '../../analysis/questions.ts'
import { combine } from '../../analysis/verdict.ts'
import type { Metric } from '../../api/analysis.ts'
import { type AnalysisRun, type AnalysisScope, type MetricRun, stepOfRun } from '../../api/analysis-run.ts'
import type { Release } from '../../api/status.ts'
import type { AnalysisView } from '../snapshot.ts'
import { stamp, type View, withStatus } from './turn.ts'
import { at } from './view.ts'

/** Characters of JSON that the runs may take in the status, which is stored as one object of at most 1.5 MB. */
const mostText = 600_000

/** The analyses that measure now: in the background from the first split on, and those of the gates that are open. */
export function analysesAtWork(view: View): readonly AnalysisView[] {
  const { release } = view.status
  if (!release) return []
  return view.analyses.filter((analysis) => isAtWork(release, analysis))
}

/** `step`: whose gate it is, of one in a step. */
export function isAtWork(release: Release, { scope, step }: Pick<AnalysisView, 'scope' | 'step'>): boolean {
  const { stage } = release
  switch (scope) {
    case 'step':
      return stage === undefined && release.gatesOpenedAt !== undefined && step === release.step
    case 'background':
      return stage === undefined ? hasTraffic(release) : stage === 'Filling' || stage === 'Draining'
    case 'promotion':
      return stage === 'Draining'
    default:
      return scope satisfies never
  }
}

const hasTraffic = ({ step, gatesOpenedAt }: Release): boolean => step > 1 || gatesOpenedAt !== undefined

/** The view with what was measured judged, and a run for every analysis that has begun. */
export function takeMeasurements(view: View): View {
  const { release } = view.status
  if (!release || view.analyses.length === 0) return view
  const atWork = analysesAtWork(view)
  const taken = atWork.map((analysis) => takeInto(view, release, analysis))
  const others = (release.analyses ?? []).filter(({ id }) => !atWork.some((analysis) => analysis.id === id))
  const analyses = [...others.map((run) => (isOver(release, run) ? forTheRecord(run) : run)), ...taken]
  if (analyses.length === 0) return view
  return { ...view, status: withStatus(view.status, { release: { ...release, analyses: bounded(release, analyses) } }) }
}

/** A step that is over is not gone back to; any other run may go on, be its analysis gone for a moment. */
const isOver = ({ step }: Release, run: AnalysisRun): boolean => run.scope === 'step' && stepOfRun(run) !== step

/** Leaves out the oldest of those that are over for as long as they are too much. */
function bounded(release: Release, analyses: readonly AnalysisRun[]): readonly AnalysisRun[] {
  const oldest = analyses.find((run) => isOver(release, run))
  if (oldest === undefined || JSON.stringify(analyses).length <= mostText) return analyses
  return bounded(
    release,
    analyses.filter((run) => run !== oldest),
  )
}

function takeInto(view: View, release: Release, analysis: AnalysisView): AnalysisRun {
  const known = release.analyses?.find(({ id }) => id === analysis.id)
  const run = known?.hash === analysis.hash ? known : begun(view, analysis)
  const metrics = analysis.metrics.map((metric) => judged(view, release, analysis, metric, run))
  const { advisory } = analysis.use
  return {
    ...run,
    advisory,
    metrics,
    ...combine(metrics),
    awayMs: Math.max(0, ...metrics.map(({ awayMs = 0 }) => awayMs)),
  }
}

function begun(view: View, { id, scope, use, hash, metrics }: AnalysisView): AnalysisRun {
  const { name, kind, advisory } = use
  const why = 'nothing is measured yet'
  const fresh = metrics.map((metric): MetricRun => ({ name: metric.name, ...unmeasured(metric), why }))
  const startedAt = stamp(view.now)
  const verdict = 'inconclusive'
  return { id, scope, analysis: name, kind, hash, startedAt, verdict, why, advisory, awayMs: 0, metrics: fresh }
}

const unmeasured = ({ condition }: Metric) =>
  ({ verdict: 'inconclusive', figures: {}, samples: [], queries: questionsOf(condition) }) as const

function judged(
  view: View,
  release: Release,
  analysis: AnalysisView,
  metric: Metric,
  { metrics }: AnalysisRun,
): MetricRun {
  const before = metrics.find(({ name }) => name === metric.name)
  const context = {
    stratum: String(release.weight),
    falseAlarm: shareOf(view),
    splitSinceMs: at(release.gatesOpenedAt ?? release.stageStartedAt ?? release.stepStartedAt),
    isFirstSplit: release.step === 1 && release.stage === undefined,
  }
  const news = measurementsOf(view, requestId(analysis, metric))
  const start = before ?? { name: metric.name, ...unmeasured(metric), why: 'nothing is measured yet' }
  return news.reduce(
    (run, measurement) => judgeMetric(metric, run, measurement, context),
    unlessAhead(metric, start, view.now),
  )
}

/** Shared by all metrics that can roll back. */
const shareOf = ({ analyses }: View): number =>
  falseAlarmOf(analyses.filter(({ use }) => !use.advisory).flatMap(({ metrics }) => metrics))

function measurementsOf({ measurements }: View, id: string): readonly Measurement[] {
  return measurements.filter((one) => one.id === id).toSorted((a, b) => a.atMs - b.atMs)
}

/** An edited analysis asks under another id: late answers to what it asked before are nobody's. */
export const requestId = ({ id, hash }: Pick<AnalysisView, 'id' | 'hash'>, { name }: Pick<Metric, 'name'>): string =>
  `${id}/${name}@${hash}`

/** What a person reads, without what only the judge needs. */
export function forTheRecord(run: AnalysisRun): AnalysisRun {
  return { ...run, metrics: run.metrics.map(({ state: _state, ...metric }) => metric) }
}

/** Without the runs for that: what was measured for it passes nothing any more. */
export function forget(release: Release, forgotten: AnalysisScope): Release {
  const { analyses, ...rest } = release
  const left = analyses?.filter(({ scope }) => scope !== forgotten) ?? []
  return left.length === 0 ? rest : { ...rest, analyses: left }
}
