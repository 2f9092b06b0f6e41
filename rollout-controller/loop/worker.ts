import type { Lane, WorkQueue } from './queue.ts'

/** What a reconcile asks of the loop. */
export interface ReconcileResult {
  readonly wakeAfterMs?: number
  /** The lane of that wake-up: a rollback that waits for a drain stays ahead of others. */
  readonly lane?: Lane
}

export interface WorkerDeps {
  readonly queue: WorkQueue
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<ReconcileResult>
  /** Hears of every failure. What it throws is dropped. */
  readonly report: (key: string, error: unknown) => void
  /** `never`: only a change in the cluster brings the key back. */
  readonly retryOf: (error: unknown) => 'now' | 'backoff' | 'never'
  /** Workers that take any key; 8. */
  readonly workers?: number
  /** Workers that take nothing but rollbacks, so one is free when all others are busy; 2. */
  readonly rollbackWorkers?: number
}

/**
 * Works until the signal aborts, several keys at a time, and leaves no timer behind. A failed reconcile is reported and
 * retried, never fatal.
 */
export async function work(deps: WorkerDeps, signal: AbortSignal): Promise<void> {
  const any = Array.from({ length: deps.workers ?? 8 }, () => workLane(deps, signal, undefined))
  const reserved = Array.from({ length: Math.max(1, deps.rollbackWorkers ?? 2) }, () =>
    workLane(deps, signal, 'rollback'),
  )
  await Promise.all([...any, ...reserved])
  deps.queue.dropDelayed()
}

async function workLane(deps: WorkerDeps, signal: AbortSignal, only: Lane | undefined): Promise<void> {
  const { queue } = deps
  for (let key = await queue.take(signal, only); key !== undefined; key = await queue.take(signal, only)) {
    await workKey(deps, key, signal)
  }
}

async function workKey(deps: WorkerDeps, key: string, signal: AbortSignal): Promise<void> {
  const { queue, reconcile } = deps
  try {
    const { wakeAfterMs, lane } = await reconcile(key, signal)
    queue.forget(key)
    if (wakeAfterMs !== undefined) queue.addAfter(key, wakeAfterMs, lane)
  } catch (error) {
    if (!signal.aborted) afterFailure(deps, key, error)
  } finally {
    queue.done(key)
  }
}

function afterFailure(deps: WorkerDeps, key: string, error: unknown): void {
  const how = deps.retryOf(error)
  if (how === 'never') deps.queue.forget(key)
  else deps.queue.retry(key, how)
  try {
    deps.report(key, error)
  } catch {
    // a reporter that fails must not stop the loop
  }
}
