import type { Condition, ConditionType, Waiting } from '../../api/status.ts'
import { workloadNotFound } from './rest.ts'
import { stamp, type View } from './turn.ts'

type Claim = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** Reasons that end only by a person's act. */
const needsAPerson: ReadonlySet<string> = new Set([
  'AnalysisInconclusive',
  'EndpointsBehind',
  'HoldNotInForce',
  'HoldNotServed',
  'StableTemplateLost',
  'StrategyUnsupported',
  'TooFewPods',
  'WorkloadNotFound',
  'WorkloadPaused',
  'WorkloadRollFailed',
])

/** The three conditions; `lastTransitionTime` moves only when the status does. */
export function conditionsOf(view: View, waiting: Waiting | undefined): readonly Condition[] {
  return [held(view), accepted(view), stalled(view, waiting)].map((claim) => {
    const before = view.status.conditions.find(({ type }) => type === claim.type)
    const same = before?.status === claim.status
    const generation = view.rollout.meta.generation
    return {
      ...claim,
      lastTransitionTime: same ? before.lastTransitionTime : stamp(view.now),
      ...(generation !== undefined && { observedGeneration: generation }),
    }
  })
}

const claim = (type: ConditionType, status: Condition['status'], reason: string, message: string): Claim => ({
  type,
  status,
  reason,
  message,
})

function held(view: View): Claim {
  if (!view.hold.served)
    return claim(
      'Held',
      'False',
      'HoldNotServed',
      'this API server does not serve MutatingAdmissionPolicy v1 (Kubernetes 1.36)',
    )
  if (view.status.phase === 'Bypassed')
    return claim('Held', 'False', 'Bypassed', 'updates go around Sluice until somebody says hold')
  if (!view.status.stable?.claimed)
    return claim('Held', 'False', 'NotYetHeld', 'the workload does not carry our label yet')
  const probe = view.status.hold
  if (!probe)
    return claim('Held', 'Unknown', 'NotAsked', 'the API server was not asked yet whether an update would be held')
  return probe.inForce
    ? claim('Held', 'True', 'DryRunHeld', probe.message)
    : claim('Held', 'False', 'HoldNotInForce', probe.message)
}

function accepted(view: View): Claim {
  const problem = isMissing(view) ? workloadNotFound(view) : view.problems[0]
  if (problem) return claim('Accepted', 'False', problem.reason, `${problem.message}; ${problem.next}`)
  return claim('Accepted', 'True', 'Accepted', 'everything that the spec names is there and can carry a canary')
}

/** A spec that cannot be read names nothing yet. */
function isMissing({ workload, rollout }: View): boolean {
  return workload === undefined && rollout.spec !== undefined
}

function stalled(view: View, waiting: Waiting | undefined): Claim {
  if (view.failure !== undefined) return claim('Stalled', 'True', 'WriteRefused', view.failure)
  const known =
    waiting && (needsAPerson.has(waiting.reason) || view.problems.some(({ reason }) => reason === waiting.reason))
  if (waiting && known && view.status.phase !== 'Healthy')
    return claim('Stalled', 'True', waiting.reason, `${waiting.message}; ${waiting.next}`)
  return claim('Stalled', 'False', 'AsPlanned', 'nothing is stuck')
}
