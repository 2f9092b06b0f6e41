import { type EvidenceState, judgeEvidence } from '../../analysis/evidence.ts'
import type { Judged } from '../../analysis/judged.ts'
import type { Reading } from '../../analysis/measurement.ts'
import type { EvidenceCondition } from '../../api/analysis.ts'
import { evidence, one } from './builders.ts'

export type Readings = Readonly<Record<string, Reading>>
/** Of one look: what each side answered, and failed. */
export interface Look {
  readonly canary: readonly [requests: number, errors: number]
  readonly stable: readonly [requests: number, errors: number]
}

export interface Told {
  readonly condition?: EvidenceCondition
  readonly falseAlarm?: number
  readonly stratum?: string
  readonly warmUp?: boolean
  readonly isBeforeTraffic?: boolean
}

/** Judges one look after the other; the state goes through JSON, as through the status. */
export function judgeAll(
  looks: readonly Readings[],
  { condition = evidence(), falseAlarm = 0.01, stratum = '20', ...moment }: Told = {},
  before?: EvidenceState,
): Judged<EvidenceState> {
  let state = before
  let judged: Judged<EvidenceState> | undefined
  for (const [index, readings] of looks.entries()) {
    const context = { atMs: index * 10_000, stratum, falseAlarm, ...moment }
    judged = judgeEvidence(condition, state, readings, context)
    state = JSON.parse(JSON.stringify(judged.state))
  }
  if (judged === undefined) throw new Error('nothing to judge')
  return judged
}

/** Counters that begin at `from` and grow look by look: the first reading is the baseline. */
export function counters(looks: readonly Look[], from = 1000): readonly Readings[] {
  let [canary, canaryErrors, stable, stableErrors] = [from, from, from, from]
  const reading = () => asked(canary, canaryErrors, stable, stableErrors)
  const first = reading()
  const rest = looks.map((look) => {
    canary += look.canary[0]
    canaryErrors += look.canary[1]
    stable += look.stable[0]
    stableErrors += look.stable[1]
    return reading()
  })
  return [first, ...rest]
}

export const asked = (canary: number, canaryErrors: number, stable: number, stableErrors: number): Readings => ({
  'requests.canary': one(canary),
  'requests.stable': one(stable),
  'bad.canary': one(canaryErrors),
  'bad.stable': one(stableErrors),
})

/** Of 500 requests 20 % on the canary. */
export const look = (canaryErrors: number, stableErrors: number): Look => ({
  canary: [100, canaryErrors],
  stable: [400, stableErrors],
})
