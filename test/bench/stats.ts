/** What many measurements of one thing come to; all in the unit of the samples. */
export interface Summary {
  readonly n: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Nearest rank: every figure is one that was measured. */
export function summarize(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b)
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return { n: sorted.length, p50: rank(0.5), p99: rank(0.99), max: rank(1) }
}
