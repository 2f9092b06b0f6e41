/** Where time comes from. Real in `main`, virtual in tests. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch: for what is written down. */
  now(): number
  /** Never goes backwards, milliseconds from an arbitrary start: for deadlines inside this process. */
  monotonicMs(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `fn` once after `ms`; the returned function cancels it. */
  setTimer(ms: number, fn: () => void): () => void
}
