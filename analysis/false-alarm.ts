import type { Metric } from '../api/analysis.ts'

/** Of calling a healthy canary worse, over a whole rollout (docs/judge.md). */
const budget = 0.01

/** Bonferroni: each of these metrics that tests counts gets an equal part of the budget, from 0 to 1. */
export function falseAlarmOf(metrics: readonly Metric[]): number {
  const tests = metrics.filter(({ condition }) => condition.kind === 'evidence')
  return budget / Math.max(1, tests.length)
}
