import type { Verdict } from '../api/analysis-run.ts'
import { isCount, isShaped } from '../api/guard.ts'

/** Of the measurements so far, how many passed and how many failed. */
export interface Tally {
  readonly passes: number
  readonly failures: number
}

export interface TallyLimits {
  /** So many must pass. */
  readonly count: number
  /** So many may fail. */
  readonly failureLimit: number
}

export const isTally = isShaped<Tally>({ passes: isCount, failures: isCount })

/** An inconclusive measurement is counted as neither. */
export function counted(before: Tally | undefined, verdict: Verdict): Tally {
  const { passes, failures } = before ?? { passes: 0, failures: 0 }
  return { passes: passes + (verdict === 'pass' ? 1 : 0), failures: failures + (verdict === 'fail' ? 1 : 0) }
}

/** More failures than may be are a failure for good, whatever passes later. Nothing passes on no measurement. */
export function verdictOf({ passes, failures }: Tally, { count, failureLimit }: TallyLimits): Verdict {
  if (failures > failureLimit) return 'fail'
  return passes >= Math.max(1, count) ? 'pass' : 'inconclusive'
}

export function tallyInWords({ passes, failures }: Tally, { count, failureLimit }: TallyLimits): string {
  return `${passes} passed (${count} needed), ${failures} failed (${failureLimit} allowed)`
}
