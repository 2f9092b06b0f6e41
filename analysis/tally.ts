import type { Verdict } from '../api/analysis-run.ts'
import { isCount, isShaped } from '../api/guard.ts'

/** Of the measurements so far, how many passed and how many failed. */
export interface Tally {
  readonly passes: number
  readonly failures: number
  /** Inconclusive ones in a row, up to the last. */
  readonly silent: number
}

export interface TallyLimits {
  /** So many must pass. */
  readonly count: number
  /** So many may fail. */
  readonly failureLimit: number
}

export const isTally = isShaped<Tally>({ passes: isCount, failures: isCount, silent: isCount })

/** An inconclusive measurement is counted as neither. */
export function counted(before: Tally | undefined, verdict: Verdict): Tally {
  const { passes, failures, silent } = before ?? { passes: 0, failures: 0, silent: 0 }
  return {
    passes: passes + (verdict === 'pass' ? 1 : 0),
    failures: failures + (verdict === 'fail' ? 1 : 0),
    silent: verdict === 'inconclusive' ? silent + 1 : 0,
  }
}

/**
 * More failures than may be are a failure for good, whatever passes later. Nothing passes on no measurement, and what has
 * passed does not stay so on silence: as many inconclusive measurements in a row as must pass take it back.
 */
export function verdictOf({ passes, failures, silent }: Tally, { count, failureLimit }: TallyLimits): Verdict {
  if (failures > failureLimit) return 'fail'
  const needed = Math.max(1, count)
  return passes >= needed && silent < needed ? 'pass' : 'inconclusive'
}

export function tallyInWords({ passes, failures, silent }: Tally, { count, failureLimit }: TallyLimits): string {
  const isTakenBack = passes >= count && silent >= Math.max(1, count)
  const silence = isTakenBack ? `, none of the last ${silent} came to anything` : ''
  return `${passes} passed (${count} needed), ${failures} failed (${failureLimit} allowed)${silence}`
}
