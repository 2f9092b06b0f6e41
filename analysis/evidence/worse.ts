import type { Counts } from './counts.ts'
import { logAdd, logSum } from './logarithms.ts'

/**
 * Is the canary worse? A sequential test of "the canary's error rate is at most `ratio` times stable's", that may be
 * looked at as often as one likes.
 *
 * **One tick.** The canary answered c requests and stable s; together they failed n, the canary k of these. Errors are
 * rare and independent, so whose the next error is, is a coin: under the hypothesis it is the canary's with probability
 * at most p(ratio), where p(r) = r·c / (r·c + s). If the canary is r times as bad, it is p(r). The likelihood ratio
 *
 *     e(r) = (p(r)/p(ratio))^k · ((1−p(r))/(1−p(ratio)))^(n−k)
 *
 * is 1 on average if the canary is as good as `ratio` allows, and less if it is better, whatever n, c, s and the error
 * rate of the tick are: so the split and the error rate of the service may change from tick to tick. (Errors that are
 * not rare make the coin hypergeometric, which is less dispersed: Hoeffding 1963, theorem 4.) Raised to 1/clumping ≤ 1
 * its mean is still at most 1 (Jensen), and so it is when e is capped.
 *
 * **All ticks.** A product of such ratios is a bet that on average wins nothing: it reaches 1/α with probability at
 * most α, ever (Ville). Half of the stake is on "worse from the first tick", the other half on "worse from tick j on"
 * (`startWeight`), so that a canary that turns bad later is found too; each is spread over the ratios of `alternatives`
 * by `logWeights`. Only ticks with errors are counted: the others say nothing.
 *
 * Sources: Lindon & Malek, Anytime-Valid Inference for Multinomial Count Data, NeurIPS 2022; Johari, Koomen, Pekelis,
 * Walsh, Always Valid Inference, Operations Research 2022; for the mixture of starts Shin, Ramdas, Rinaldo, E-detectors,
 * NEJSDS 2023.
 */
export interface Worse {
  /** How many ticks with errors there were. */
  readonly ticks: number
  /** Log of what the bet on each alternative is worth. Empty before the first tick with errors. */
  readonly wealth: readonly number[]
  /** Of the stake, what is not bet yet. */
  readonly unspent: number
}

export const noWorse: Worse = { ticks: 0, wealth: [], unspent: 1 }

export interface WorseTerms {
  /** So many times stable's error rate is still no worse. */
  readonly ratio: number
  /** ≥ 1: so many errors come at once. */
  readonly clumping: number
  /** From 0 to 1. One tick brings at most a factor of 1/falseAlarm, so that one tick alone is never enough. */
  readonly falseAlarm: number
}

/** How many times as bad as `ratio` allows; with 1.1 from 1.25 to 30 times stable's rate. */
const alternatives: readonly number[] = [1.14, 1.4, 1.8, 2.7, 4.5, 8, 14, 27]
export const betCount = alternatives.length
const logAlternatives = alternatives.map(Math.log)
/** Most on those in the middle, where both milder and graver ones still win something. */
const logWeights = [1, 1, 2, 4, 4, 2, 1, 1].map((weight) => Math.log(weight / 16))

/** The state after a tick in which both sides had requests. */
export function betOnWorse(worse: Worse, { canary, stable }: Counts, terms: WorseTerms): Worse {
  const errors = canary.errors + stable.errors
  if (errors === 0) return worse
  const ticks = worse.ticks + 1
  const stake = startWeight(ticks)
  const logStake = Math.log(stake)
  const cap = -Math.log(terms.falseAlarm)
  const allowed = terms.ratio * canary.requests
  const wealth = alternatives.map((times, index) => {
    const log = logRatio(canary.errors, errors, allowed, stable.requests, times, logAlternatives[index] ?? 0)
    const before = worse.wealth[index]
    const staked = logStake + (logWeights[index] ?? 0)
    return (before === undefined ? staked : logAdd(before, staked)) + Math.min(cap, log / terms.clumping)
  })
  return { ticks, wealth, unspent: Math.max(0, worse.unspent - stake) }
}

/** log e(r): p(r)/p(ratio) = times·(a+s)/(times·a+s) and (1−p(r))/(1−p(ratio)) = (a+s)/(times·a+s), with a = ratio·c. */
function logRatio(k: number, n: number, a: number, s: number, times: number, logTimes: number): number {
  return k * logTimes - n * Math.log1p(((times - 1) * a) / (a + s))
}

/** Log of the evidence that the canary is worse: it reaches log(1/α) with probability at most α if it is not. */
export function logWorse({ wealth, unspent }: Worse): number {
  return unspent > 0 ? logAdd(logSum(wealth), Math.log(unspent)) : logSum(wealth)
}

/** What a canary request brings on average, in the direction that pays best, if both sides go on as they did. */
export function worsePerRequest(
  { canary, stable }: Counts,
  { ratio, clumping }: Omit<WorseTerms, 'falseAlarm'>,
): number {
  if (canary.requests === 0) return 0
  const errors = canary.errors + stable.errors
  const each = alternatives.map((times, index) =>
    logRatio(canary.errors, errors, ratio * canary.requests, stable.requests, times, logAlternatives[index] ?? 0),
  )
  return Math.max(...each) / canary.requests / clumping
}

/** Σ over j ≥ 1 is 1: a half for the first tick, the rest falls as j^−1.2, which costs a late start little. */
function startWeight(tick: number): number {
  return tick === 1 ? 0.5 : 0.5 * (tick ** -1.2 / tailOfZeta)
}
/** ζ(1.2) − 1. */
const tailOfZeta = 4.591582441177751
