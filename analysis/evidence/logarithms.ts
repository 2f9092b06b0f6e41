/** log(Σ exp(x)), without overflow. */
export function logSum(logs: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY
  for (const log of logs) if (log > most) most = log
  if (!Number.isFinite(most)) return most
  let sum = 0
  for (const log of logs) sum += Math.exp(log - most)
  return most + Math.log(sum)
}

/** log(exp(a) + exp(b)). */
export const logAdd = (a: number, b: number): number =>
  a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b))
