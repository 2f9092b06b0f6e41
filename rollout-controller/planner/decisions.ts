import type { Decision } from '../../api/decision.ts'
import type { Release, RolloutStatus, TakenDecision } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import { inconclusiveReason, lackingVerdict } from './analysis-gate.ts'
import { beginRestore, beginRollBack } from './end.ts'
import { heldUp } from './gates.ts'
import { isCommitted } from './promote.ts'
import { type Go, stamp, type View, withStatus } from './turn.ts'
import { at, command, isRejected, stableRevision } from './view.ts'

/** What became of a decision: its effect on the status, or why it changes nothing. */
interface Answer {
  readonly outcome: 'Accepted' | 'Refused'
  readonly message: string
  readonly status: RolloutStatus
  /** The transition that it is, if it is one. */
  readonly turn?: Go
}

export interface Decided {
  readonly view: View
  readonly actions: readonly Action[]
  readonly turns: readonly Go[]
}

const kept = 20

/** Takes every decision that was not yet taken, oldest first, each once: the record and the effect are one write. */
export function takeDecisions(view: View): Decided {
  const turns: Go[] = []
  let current = view
  for (const decision of view.decisions.slice(0, kept)) {
    if (current.status.decisions.some(({ uid }) => uid === decision.uid)) continue
    const answer = judge(current, decision)
    if (answer.turn) turns.push(answer.turn)
    const decisions = [...answer.status.decisions, taken(decision, answer, view.now)].slice(-kept)
    current = { ...current, status: { ...answer.status, decisions } }
  }
  return { view: current, actions: settle(current), turns }
}

function settle(view: View): readonly Action[] {
  return view.decisions.flatMap((decision): readonly Action[] => {
    const record = view.status.decisions.find(({ uid }) => uid === decision.uid)
    if (!record) return []
    return [{ kind: 'settle', decision: decision.name, outcome: record.outcome, message: record.message }]
  })
}

function taken(decision: Decision, answer: Answer, now: number): TakenDecision {
  const { uid, name, verb, step, attempt, reason } = decision
  return {
    uid,
    name,
    verb,
    by: decision.decidedBy,
    at: stamp(now),
    ...(step !== undefined && { step }),
    ...(attempt !== undefined && { attempt }),
    ...(reason !== undefined && { reason }),
    outcome: answer.outcome,
    message: answer.message,
  }
}

function judge(view: View, decision: Decision): Answer {
  const refuse = refusal(view, decision)
  if (refuse) return refused(view, refuse)
  switch (decision.verb) {
    case 'approve':
      return approve(view, decision)
    case 'reject':
    case 'rollback':
      return rollBack(view, decision)
    case 'pause':
      return pause(view, decision)
    case 'resume':
      return resume(view)
    case 'retry':
      return retry(view)
    case 'bypass':
      return bypass(view, decision)
    case 'hold':
      return hold(view, decision)
    default:
      return decision.verb satisfies never
  }
}

const accepted = (status: RolloutStatus, message: string): Answer => ({ outcome: 'Accepted', message, status })
const moved = (turn: Go, message: string): Answer => ({ outcome: 'Accepted', message, status: turn.status, turn })
const refused = (view: View, message: string): Answer => ({ outcome: 'Refused', message, status: view.status })

/** A decision about another attempt, another revision or an earlier Rollout of that name decides nothing. */
function refusal(view: View, decision: Decision): string | undefined {
  const { release, phase } = view.status
  const { creationTimestamp } = view.rollout.meta
  if (creationTimestamp !== undefined && at(decision.createdAt) < at(creationTimestamp)) {
    return 'it is older than this Rollout, so it was about an earlier one of the same name'
  }
  if (phase === 'Terminating' && decision.verb !== 'bypass') return 'the Rollout is being deleted'
  if (decision.attempt !== undefined && decision.attempt !== release?.attempt) {
    return `it is about attempt ${decision.attempt}, and ${release ? `attempt ${release.attempt} is under way` : 'no attempt is under way'}`
  }
  const revision = release?.revision ?? view.workload?.revision
  if (decision.revision !== undefined && decision.revision !== revision) {
    return `it is about revision ${decision.revision}, and the workload holds ${revision ?? 'none'}`
  }
  return undefined
}

function approve(view: View, decision: Decision): Answer {
  const { release, phase } = view.status
  const lacking = lackingVerdict(view, heldUp(view), at(decision.createdAt) + createdWithinMs)
  if (!release || (phase !== 'Progressing' && lacking.length === 0)) {
    return refused(view, `nothing waits for approval (phase ${phase})`)
  }
  if (decision.attempt === undefined || decision.step === undefined || decision.stepHash === undefined) {
    return refused(view, 'an approval names spec.attempt, spec.step and spec.stepHash; sluice approve fills them in')
  }
  if (decision.step !== release.step)
    return refused(view, `it is about step ${decision.step}, and step ${release.step} is under way`)
  if (decision.stepHash !== release.stepHash) return refused(view, `step ${release.step} was edited since it was shown`)
  if (lacking.length > 0) return acceptInconclusive(view, release, lacking, decision)
  if (!release.gatesOpenedAt) return refused(view, `step ${release.step} has not been reached yet`)
  if (!hasApproval(view, release)) return refused(view, noApprovalGate(view, release))
  if (release.approvedBy !== undefined)
    return refused(view, `step ${release.step} is approved already, by ${release.approvedBy}`)
  const status = { ...view.status, release: { ...release, approvedBy: decision.decidedBy } }
  return accepted(status, `step ${release.step} of ${release.steps} approved`)
}

/** A creationTimestamp has no fractions of a second. */
const createdWithinMs = 999

/** A person takes it on: these analyses came to no verdict in time. */
function acceptInconclusive(view: View, release: Release, lacking: readonly string[], { decidedBy }: Decision): Answer {
  const analyses = release.analyses?.map((run) => (lacking.includes(run.id) ? { ...run, acceptedBy: decidedBy } : run))
  const status = { ...view.status, release: { ...release, ...(analyses && { analyses }) } }
  return accepted(status, `step ${release.step} of ${release.steps} goes on without a verdict of ${lacking.join(', ')}`)
}

function noApprovalGate(view: View, { step }: Release): string {
  const isLate = view.status.waiting?.reason === inconclusiveReason
  const why = isLate ? ', and that an analysis has no verdict was not yet known when it was said: say it again' : ''
  return `step ${step} has no approval gate${why}`
}

function hasApproval(view: View, release: Release): boolean {
  const step = view.rollout.spec?.strategy.canary.steps[release.step - 1]
  return step?.gates.some((gate) => gate.kind === 'approval') ?? false
}

function rollBack(view: View, decision: Decision): Answer {
  const { release, phase } = view.status
  const ending = {
    cause: 'rollback',
    by: decision.decidedBy,
    message: `${decision.verb} by ${decision.decidedBy}${because(decision)}`,
  } as const
  switch (phase) {
    case 'Progressing':
      return moved(beginRollBack(view, ending), 'rolling back: all traffic goes to the stable version')
    case 'Promoting':
      return release ? rollBackPromotion(view, release, ending) : refused(view, 'no release is under way')
    case 'Pending':
    case 'Healthy':
      return rejectHeld(view, decision)
    case 'RollingBack':
    case 'Restoring':
      return refused(view, `the release is already on its way back: ${view.status.ending?.message ?? ''}`)
    case 'RolledBack':
      return refused(view, 'it is rolled back already; helm rollback brings the old template back into the workload')
    case 'Bypassed':
    case 'Terminating':
      return refused(view, `nothing is being released (phase ${phase})`)
    default:
      return phase satisfies never
  }
}

function because(decision: Decision): string {
  return decision.reason === undefined ? '' : `: ${decision.reason}`
}

function rollBackPromotion(view: View, release: Release, ending: Parameters<typeof beginRestore>[1]): Answer {
  if (release.stage === 'Returning' || isCommitted(view, release)) {
    return refused(view, 'the new version is the stable one already; helm rollback releases the old one as an update')
  }
  if (release.stage === 'Rolling') {
    return moved(
      beginRestore(view, ending, 'restore-begins'),
      'the workload rolls back; the copy keeps the traffic until it is ready',
    )
  }
  return moved(beginRollBack(view, ending), 'rolling back: all traffic goes to the stable version')
}

/** A no to an update that is held and not yet (or not possibly) under way. */
function rejectHeld(view: View, decision: Decision): Answer {
  const { workload } = view
  if (!workload || !view.status.stable || workload.revision === stableRevision(view)) {
    return refused(view, 'nothing is held and no release is under way')
  }
  const rejected = {
    revision: workload.revision,
    at: stamp(view.now),
    by: decision.decidedBy,
    message: `${decision.verb} by ${decision.decidedBy}${because(decision)}`,
  }
  return accepted({ ...view.status, rejected }, 'the held update stays held and is not released')
}

function pause(view: View, decision: Decision): Answer {
  const { release, phase } = view.status
  const early = phase === 'Progressing' || (phase === 'Promoting' && release?.stage === 'Filling')
  if (!release || !early) return refused(view, `nothing that can be paused is under way (phase ${phase})`)
  if (release.paused) return refused(view, `it is paused already, by ${release.paused.by}`)
  const paused = { by: decision.decidedBy, since: stamp(view.now) }
  return accepted({ ...view.status, release: { ...release, paused } }, 'paused: no weight rises and no step passes')
}

function resume(view: View): Answer {
  const { release } = view.status
  if (!release?.paused) return refused(view, 'it is not paused')
  const { paused: since, unreadySince: _unready, ...rest } = release
  const now = stamp(view.now)
  const pausedMs = (release.pausedMs ?? 0) + Math.max(0, view.now - at(since.since))
  const anew = release.stage === undefined ? { stepStartedAt: now } : { stageStartedAt: now }
  return accepted({ ...view.status, release: { ...rest, pausedMs, ...anew } }, 'resumed')
}

function retry(view: View): Answer {
  if (!view.status.rejected) return refused(view, 'no revision was turned down')
  if (view.status.phase !== 'RolledBack' && view.status.phase !== 'Pending') {
    return refused(view, `wait until it is rolled back (phase ${view.status.phase})`)
  }
  return accepted(withStatus(view.status, { rejected: undefined }), 'the held update is tried again, from step 1')
}

function bypass(view: View, decision: Decision): Answer {
  const { release, phase } = view.status
  const rolls =
    (phase === 'Restoring' && view.templates.stable !== undefined) ||
    (phase === 'Promoting' && (release?.stage === 'Rolling' || release?.stage === 'Returning'))
  if (rolls)
    return refused(view, `the workload is rolling already (phase ${phase}); wait, or ${command(view, 'rollback')}`)
  if (phase === 'Bypassed') return refused(view, 'it is bypassed already')
  const reason = decision.reason ?? 'no reason given'
  const held = view.workload?.held ? `, the held revision ${view.workload.revision} first${heldAndRejected(view)}` : ''
  return accepted(
    { ...view.status, bypass: { by: decision.decidedBy, reason, since: stamp(view.now) } },
    `updates of the workload roll at once from now on${held}, without a canary, until somebody says hold`,
  )
}

function heldAndRejected(view: View): string {
  const { rejected } = view.status
  return rejected && isRejected(view, view.workload?.revision ?? '') ? ` (it was turned down by ${rejected.by})` : ''
}

function hold(view: View, decision: Decision): Answer {
  const { bypass: current, phase } = view.status
  if (!current || phase !== 'Bypassed') return refused(view, 'updates are held already')
  return accepted(
    { ...view.status, bypass: { ...current, endedBy: decision.decidedBy } },
    'updates are held again once the workload is settled',
  )
}
