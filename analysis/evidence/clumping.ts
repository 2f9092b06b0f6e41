import type { SideCounts } from './counts.ts'

/**
 * How much errors clump: how many times as much stable's errors differ between two ticks as independent errors would.
 *
 * Stable is compared with itself one tick earlier as the canary is compared with stable: of the x + y errors of two
 * successive ticks with s and t requests, the first should have a share of q = s/(s+t), give or take √((x+y)·q·(1−q)).
 * `squares` sums the squared differences, `expected` what they should be. Their quotient is the quasi-likelihood's
 * dispersion (McCullagh & Nelder, Generalized Linear Models, 1989, 4.5); with it evidence counts as if there were so
 * many times fewer errors. Successive ticks, so that a slow drift, which both sides share, is not taken for clumping;
 * stable alone, so that a bad canary cannot excuse itself.
 */
export interface Clumping {
  readonly squares: number
  readonly expected: number
  readonly last?: SideCounts
}

/** Before anything is known: a little, and as sure of it as after some ten pairs of errors. */
const priorDispersion = 1.45
const priorWeight = 10

export const noClumping: Clumping = { squares: priorDispersion * priorWeight, expected: priorWeight }

/** ≥ 1. */
export const dispersion = ({ squares, expected }: Clumping): number => Math.max(1, squares / expected)

/** With stable's counts of one more tick; undefined: of a tick that is not to be compared with. */
export function learned({ squares, expected, last }: Clumping, stable: SideCounts | undefined): Clumping {
  if (stable === undefined) return { squares, expected }
  if (last === undefined) return { squares, expected, last: stable }
  const share = last.requests / (last.requests + stable.requests)
  const difference = last.errors * (1 - share) - stable.errors * share
  return {
    squares: squares + difference ** 2,
    expected: expected + (last.errors + stable.errors) * share * (1 - share),
    last: stable,
  }
}
