import type { Metric } from '../api/analysis.ts'
import { type Figures, type MetricRun, maxSamples, type Sample, type Verdict } from '../api/analysis-run.ts'
import { formatDuration } from '../api/duration.ts'
import { judgeCondition } from './judge-condition.ts'
import type { JudgeContext } from './judged.ts'
import type { Measurement, Reading } from './measurement.ts'
import { enoughAnswers, isMoment, type MetricState, readMetricState, writeMetricState } from './metric-state.ts'
import { answeredAgain, awayMsOf, awayWhy, notAnswered } from './outage.ts'
import { mayStayEmpty, questionsOf } from './questions.ts'
import { hasData, readingOf, whatCameBack, withPlainZeros } from './reading.ts'
import { shorten } from './words.ts'

/** What a measurement is judged with. */
export interface MetricContext extends Pick<JudgeContext, 'stratum' | 'falseAlarm'> {
  /** When the split came into force that the canary is measured under; milliseconds since the epoch. */
  readonly splitSinceMs: number
  /** Nothing was routed to the canary before that split. */
  readonly isFirstSplit?: boolean
}

type Readings = Readonly<Record<string, Reading>>

/** What one measurement leads to. */
interface Outcome {
  readonly state: MetricState
  readonly verdict: Verdict
  readonly why: string
  /** Absent: those from before. */
  readonly figures?: Figures
  readonly sample: Omit<Sample, 'at'>
}

const longestText = 600
const longestQuery = 1_000

/**
 * The run of a metric after one more measurement. `metric` is as it is asked, its arguments filled in. Pure and total:
 * nothing makes it throw, nothing but data makes it pass, and a measurement that is no newer than the last one, in
 * whatever order, changes nothing. A failed metric stays as it was when it failed; only `measuredAt` goes on.
 */
export function judgeMetric(
  metric: Metric,
  before: MetricRun | undefined,
  measurement: Measurement,
  context: MetricContext,
): MetricRun {
  const run = before ?? unmeasured(metric)
  const atMs = Math.floor(measurement.atMs)
  if (!isNews(run, atMs)) return run
  const measuredAt = new Date(atMs).toISOString()
  if (run.verdict === 'fail') return { ...run, measuredAt }
  const outcome = outcomeOf(metric, readMetricState(run.state, metric.condition.kind), measurement, atMs, context)
  return recorded(metric, run, outcome, atMs)
}

function unmeasured({ name, condition }: Metric): MetricRun {
  const { verdict, why } = readMetricState(undefined, condition.kind)
  return { name, verdict, why, figures: {}, samples: [], queries: queriesOf(condition) }
}

function isNews({ measuredAt }: MetricRun, atMs: number): boolean {
  const lastMs = measuredAt === undefined ? Number.NaN : Date.parse(measuredAt)
  return isMoment(atMs) && !(atMs <= lastMs)
}

function outcomeOf(
  metric: Metric,
  before: MetricState,
  measurement: Measurement,
  atMs: number,
  context: MetricContext,
): Outcome {
  const readings = answersTo(metric, measurement)
  const reason = awayWhy(readings)
  if (reason !== undefined) {
    const note = `no answer: ${reason}`
    return { ...notAnswered(metric, before, atMs, reason), sample: { verdict: 'inconclusive', note } }
  }
  const state = answeredAgain(metric, before, atMs)
  const inForceMs = atMs - context.splitSinceMs
  if (!(inForceMs < metric.warmUpMs || inForceMs < 0)) return answered(metric, state, readings, { ...context, atMs })
  if (inForceMs >= 0) return leftOut(metric, state, readings, { ...context, atMs, warmUp: true }, 'warm-up')
  const earlier = { ...context, atMs, warmUp: true, isBeforeTraffic: context.isFirstSplit === true }
  return leftOut(metric, state, readings, earlier, 'before the split')
}

/** Every question of the condition with a reading, and nothing else. */
function answersTo({ condition }: Metric, { readings }: Measurement): Readings {
  const questions = Object.keys(questionsOf(condition))
  return Object.fromEntries(questions.map((question) => [question, withPlainZeros(readingOf(readings, question))]))
}

/** Nothing is judged, but counters are counted from here. */
function leftOut(
  metric: Metric,
  before: MetricState,
  readings: Readings,
  context: JudgeContext,
  note: string,
): Outcome {
  const { condition, warmUpMs } = metric
  const isCounted = condition.kind === 'evidence'
  const state = isCounted
    ? { ...before, condition: judgeCondition(condition, before.condition, readings, context).state }
    : before
  const { verdict } = before
  const until = warmUpMs === 0 ? 'is in force' : `has been in force for ${formatDuration(warmUpMs)}`
  const warming = `${note}: what is measured counts once the split ${until}`
  const why = before.answered > 0 ? before.why : warming
  return { state, verdict, why, sample: { verdict: 'inconclusive', note } }
}

function answered(metric: Metric, before: MetricState, readings: Readings, context: JudgeContext): Outcome {
  const judged = judgeCondition(metric.condition, before.condition, readings, context)
  const returned = Object.keys(readings).filter((question) => hasData(readingOf(readings, question)))
  const seen = [...new Set([...before.seen, ...returned])]
  const times = Math.min(before.answered + 1, enoughAnswers)
  const { verdict, figures, sample } = judged
  const problem =
    times >= enoughAnswers && verdict === 'inconclusive' ? neverReturned(metric, seen, readings) : undefined
  const why = shorten(problem ?? judged.why, longestText)
  return {
    state: { ...before, condition: judged.state, verdict, why, answered: times, seen },
    verdict,
    why,
    figures,
    sample,
  }
}

/** A question that never had an answer is asked wrongly: said with the query and what came back. */
function neverReturned({ condition }: Metric, seen: readonly string[], readings: Readings): string | undefined {
  const questions = Object.entries(questionsOf(condition))
  const never = questions.find(([question]) => !seen.includes(question) && !mayStayEmpty(condition, question))
  if (never === undefined) return undefined
  const [question, query] = never
  const what = shorten(whatCameBack(readingOf(readings, question)), 150)
  return `no data, which is a configuration error unless there is no traffic: ${question} never had a value in ${enoughAnswers} measurements or more; query "${shorten(query, 250)}" returned ${what}`
}

function recorded(metric: Metric, run: MetricRun, outcome: Outcome, atMs: number): MetricRun {
  const at = new Date(atMs).toISOString()
  const { state, verdict } = outcome
  return {
    name: run.name,
    verdict,
    why: shorten(outcome.why, longestText),
    measuredAt: at,
    figures: cleaned(outcome.figures ?? run.figures),
    samples: [...run.samples, sampleOf(at, outcome.sample)].slice(-maxSamples),
    queries: queriesOf(metric.condition),
    awayMs: awayMsOf(metric, state, atMs),
    ...(state.awaySinceMs !== undefined && { away: true }),
    state: writeMetricState(state),
  }
}

function sampleOf(at: string, { verdict, canary, stable, note }: Omit<Sample, 'at'>): Sample {
  const numbers = cleaned({ ...(canary !== undefined && { canary }), ...(stable !== undefined && { stable }) })
  return { at, verdict, ...numbers, ...(note !== undefined && { note: shorten(note, 200) }) }
}

/** What JSON can hold: numbers that are finite, and no negative zero. */
function cleaned(figures: Figures): Figures {
  const numbers = Object.entries(figures).filter(([, value]) => Number.isFinite(value))
  return Object.fromEntries(numbers.map(([name, value]) => [name, value === 0 ? 0 : value]))
}

function queriesOf(condition: Metric['condition']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(questionsOf(condition)).map(([name, query]) => [name, shorten(query, longestQuery)]),
  )
}
