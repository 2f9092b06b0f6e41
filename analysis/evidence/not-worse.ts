import type { Counts } from './counts.ts'
import { logSum } from './logarithms.ts'

/**
 * Is it shown that the canary is not worse by more than a margin m? A sequential test of the opposite, "in every tick
 * the canary's error rate is at least stable's plus m".
 *
 * **One tick.** The canary answered c requests and failed k, stable s and x. For any b > 0 let u = 1 − exp(−b) and
 * a = log(1 + u·c/s). Requests fail independently with p and q ≥ p + m, so with 1 + z ≤ exp(z)
 *
 *     E exp(a·x − b·k) ≤ exp(p·s·(exp(a)−1) − q·c·u) ≤ exp(p·c·u − (p+m)·c·u) = exp(−m·c·u)
 *
 * because a is chosen such that p falls out. So e = exp(a·x − b·k + m·c·u) is at most 1 on average whatever p is and
 * however it changes: a product of such factors reaches 1/β with probability at most β, ever (Ville). Without any errors
 * it grows by m·u for each canary request. Which b is best depends on p (`bestBet`); the evidence is the mean over bets
 * on a few rates. Raised to 1/clumping the mean of e is still at most 1 (Jensen), and so it is when the sum is capped: a
 * canary that was good for an hour cannot be bad for long and still pass.
 *
 * Source: the supermartingales of Howard, Ramdas, McAuliffe, Sekhon, Time-uniform Chernoff bounds, Probability Surveys
 * 2020; the choice of a and b is our own.
 */
export type NotWorse = readonly number[]

/** The error rates that are bet on: at the rates between them a bet still grows three quarters as fast as the best. */
const rates: readonly number[] = [0.0005, 0.002, 0.008, 0.032, 0.128, 0.4]
/** The log of the evidence is not counted beyond. */
const cap = 6

export const noNotWorse: NotWorse = rates.map(() => 0)

/** The state after a tick in which both sides had requests; `margin` from 0 to 1. */
export function betOnNotWorse(state: NotWorse, counts: Counts, margin: number, clumping: number): NotWorse {
  return state.map((log, index) => Math.min(cap, log + gain(counts, margin, rates[index] ?? 0) / clumping))
}

/** Log of e, with the bet that is best if both sides fail at `rate`. */
function gain({ canary, stable }: Counts, margin: number, rate: number): number {
  const perStable = canary.requests / stable.requests
  const kept = bestBet(rate, margin, perStable)
  const a = stable.errors > 0 ? Math.log1p((1 - kept) * perStable) : 0
  return a * stable.errors + Math.log(kept) * canary.errors + margin * canary.requests * (1 - kept)
}

/**
 * exp(−b), from 0 to 1, where the mean of log e is greatest: the root of its derivative by b when k and x are p·c and p·s,
 * m·κ·E² − (1+κ)·(m+p)·E + (1+κ)·p = 0 with κ = c/s.
 */
function bestBet(p: number, m: number, perStable: number): number {
  const half = (1 + perStable) * (m + p)
  const root = Math.sqrt(half ** 2 - 4 * m * perStable * p * (1 + perStable))
  return (2 * p * (1 + perStable)) / (half + root)
}

/** Log of the evidence: it reaches log(1/β) with probability at most β if the canary is worse by more than the margin. */
export const logNotWorse = (state: NotWorse): number => logSum(state) - Math.log(rates.length)

/** What a canary request brings on average, in the direction that pays best, if both sides go on as they did. */
export function notWorsePerRequest(counts: Counts, margin: number, clumping: number): number {
  if (counts.canary.requests === 0 || counts.stable.requests === 0) return margin / clumping
  return Math.max(...rates.map((rate) => gain(counts, margin, rate))) / counts.canary.requests / clumping
}
