import { verbs } from './decision.ts'
import { isBoolean, isCount, isListOf, isOneOf, isShaped, isText, isTime, optionally } from './guard.ts'
import { isRecord, type JsonObject } from './json.ts'
import { isAnalysisRun } from './parse-run.ts'
import type { RouteTarget } from './rollout.ts'
import {
  type Condition,
  conditionTypes,
  type Ending,
  type HoldProbe,
  phases,
  type Rejected,
  type Release,
  type RolloutStatus,
  type StableRevision,
  stages,
  type TakenDecision,
  type Waiting,
} from './status.ts'

/**
 * Reads the status that the controller wrote. Undefined when there is none yet, or when somebody damaged it: then the
 * controller starts from what it can see. Fields of a newer version are kept. An analysis that is damaged is left out by
 * itself, and begins anew: where the release is must not be lost for what was measured.
 */
export function parseStatus(raw: unknown): RolloutStatus | undefined {
  if (isStatus(raw)) return raw
  const mended = withoutDamagedRuns(raw)
  return isStatus(mended) ? mended : undefined
}

function withoutDamagedRuns(raw: unknown): unknown {
  if (!isRecord(raw)) return raw
  const { release, rejected } = raw
  return {
    ...raw,
    ...(isRecord(release) && { release: withSoundRuns(release) }),
    ...(isRecord(rejected) && { rejected: withSoundRuns(rejected) }),
  }
}

function withSoundRuns({ analyses, ...rest }: JsonObject): JsonObject {
  return Array.isArray(analyses) ? { ...rest, analyses: analyses.filter((run: unknown) => isAnalysisRun(run)) } : rest
}

const isOutcome = isOneOf('Accepted', 'Refused')

const isRoute = isShaped<RouteTarget>({
  kind: isOneOf('ingress'),
  name: isText,
  drainMs: optionally(isCount),
})

const isWaiting = isShaped<Waiting>({ reason: isText, message: isText, next: isText, until: optionally(isTime) })

const isStable = isShaped<StableRevision>({ revision: isText, workloadUid: isText, claimed: isBoolean })

const isRelease = isShaped<Release>({
  attempt: isText,
  revision: isText,
  desired: isCount,
  startedAt: isTime,
  step: isCount,
  steps: isCount,
  stepHash: isText,
  stepsHash: isText,
  stepStartedAt: isTime,
  weight: isCount,
  replicas: isCount,
  gatesOpenedAt: optionally(isTime),
  approvedBy: optionally(isText),
  pausedMs: optionally(isCount),
  paused: optionally(isShaped({ by: isText, since: isTime })),
  unreadySince: optionally(isTime),
  stage: optionally(isOneOf(...stages)),
  stageStartedAt: optionally(isTime),
  analyses: optionally(isListOf(isAnalysisRun)),
  routes: isListOf(isRoute),
})

/** Every cause, or it does not compile: the CRD would refuse a status with one that is not here. */
const causes: Readonly<Record<Ending['cause'], true>> = {
  rollback: true,
  deadline: true,
  superseded: true,
  returned: true,
  deleted: true,
  bypass: true,
  'workload-gone': true,
  slipped: true,
  leftover: true,
  analysis: true,
}
export const endingCauses: readonly string[] = Object.keys(causes)

const isCause = (value: unknown): value is Ending['cause'] => typeof value === 'string' && Object.hasOwn(causes, value)

const isEnding = isShaped<Ending>({ cause: isCause, by: isText, message: isText })

const isRejected = isShaped<Rejected>({
  revision: isText,
  at: isTime,
  by: isText,
  message: isText,
  analyses: optionally(isListOf(isAnalysisRun)),
})

const isBypass = isShaped<NonNullable<RolloutStatus['bypass']>>({
  by: isText,
  reason: isText,
  since: isTime,
  endedBy: optionally(isText),
})

const isTakenDecision = isShaped<TakenDecision>({
  uid: isText,
  name: isText,
  verb: isOneOf(...verbs),
  by: isText,
  at: isTime,
  step: optionally(isCount),
  attempt: optionally(isText),
  reason: optionally(isText),
  outcome: isOutcome,
  message: isText,
})

const isCondition = isShaped<Condition>({
  type: isOneOf(...conditionTypes),
  status: isOneOf('True', 'False', 'Unknown'),
  reason: isText,
  message: isText,
  lastTransitionTime: isTime,
  observedGeneration: optionally(isCount),
})

const isHoldProbe = isShaped<HoldProbe>({ inForce: isBoolean, asked: isText, message: isText })

const isStatus = isShaped<RolloutStatus>({
  observedGeneration: optionally(isCount),
  phase: isOneOf(...phases),
  message: isText,
  progress: optionally(isText),
  waiting: optionally(isWaiting),
  stable: optionally(isStable),
  release: optionally(isRelease),
  ending: optionally(isEnding),
  drainSince: optionally(isTime),
  wanted: optionally(isText),
  rejected: optionally(isRejected),
  bypass: optionally(isBypass),
  attempts: isCount,
  decisions: isListOf(isTakenDecision),
  conditions: isListOf(isCondition),
  hold: optionally(isHoldProbe),
})
