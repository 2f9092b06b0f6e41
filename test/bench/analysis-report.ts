import type { Analysed } from './analysis.ts'
import type { Quantiles } from './exposition.ts'
import type { Row } from './report.ts'
import { type Summary, summarize } from './stats.ts'

/** Many Rollouts under analysis; no peer was measured so. */
export function analysisRows({ rollouts, metricsEach, questionsEach, intervalMs, ...rest }: Analysed): readonly Row[] {
  const { atWork, before, rollback, strayed } = rest
  const { perSecond, lag, milliCores, rssMb, heapMb, statusKb } = atWork
  const row = (title: string, figure: string): Row => ({ title: `analysis: ${title}`, figure })
  const saved = Math.max(0, perSecond.answered - perSecond.asked)
  const due = (rollouts * metricsEach * 1_000) / intervalMs
  return [
    row(
      'Rollouts × metrics (questions), every',
      `${rollouts} × ${metricsEach} (${questionsEach}), ${intervalMs / 1_000} s`,
    ),
    row('questions answered a second', perSecond.answered.toFixed(0)),
    row('questions that the store was asked a second', `${perSecond.asked.toFixed(0)} (saved ${saved.toFixed(0)})`),
    row('measurements a second, of those due', `${perSecond.measurements.toFixed(0)} of ${due.toFixed(0)}`),
    row('moments at which a metric was not measured', `${atWork.missed}`),
    row(`measurements without a number, of ${atWork.measurements}`, countsText(atWork.notes)),
    row('moment → stored in the status', summaryText(lag)),
    row('question, with its wait', quantilesText(atWork.question)),
    row('question, in the store', quantilesText(atWork.store)),
    row('reconcile', quantilesText(atWork.reconcile)),
    row('wait for a worker', quantilesText(atWork.queueWait)),
    row(
      'status writes a second; without news',
      `${perSecond.statusWrites.toFixed(0)}; ${perSecond.writesWithoutNews.toFixed(1)}`,
    ),
    row('API requests a second', countsText(perSecond.requests)),
    row('status, kB', summaryText(statusKb)),
    row('mcore', countsText(milliCores)),
    row('MB: first, last, most', `${ends(rssMb)}; heap ${ends(heapMb)}`),
    row('before: MB; mcore', `${before.rssMb.toFixed(0)}; ${before.milliCores.toFixed(1)}`),
    row('rollback → routing write, before', summaryText(summarize(before.rollback))),
    row('rollback → routing write', summaryText(summarize(rollback))),
    row('API server meanwhile: PATCH status', summaryText(summarize(rest.beside.patchStatus))),
    row('API server meanwhile: write → event', summaryText(summarize(rest.beside.writeToEvent))),
    row('Rollouts that left their gate', `${strayed}`),
  ]
}

const ends = (series: readonly number[]): string =>
  [series.at(0), series.at(-1), Math.max(...series)].map((value) => (value ?? Number.NaN).toFixed(0)).join(', ')

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([what, count]) => `${what} ${Number(count.toFixed(1))}`)
    .join(', ')

function quantilesText({ n, p50, p99, top }: Quantiles): string {
  const said = (ms: number) => (ms === top ? `≥ ${ms}` : ms.toFixed(1))
  return `${said(p50)} / ${said(p99)} (${n})`
}

const summaryText = ({ n, p50, p99, max }: Summary): string =>
  `${p50.toFixed(1)} / ${p99.toFixed(1)} / ${max.toFixed(1)} (${n})`
