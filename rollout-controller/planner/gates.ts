import type { AnalysisUse } from '../../api/analysis.ts'
import { formatDuration } from '../../api/duration.ts'
import type { Gate, Step } from '../../api/rollout.ts'
import type { Ending, Waiting } from '../../api/status.ts'
import { type HeldUp, inconclusiveReason, judgeAnalysis } from './analysis-gate.ts'
import type { View } from './turn.ts'
import { stamp } from './turn.ts'
import { at, command } from './view.ts'

export type GateAnswer =
  | { readonly kind: 'pass' }
  | { readonly kind: 'wait'; readonly waiting: Waiting; readonly wakeAt?: number }
  /** An approval that did not come in time, or an analysis that must not be inconclusive. */
  | { readonly kind: 'fail'; readonly ending: Ending }

/** A step passes when all its gates pass; the first that does not is what it waits for. */
export function judgeGates(view: View, step: Step, openedAt: string): GateAnswer {
  const background = heldInBackground(view).map((held) => judgeAnalysis(view, held.analysis, held.openedAt))
  return firstOf([...step.gates.map((gate) => judgeGate(view, gate, at(openedAt))), ...background])
}

/** While the copy carries everything: what must pass before the workload is updated. `since`: when it began to. */
export function judgePromotion(view: View, since: string): GateAnswer {
  return firstOf(beforePromotion(view, since).map((held) => judgeAnalysis(view, held.analysis, held.openedAt)))
}

function beforePromotion(view: View, since: string): readonly HeldUp[] {
  const analyses = view.analyses.filter(({ scope }) => scope === 'promotion')
  return analyses.map((analysis) => ({ analysis, openedAt: at(since) }))
}

/** The analyses that hold the release up where it is. */
export function heldUp(view: View): readonly HeldUp[] {
  const { release } = view.status
  if (release?.stage === 'Draining') return beforePromotion(view, release.stageStartedAt ?? stamp(view.now))
  if (release?.gatesOpenedAt === undefined || release.stage !== undefined) return []
  const openedAt = at(release.gatesOpenedAt)
  const gated = view.analyses.filter(({ scope, step }) => scope === 'step' && step === release.step)
  return [...gated.map((analysis) => ({ analysis, openedAt })), ...heldInBackground(view)]
}

function firstOf(answers: readonly GateAnswer[]): GateAnswer {
  const failed = answers.find((answer) => answer.kind === 'fail')
  const waits = answers.filter((answer) => answer.kind === 'wait')
  const first = failed ?? waits.find((answer) => needsAPerson(answer.waiting)) ?? waits[0]
  if (first?.kind !== 'wait') return first ?? { kind: 'pass' }
  const wakes = waits.flatMap((answer) => answer.wakeAt ?? [])
  return wakes.length > 0 ? { ...first, wakeAt: Math.min(...wakes) } : first
}

const needsAPerson = ({ reason }: Waiting): boolean => reason === 'Approval' || reason === inconclusiveReason

/** The last step is the last chance: what is watched in the background must come to a verdict there. */
function heldInBackground(view: View): readonly HeldUp[] {
  const { release } = view.status
  if (release?.gatesOpenedAt === undefined || release.step < release.steps) return []
  const openedAt = at(release.gatesOpenedAt)
  const background = view.analyses.filter(({ scope }) => scope === 'background')
  return background.map((analysis) => ({ analysis, openedAt }))
}

function judgeGate(view: View, gate: Gate, openedAt: number): GateAnswer {
  switch (gate.kind) {
    case 'approval':
      return judgeApproval(view, gate.timeoutMs, openedAt)
    case 'pause':
      return judgePause(view, gate.durationMs, openedAt)
    case 'analysis':
      return judgeUse(view, gate.use, openedAt)
    default:
      return gate satisfies never
  }
}

/** An analysis that cannot be asked is a problem, and nothing passes while there is one. */
function judgeUse(view: View, use: AnalysisUse, openedAt: number): GateAnswer {
  const { step } = view.status.release ?? {}
  const found = view.analyses.find((one) => one.scope === 'step' && one.step === step && one.use.name === use.name)
  return found ? judgeAnalysis(view, found, openedAt) : { kind: 'wait', waiting: unknownAnalysis(use) }
}

const unknownAnalysis = ({ name }: AnalysisUse): Waiting => ({
  reason: 'AnalysisInvalid',
  message: `analysis ${name} cannot be asked`,
  next: 'correct it; goes on by itself',
})

function judgeApproval(view: View, timeoutMs: number | undefined, openedAt: number): GateAnswer {
  const release = view.status.release
  if (!release || release.approvedBy !== undefined) return { kind: 'pass' }
  const until = timeoutMs === undefined ? undefined : openedAt + timeoutMs
  if (until !== undefined && view.now >= until) {
    const message = `step ${release.step} was not approved in time`
    return { kind: 'fail', ending: { cause: 'deadline', by: 'deadline', message } }
  }
  const limit = until === undefined ? 'no deadline' : 'rolls back when the time is over'
  const waiting: Waiting = {
    reason: 'Approval',
    message: `step ${release.step} of ${release.steps} (${release.weight} %) waits for approval`,
    next: `${command(view, 'approve')} (or ${command(view, 'rollback')}); ${limit}`,
    ...(until !== undefined && { until: stamp(until) }),
  }
  return { kind: 'wait', waiting, ...(until !== undefined && { wakeAt: until }) }
}

function judgePause(view: View, durationMs: number, openedAt: number): GateAnswer {
  const until = openedAt + durationMs
  if (view.now >= until) return { kind: 'pass' }
  const release = view.status.release
  const waiting: Waiting = {
    reason: 'Pause',
    message: `step ${release?.step} of ${release?.steps} (${release?.weight} %) pauses for ${formatDuration(durationMs)}`,
    next: 'goes on by itself when the time is over',
    until: stamp(until),
  }
  return { kind: 'wait', waiting, wakeAt: until }
}
