/** Jittered exponential delay: `firstMs` for the first attempt (0), doubled each time up to `mostMs`, ±20 %. */
export function backoffMs(attempt: number, firstMs: number, mostMs: number, random: () => number): number {
  const plain = Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 30))
  return Math.round(plain * (0.8 + random() * 0.4))
}
