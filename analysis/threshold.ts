import type { ThresholdCondition } from '../api/analysis.ts'
import type { Sample, Verdict } from '../api/analysis-run.ts'
import { compileCondition } from './condition.ts'
import type { JudgeCondition } from './judged.ts'
import type { Reading, SeriesValue } from './measurement.ts'
import { readingOf, valuesOf, whatCameBack } from './reading.ts'
import { counted, isTally, type Tally, tallyInWords, verdictOf } from './tally.ts'
import { inWords, shorten } from './words.ts'

export type ThresholdState = Tally
export const isThresholdState = isTally

interface Tests {
  readonly passes: (value: number) => boolean | undefined
  readonly fails: (value: number) => boolean | undefined
}
interface JudgedValue extends SeriesValue {
  readonly verdict: Verdict
}
/** One measurement; `what` is the sentence about it. */
interface Found {
  readonly sample: Omit<Sample, 'at'>
  readonly what: string
}

/** More are a query that forgot to aggregate. Judging so many takes some 3 ms. */
const maxSeries = 500

/**
 * Judges the value of one measurement by an expression, and counts how many passed and failed. A vector is judged as a
 * whole: `all` passes when every value does and fails when one does; `any` passes when one does and fails when all do.
 * No value, NaN or an infinite one is what `noData` says, and never passes.
 */
export const judgeThreshold: JudgeCondition<ThresholdCondition, ThresholdState> = (condition, before, readings) => {
  const { sample, what } = foundIn(condition, readingOf(readings, 'value'))
  const state = counted(before, sample.verdict)
  const why = `${what}; ${tallyInWords(state, condition)}`
  const figures = sample.canary === undefined ? {} : { canary: sample.canary }
  return { state, verdict: verdictOf(state, condition), why, figures, sample }
}

function foundIn(condition: ThresholdCondition, reading: Reading): Found {
  const values = valuesOf(reading)
  if (values.length === 0) return nothing(condition.noData, whatCameBack(reading))
  if (values.length > maxSeries) return nothing('inconclusive', `more than ${maxSeries} series: aggregate them`)
  const tests = testsOf(condition)
  if (typeof tests === 'string') return nothing('inconclusive', tests)
  const judged = values.map((one) => ({ ...one, verdict: judgeValue(one.value, tests, condition.noData) }))
  const verdict = ofAll(condition.over, judged)
  return found(condition, verdict, decisive(judged, verdict, condition.over, tests), judged.length)
}

const nothing = (verdict: Verdict, what: string): Found => ({
  sample: { verdict, note: what },
  what: `no value: ${what}`,
})

function testsOf({ pass, fail }: ThresholdCondition): Tests | string {
  const passes = compileCondition(pass)
  const fails = fail === undefined ? undefined : compileCondition(fail)
  if (passes.kind === 'invalid') return `pass cannot be tested: ${passes.why}`
  if (fails?.kind === 'invalid') return `fail cannot be tested: ${fails.why}`
  return { passes: passes.test, fails: fails?.test ?? ((value) => negated(passes.test(value))) }
}

const negated = (answer: boolean | undefined): boolean | undefined => (answer === undefined ? undefined : !answer)

/** What is said to pass and to fail fails. */
function judgeValue(value: number, { passes, fails }: Tests, noData: ThresholdCondition['noData']): Verdict {
  if (!Number.isFinite(value)) return noData
  const failed = fails(value)
  if (failed !== false) return failed ? 'fail' : 'inconclusive'
  return passes(value) ? 'pass' : 'inconclusive'
}

/** The verdict of a vector that is not empty. */
function ofAll(over: ThresholdCondition['over'], judged: readonly JudgedValue[]): Verdict {
  const [decides, other] = over === 'all' ? (['fail', 'pass'] as const) : (['pass', 'fail'] as const)
  if (judged.some(({ verdict }) => verdict === decides)) return decides
  return judged.every(({ verdict }) => verdict === other) ? other : 'inconclusive'
}

/** Of the values that led to the verdict, the worst of `all` or the best of `any`; a number where there is one. */
function decisive(
  judged: readonly JudgedValue[],
  verdict: Verdict,
  over: ThresholdCondition['over'],
  { passes }: Tests,
): JudgedValue | undefined {
  const led = judged.filter((one) => one.verdict === verdict)
  const numbers = led.filter(({ value }) => Number.isFinite(value))
  const sign = (over === 'all' ? -1 : 1) * directionOf(passes)
  const [first, ...rest] = numbers.length > 0 ? numbers : led
  if (first === undefined) return undefined
  return rest.reduce((best, one) => (sign * one.value > sign * best.value ? one : best), first)
}

/** 1 where higher values pass, -1 where lower ones do, 0 where it cannot be told. */
function directionOf(passes: Tests['passes']): number {
  return Number(passes(Number.MAX_VALUE) ?? false) - Number(passes(-Number.MAX_VALUE) ?? false)
}

function found(
  condition: ThresholdCondition,
  verdict: Verdict,
  decided: JudgedValue | undefined,
  series: number,
): Found {
  const value = decided?.value ?? Number.NaN
  const of = series > 1 ? ` of ${shorten(decided?.series ?? '', 100)} (${series} series)` : ''
  const canary = Number.isFinite(value) ? { canary: value } : { note: String(value) }
  return { sample: { verdict, ...canary }, what: `${inWords(value)}${of} ${judgement(condition, verdict)}` }
}

function judgement({ pass, fail }: ThresholdCondition, verdict: Verdict): string {
  const failing = fail === undefined ? `does not pass ${shorten(pass, 100)}` : `fails by ${shorten(fail, 100)}`
  const words = { pass: `passes ${shorten(pass, 100)}`, fail: failing, inconclusive: 'neither passes nor fails' }
  return words[verdict]
}
