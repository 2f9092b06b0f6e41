import type { Metric } from '../api/analysis.ts'
import type { MetricRun } from '../api/analysis-run.ts'
import { type MetricState, readMetricState, writeMetricState } from './metric-state.ts'
import { isAhead } from './schedule.ts'

/**
 * The run, as somebody may go on with it at `nowMs` (since the epoch). If its last measurement is said to be of a moment
 * that is yet to come, it was taken with a clock that was fast, which nobody can tell the age of: nothing passes on it, and
 * the metric is measured anew. What was counted stays, and a metric that failed has failed.
 */
export function unlessAhead(metric: Metric, run: MetricRun, nowMs: number): MetricRun {
  const { measuredAt, ...rest } = run
  if (measuredAt === undefined || !isAhead(metric, Date.parse(measuredAt), nowMs)) return run
  if (run.verdict === 'fail') return rest
  const why = `measured at ${measuredAt}, which is yet to come: by a clock that was fast`
  const verdict = 'inconclusive'
  return {
    ...rest,
    verdict,
    why,
    state: writeMetricState(withoutVerdict(metric, readMetricState(run.state, metric.condition.kind), nowMs)),
  }
}

function withoutVerdict(metric: Metric, { awaySinceMs, ...state }: MetricState, nowMs: number): MetricState {
  const why = 'not measured since the clock was fast'
  const since = awaySinceMs !== undefined && isAhead(metric, awaySinceMs, nowMs) ? Math.floor(nowMs) : awaySinceMs
  return { ...state, verdict: 'inconclusive', why, ...(since !== undefined && { awaySinceMs: since }) }
}
