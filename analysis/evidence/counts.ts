/** What one side did: requests, and how many of them failed; never more than there were. */
export interface SideCounts {
  readonly requests: number
  readonly errors: number
}

/** What both sides did in the same time. */
export interface Counts {
  readonly canary: SideCounts
  readonly stable: SideCounts
}

export const noCounts: SideCounts = { requests: 0, errors: 0 }

export const plus = (one: SideCounts, other: SideCounts): SideCounts => ({
  requests: one.requests + other.requests,
  errors: one.errors + other.errors,
})

/** Older counts weigh less: all of them times `keep`, from 0 to 1. */
export const faded = ({ requests, errors }: SideCounts, keep: number): SideCounts => ({
  requests: requests * keep,
  errors: errors * keep,
})

/** From 0 to 1; undefined without requests. */
export const errorRate = ({ requests, errors }: SideCounts): number | undefined =>
  requests > 0 ? errors / requests : undefined
