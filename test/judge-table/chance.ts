import type { Dice } from '../simulation/dice.ts'

/** Successes of n tries; counted through the distribution, so it costs some n·p steps. */
export function binomial(dice: Dice, n: number, p: number): number {
  if (p <= 0 || n <= 0) return 0
  if (p >= 1) return n
  if (p > 0.5) return n - binomial(dice, n, 1 - p)
  const odds = p / (1 - p)
  let chance = (1 - p) ** n
  let left = dice.next() - chance
  let count = 0
  while (left > 0 && count < n) {
    count++
    chance *= (odds * (n - count + 1)) / count
    left -= chance
  }
  return count
}

/** Arrivals when so many are expected; rounded from a normal one when they are many. */
export function poisson(dice: Dice, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(dice)))
  let chance = Math.exp(-mean)
  let left = dice.next() - chance
  let count = 0
  while (left > 0 && count < 500) {
    count++
    chance *= mean / count
    left -= chance
  }
  return count
}

/** A rate that differs from time to time around `mean`, so that requests of one time fail together with correlation `rho`. */
export function clumpedRate(dice: Dice, mean: number, rho: number): number {
  if (mean <= 0 || mean >= 1 || rho <= 0) return mean
  const size = 1 / rho - 1
  const bad = gamma(dice, mean * size)
  const good = gamma(dice, (1 - mean) * size)
  return bad / (bad + good)
}

function normal(dice: Dice): number {
  return Math.sqrt(-2 * Math.log(1 - dice.next())) * Math.cos(2 * Math.PI * dice.next())
}

/** Marsaglia & Tsang 2000. */
function gamma(dice: Dice, shape: number): number {
  if (shape < 1) return gamma(dice, shape + 1) * (1 - dice.next()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(dice)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - dice.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
