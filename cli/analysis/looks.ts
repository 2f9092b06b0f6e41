import { falseAlarmOf } from '../../analysis/false-alarm.ts'
import { judgeMetric } from '../../analysis/judge.ts'
import type { Measure, Measurement, Questions } from '../../analysis/measurement.ts'
import { awayWhy } from '../../analysis/outage.ts'
import { questionsOf } from '../../analysis/questions.ts'
import type { Metric } from '../../api/analysis.ts'
import { type MetricRun, maxSamples } from '../../api/analysis-run.ts'
import type { Clock } from '../../api/clock.ts'
import type { AnalysisView, Snapshot } from '../../rollout-controller/snapshot.ts'
import { stableQuestions } from './as-stable.ts'

/** One metric, asked as often as it takes to say something. */
export interface TriedMetric {
  readonly metric: Metric
  /** What was asked; without a canary only what can be asked then. */
  readonly questions: Questions
  /** Oldest first. */
  readonly measurements: readonly Measurement[]
  /** Judged as the controller does; absent where there is no canary to judge. */
  readonly run?: MetricRun
}

export interface LookDeps {
  readonly measure: Measure
  readonly clock: Clock
  /** Called before it waits, with how long, in milliseconds. */
  readonly onWait: (metric: Metric, ms: number) => void
}

/** A minute of the usual interval. */
const usualLooks = 7

/**
 * Asks all metrics of an analysis. A store that keeps its history is asked about the last while at once; of others a
 * counter is asked twice, an interval apart.
 */
export async function tryMetrics(
  view: AnalysisView,
  snapshot: Snapshot,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<readonly TriedMetric[]> {
  const falseAlarm = falseAlarmOf(view.metrics)
  return Promise.all(view.metrics.map((metric) => tryMetric(view, snapshot, { ...deps, falseAlarm }, metric, signal)))
}

async function tryMetric(
  view: AnalysisView,
  snapshot: Snapshot,
  deps: LookDeps & { readonly falseAlarm: number },
  metric: Metric,
  signal: AbortSignal,
): Promise<TriedMetric> {
  const { release } = snapshot.rollout.status ?? {}
  const sinceMs = splitSince(snapshot)
  const all = questionsOf(metric.condition)
  const questions = sinceMs === undefined ? stableQuestions(all) : all
  const request = requestFor(view, snapshot, metric, questions, sinceMs !== undefined)
  const measurements: Measurement[] = []
  for (const agoMs of looksBack(metric, sinceMs, deps.clock.now())) {
    if (agoMs < 0) {
      deps.onWait(metric, -agoMs)
      await deps.clock.sleep(-agoMs, signal)
    }
    const measurement = await deps.measure({ ...request, atMs: deps.clock.now() - Math.max(0, agoMs) }, signal)
    measurements.push(measurement)
    if (isAway(measurement)) break // it will not answer the others either
  }
  const context = { stratum: String(release?.weight ?? 0), falseAlarm: deps.falseAlarm, splitSinceMs: sinceMs ?? 0 }
  const run = isJudged(metric, sinceMs) ? judged(metric, measurements, context) : undefined
  return { metric, questions, measurements, ...(run === undefined ? {} : { run }) }
}

const isAway = ({ readings }: Measurement): boolean => Object.values(readings).some(({ kind }) => kind === 'away')

/** Asks once, about stable alone. */
export async function askStable(
  view: AnalysisView,
  snapshot: Snapshot,
  { measure, clock }: Pick<LookDeps, 'measure' | 'clock'>,
  metric: Metric,
  signal: AbortSignal,
): Promise<{ readonly questions: Questions; readonly readings: Measurement['readings'] }> {
  const questions = stableQuestions(questionsOf(metric.condition))
  const request = requestFor(view, snapshot, metric, questions, false)
  const { readings } = await measure({ ...request, atMs: clock.now() }, signal)
  return { questions, readings }
}

/** What has no sides says something of stable alone, too. */
const isJudged = ({ condition }: Metric, sinceMs: number | undefined): boolean =>
  sinceMs !== undefined || condition.kind === 'threshold'

/** A trial has no deadline: why there is no answer is all that there is to say of a store that is away. */
function judged(metric: Metric, all: readonly Measurement[], context: Parameters<typeof judgeMetric>[3]) {
  const run = all.reduce<MetricRun | undefined>(
    (before, measurement) => judgeMetric(metric, before, measurement, context),
    undefined,
  )
  const reason = awayWhy(all.at(-1)?.readings ?? {})
  return run?.verdict === 'inconclusive' && reason !== undefined ? { ...run, why: reason } : run
}

/** When the split under way came into force, in epoch milliseconds; undefined: the canary gets no traffic. */
export function splitSince({ rollout: { status } }: Pick<Snapshot, 'rollout'>): number | undefined {
  const { release, ending } = status ?? {}
  if (release === undefined || ending !== undefined) return undefined
  const since =
    release.gatesOpenedAt ?? (release.step > 1 || release.stage !== undefined ? release.stepStartedAt : undefined)
  return since === undefined ? undefined : Date.parse(since)
}

function requestFor(
  { trusted, id }: AnalysisView,
  { rollout: { meta }, podSelectors }: Snapshot,
  { name, source }: Metric,
  questions: Questions,
  hasCanary: boolean,
) {
  const pods = hasCanary ? podSelectors : { canary: podSelectors.stable, stable: podSelectors.stable }
  return { id: `${id}/${name}`, namespace: meta.namespace, trusted, source, questions, pods }
}

/** How long ago each look is to be, oldest first, in milliseconds; below 0: so long from now. */
function looksBack(
  { source, condition, intervalMs }: Metric,
  sinceMs: number | undefined,
  nowMs: number,
): readonly number[] {
  if (source.kind !== 'prometheus')
    return condition.kind === 'evidence' && sinceMs !== undefined ? [0, -intervalMs] : [0]
  const room = sinceMs === undefined ? usualLooks : 1 + Math.floor((nowMs - sinceMs) / intervalMs)
  const wanted = condition.kind === 'evidence' ? maxSamples : Math.max(usualLooks, condition.count)
  const count = Math.max(1, Math.min(room, wanted, maxSamples))
  return Array.from({ length: count }, (_, index) => (count - 1 - index) * intervalMs)
}
