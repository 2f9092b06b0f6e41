import type { AnalysisRun, MetricRun } from '../../api/analysis-run.ts'
import { isCounted, unitOf, valueText } from './analysis-figures.ts'
import { told } from './marks.ts'

/** A comparison's numbers as its judge writes them: `canary 0.125, stable 0.12: worse by 0.005, 0.02 allowed`. */
const compared =
  /(?<=\b(?:canary|stable|worse by) )-?\d[\d.]*(?:e[+-]?\d+)?(?=[,:])|-?\d[\d.]*(?:e[+-]?\d+)?(?= allowed)/g

/** The sentence of a metric, its numbers in the same form as among its figures. */
export function whyText(metric: MetricRun): string {
  const { why, queries } = metric
  if (isCounted({ queries }) || 'value' in queries) return told(why)
  return told(why.replace(compared, (number) => valueText(Number(number), unitOf(metric))))
}

/** Whether the sentence of a run is among those of its metrics. */
export const isSaidByMetric = ({ why, metrics }: AnalysisRun): boolean =>
  metrics.some((metric) => metric.why !== '' && why.includes(metric.why))

/** The sentence of a run, as that of the metric that it rests on is told. */
export function runWhyText({ why, metrics }: AnalysisRun): string {
  const metric = metrics.find((one) => one.why !== '' && why.includes(one.why))
  return metric === undefined ? told(why) : told(why.replace(metric.why, () => whyText(metric)))
}

/** A sentence without the end that only repeats what is shown of one of these runs; empty when that is all of it. */
export function withoutShown(sentence: string, runs: readonly AnalysisRun[]): string {
  const repeated = Math.max(0, ...runs.map(({ why }) => (sentence.endsWith(why) ? why.length : 0)))
  return told(repeated === 0 ? sentence : sentence.slice(0, -repeated).replace(/:\s*$/, ''))
}
