import type { CompareCondition } from '../api/analysis.ts'
import type { Figures, Verdict } from '../api/analysis-run.ts'
import type { JudgeCondition } from './judged.ts'
import type { Reading } from './measurement.ts'
import { oneNumberOf, readingOf } from './reading.ts'
import { counted, isTally, type Tally, tallyInWords, verdictOf } from './tally.ts'
import { inWords } from './words.ts'

export type CompareState = Tally
export const isCompareState = isTally

type Readings = Readonly<Record<string, Reading>>
/** One measurement: `what` is the sentence about it, `note` what there was where there is no verdict. */
interface Found {
  readonly verdict: Verdict
  readonly figures: Pick<Figures, 'canary' | 'stable' | 'margin'>
  readonly what: string
  readonly note?: string
}

/** Two numbers that differ by no more than the rounding of a double are one. */
const rounding = 1e-12

/**
 * Judges the canary's number by stable's, and counts how many measurements passed and failed. The canary may be worse by
 * the larger of an absolute margin and one in per cent of stable's magnitude. Without one number on either side, or with
 * too small a sample, a measurement is inconclusive.
 */
export const judgeCompare: JudgeCondition<CompareCondition, CompareState> = (condition, before, readings) => {
  const { verdict, figures, what, note } = foundIn(condition, readings)
  const state = counted(before, verdict)
  const { margin: _margin, ...sides } = figures
  return {
    state,
    verdict: verdictOf(state, condition),
    why: `${what}; ${tallyInWords(state, condition)}`,
    figures,
    sample: { verdict, ...sides, ...(note !== undefined && { note }) },
  }
}

function foundIn(condition: CompareCondition, readings: Readings): Found {
  const canary = oneNumberOf(readingOf(readings, 'canary'))
  const stable = oneNumberOf(readingOf(readings, 'stable'))
  const figures = {
    ...(canary.kind === 'number' && { canary: canary.value }),
    ...(stable.kind === 'number' && { stable: stable.value }),
  }
  if (canary.kind === 'none') return unknown(`canary: ${canary.what}`, figures)
  if (stable.kind === 'none') return unknown(`stable: ${stable.what}`, figures)
  const tooFew = tooFewOf(condition, readings)
  if (tooFew !== undefined) return unknown(tooFew, figures)
  return compared(condition, canary.value, stable.value)
}

const unknown = (what: string, figures: Figures): Found => ({ verdict: 'inconclusive', figures, what, note: what })

function tooFewOf({ minimumSample }: CompareCondition, readings: Readings): string | undefined {
  if (minimumSample === undefined) return undefined
  const problems = (['canary', 'stable'] as const).map((side) => {
    const sample = oneNumberOf(readingOf(readings, `sample.${side}`))
    if (sample.kind === 'none') return `sample of ${side}: ${sample.what}`
    const isEnough = sample.value >= minimumSample.count
    return isEnough ? undefined : `too small a sample of ${side}: ${inWords(sample.value)} of ${minimumSample.count}`
  })
  return problems.find((problem) => problem !== undefined)
}

function compared({ better, margin }: CompareCondition, canary: number, stable: number): Found {
  const worseBy = better === 'higher' ? stable - canary : canary - stable
  const allowed = Math.max(margin.absolute, (Math.abs(stable) / 100) * margin.relativePercent)
  const slack = rounding * Math.max(Math.abs(canary), Math.abs(stable))
  if (![worseBy, allowed].every(Number.isFinite)) return unknown('numbers too large to compare', { canary, stable })
  const verdict = worseBy <= allowed + slack ? 'pass' : 'fail'
  const difference = worseBy > 0 ? `worse by ${inWords(worseBy)}` : 'no worse'
  const what = `canary ${inWords(canary)}, stable ${inWords(stable)}: ${difference}, ${inWords(allowed)} allowed`
  return { verdict, figures: { canary, stable, margin: allowed }, what }
}
