import type { MeasureRequest } from '../../analysis/measurement.ts'
import { questionsOf } from '../../analysis/questions.ts'
import { dueAt } from '../../analysis/schedule.ts'
import type { Metric } from '../../api/analysis.ts'
import type { AnalysisRun } from '../../api/analysis-run.ts'
import type { Ending } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import type { AnalysisView } from '../snapshot.ts'
import { analysesAtWork, requestId, takeMeasurements } from './analyses.ts'
import { beginRollBack } from './end.ts'
import type { Stay, Turn, View } from './turn.ts'
import { at } from './view.ts'

/**
 * One turn under analysis: what was measured is judged first, a verdict "fail" ends the release whatever else it waits
 * for, and what is due is measured.
 */
export function analysed(view: View, decide: (view: View) => Turn): Turn {
  const seen = takeMeasurements(view)
  const failed = failedRun(seen)
  if (failed) return beginRollBack(seen, endingOf(failed))
  const turn = decide(seen)
  return turn.kind === 'stay' ? measuring(seen, turn) : turn
}

function failedRun(view: View): AnalysisRun | undefined {
  const ids = new Set(analysesAtWork(view).map(({ id }) => id))
  return view.status.release?.analyses?.find((run) => ids.has(run.id) && run.verdict === 'fail' && !run.advisory)
}

export function endingOf({ analysis, why }: AnalysisRun): Ending {
  return { cause: 'analysis', by: `analysis ${analysis}`, message: why }
}

interface Due {
  readonly requests: readonly MeasureRequest[]
  readonly wakes: readonly number[]
}

function measuring(view: View, stay: Stay): Stay {
  const { requests, wakes } = whatIsDue(view)
  const wakeAt = Math.min(stay.wakeAt ?? Number.POSITIVE_INFINITY, ...wakes)
  const measure: readonly Action[] = requests.length === 0 ? [] : [{ kind: 'measure', requests }]
  return {
    ...stay,
    actions: [...stay.actions, ...measure],
    ...(Number.isFinite(wakeAt) && { wakeAt }),
  }
}

function whatIsDue(view: View): Due {
  const all = analysesAtWork(view).flatMap((analysis) =>
    analysis.metrics.map((metric) => dueOf(view, analysis, metric)),
  )
  return { requests: all.flatMap(({ requests }) => requests), wakes: all.flatMap(({ wakes }) => wakes) }
}

/** A request that is under way wakes us when it is answered. */
function dueOf(view: View, analysis: AnalysisView, metric: Metric): Due {
  const id = requestId(analysis, metric)
  if (view.measuring.includes(id)) return { requests: [], wakes: [] }
  const run = view.status.release?.analyses?.find((one) => one.id === analysis.id)
  const measuredAt = run?.metrics.find(({ name }) => name === metric.name)?.measuredAt
  const due = dueAt(metric, measuredAt === undefined ? undefined : at(measuredAt), at(run?.startedAt ?? ''), view.now)
  if (due.kind === 'wait') return { requests: [], wakes: [due.untilMs] }
  return { requests: [requestOf(view, analysis, metric, due.atMs)], wakes: [] }
}

function requestOf(
  view: View,
  analysis: AnalysisView,
  { source, condition, name }: Metric,
  atMs: number,
): MeasureRequest {
  return {
    id: requestId(analysis, { name }),
    atMs,
    namespace: view.rollout.meta.namespace,
    trusted: analysis.trusted,
    source,
    questions: questionsOf(condition),
    pods: view.podSelectors,
  }
}
