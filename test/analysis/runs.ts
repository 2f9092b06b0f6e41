import { judgeMetric, type MetricContext } from '../../analysis/judge.ts'
import type { Metric } from '../../api/analysis.ts'
import type { MetricRun } from '../../api/analysis-run.ts'
import type { Readings } from './builders.ts'

/** The time that virtual time begins at: on every grid. */
export const t0 = Date.parse('2026-01-01T00:00:00Z')
export const context: MetricContext = { stratum: '20', falseAlarm: 0.01, splitSinceMs: t0 }

/** The run after measurements every 10 s from `t0 + fromMs` on. */
export function runOf(of: Metric, list: readonly Readings[], fromMs = 0, before?: MetricRun): MetricRun {
  const run = list.reduce<MetricRun | undefined>(
    (so, readings, index) => judgeMetric(of, so, { id: 'x', atMs: t0 + fromMs + index * 10_000, readings }, context),
    before,
  )
  if (!run) throw new Error('nothing is measured')
  return run
}
