import type { MetricCondition } from '../api/analysis.ts'
import type { Guard } from '../api/guard.ts'
import { isCompareState, judgeCompare } from './compare.ts'
import { isEvidenceState, judgeEvidence } from './evidence.ts'
import type { JudgeContext, Judged } from './judged.ts'
import type { Reading } from './measurement.ts'
import { isThresholdState, judgeThreshold } from './threshold.ts'

/** Judges by whatever the condition is. `state` is what came back from the status: one that is damaged is left out. */
export function judgeCondition(
  condition: MetricCondition,
  state: unknown,
  readings: Readonly<Record<string, Reading>>,
  context: JudgeContext,
): Judged<unknown> {
  switch (condition.kind) {
    case 'threshold':
      return judgeThreshold(condition, known(isThresholdState, state), readings, context)
    case 'compare':
      return judgeCompare(condition, known(isCompareState, state), readings, context)
    case 'evidence':
      return judgeEvidence(condition, known(isEvidenceState, state), readings, context)
    default:
      return condition satisfies never
  }
}

const known = <S>(isState: Guard<S>, state: unknown): S | undefined => (isState(state) ? state : undefined)
