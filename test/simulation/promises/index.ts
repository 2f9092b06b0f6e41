import {
  aNewerVersionPreempts,
  aPauseHolds,
  aRollbackIsObeyed,
  everyWaitSaysWhy,
  gatesOpenOnTheSplit,
  neverUncanariedInSilence,
  noMoreThanTheStep,
  noStepBeforeItsTime,
  noStepWithoutItsGates,
  noVerdictOutOfNothing,
  staysRejected,
} from './control.ts'
import type { Promised } from './moment.ts'
import { leavesTheWorkloadItsOwn, ownsOnlyItsOwn, touchesOnlyItsFields, writesOnlyKeptTemplates } from './ownership.ts'
import {
  bornApart,
  breaksOnlyAfterDrain,
  noFlap,
  returnsOnReadyPods,
  rollsBackInOneWrite,
  rollsOffTheTraffic,
  weightRisesOnReadyPods,
} from './traffic.ts'

/** The promises of the design, by number and name. */
export const promises: readonly (readonly [string, Promised])[] = [
  ['1 weight rises on ready pods', weightRisesOnReadyPods],
  ['1 traffic returns on ready pods', returnsOnReadyPods],
  ['2 breaks only after the drain', breaksOnlyAfterDrain],
  ['2 rolls off the traffic', rollsOffTheTraffic],
  ['3 no flap', noFlap],
  ['4 born apart', bornApart],
  ['5 no step without its gates', noStepWithoutItsGates],
  ['5 no verdict out of nothing', noVerdictOutOfNothing],
  ['5 no more than the step', noMoreThanTheStep],
  ['5 gates open on the split', gatesOpenOnTheSplit],
  ['5 a pause holds', aPauseHolds],
  ['5 no step before its time', noStepBeforeItsTime],
  ['6 a rollback is obeyed', aRollbackIsObeyed],
  ['6 stays rejected', staysRejected],
  ['6 rolls back in one write', rollsBackInOneWrite],
  ['7 never un-canaried in silence', neverUncanariedInSilence],
  ['8 a newer version pre-empts', aNewerVersionPreempts],
  ['8 every wait says why', everyWaitSaysWhy],
  ['10 leaves the workload its own', leavesTheWorkloadItsOwn],
  ['11 owns only its own', ownsOnlyItsOwn],
  ['11 touches only its fields', touchesOnlyItsFields],
  ['11 writes only kept templates', writesOnlyKeptTemplates],
]
