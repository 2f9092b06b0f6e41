import type { EvidenceCondition } from '../../api/analysis.ts'
import type { Counts, SideCounts } from './counts.ts'

/** What was counted and not judged yet; `counted` is errors or good requests, as the condition counts. */
export interface Window {
  readonly canary: SideWindow
  readonly stable: SideWindow
}

export interface SideWindow {
  readonly requests: number
  readonly counted: number
}

export const emptyWindow: Window = { canary: { requests: 0, counted: 0 }, stable: { requests: 0, counted: 0 } }

export function widened(window: Window, canary: SideWindow, stable: SideWindow): Window {
  return { canary: added(window.canary, canary), stable: added(window.stable, stable) }
}

const added = (side: SideWindow, { requests, counted }: SideWindow): SideWindow => ({
  requests: side.requests + requests,
  counted: side.counted + counted,
})

/** Requests of one side alone compare with nothing, nor does less than one request, which no counter counts. */
export const canBeJudged = ({ canary, stable }: Window): boolean => canary.requests >= 1 && stable.requests >= 1

/**
 * The counts of the window, and what is left of it: what was counted before its request was. Errors are never more than
 * requests.
 */
export function closed(window: Window, counts: EvidenceCondition['bad']['counts']): { counts: Counts; left: Window } {
  return {
    counts: { canary: countsOf(window.canary, counts), stable: countsOf(window.stable, counts) },
    left: { canary: leftOf(window.canary), stable: leftOf(window.stable) },
  }
}

function countsOf({ requests, counted }: SideWindow, counts: EvidenceCondition['bad']['counts']): SideCounts {
  const some = Math.min(counted, requests)
  return { requests, errors: counts === 'errors' ? some : requests - some }
}

const leftOf = ({ requests, counted }: SideWindow): SideWindow => ({
  requests: 0,
  counted: Math.max(0, counted - requests),
})
