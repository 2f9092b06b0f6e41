import { errorRate, faded, noCounts, plus, type SideCounts } from './counts.ts'

/**
 * Is the service itself unwell? When stable fails far more than it did, something that both sides need is failing:
 * then a comparison says little, and the tick counts nothing, neither for the canary nor against it.
 *
 * Stable is unwell when its errors of the last ticks (each tick weighs half of the next) are more than `times` what is
 * usual for it and more than chance explains, or when more than half of its requests fail. What is usual is a mean that
 * forgets slowly. Unwell ticks enter it too, though with no more than `times` the usual: so whatever lasts becomes
 * usual in the end, the later the worse it is.
 *
 * Leaving out ticks because of stable's own errors makes the test of "worse" reject more often by a factor of at most
 * 1 + the chance of leaving one out by mistake; that is why the bounds are far off.
 */
export interface Wellness {
  readonly usual: SideCounts
  readonly recent: SideCounts
  readonly unwell: boolean
}

export const noWellness: Wellness = { usual: noCounts, recent: noCounts, unwell: false }

const times = 3
const deviations = 5
const fewErrors = 5
const keepUsual = 0.98
const keepRecent = 0.5

/** After a tick with stable's counts, of which there was at least one request. */
export function feltAfter({ usual, recent }: Wellness, stable: SideCounts, dispersion: number): Wellness {
  const now = plus(faded(recent, keepRecent), stable)
  const most = usual.requests > 0 ? Math.max(fewErrors, times * expected(usual, stable.requests)) : stable.errors
  const believed = Math.min(stable.errors, most)
  return {
    usual: plus(faded(usual, keepUsual), { requests: stable.requests, errors: believed }),
    recent: now,
    unwell: isFarAbove(now, usual, dispersion),
  }
}

function isFarAbove(now: SideCounts, usual: SideCounts, dispersion: number): boolean {
  if (now.errors < fewErrors) return false
  if (now.errors > now.requests / 2) return true
  if (usual.requests === 0) return false
  const mean = expected(usual, now.requests)
  return now.errors > times * mean && now.errors > mean + deviations * Math.sqrt(dispersion * mean) + fewErrors
}

/** Half an error more than was seen, since none may be chance. */
const expected = ({ requests, errors }: SideCounts, of: number): number =>
  requests > 0 ? ((errors + 0.5) / requests) * of : 0

/** Stable's error rate now and as it was, for people; from 0 to 1. */
export const ratesFelt = ({ usual, recent }: Wellness): { readonly now: number; readonly usual: number } => ({
  now: errorRate(recent) ?? 0,
  usual: errorRate(usual) ?? 0,
})
