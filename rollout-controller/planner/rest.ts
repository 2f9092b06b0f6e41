import type { Waiting } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import { templateRoles, type WorkloadView } from '../snapshot.ts'
import { beginBypass } from './bypass.ts'
import { beginRestore, beginRollBack, leftover, slippedEnding } from './end.ts'
import { firstSight } from './first-sight.ts'
import { liftHold } from './lift.ts'
import { stableTemplateLost } from './restore.ts'
import { keepRejected } from './roll-back.ts'
import { atStep } from './steps.ts'
import { go, noRelease, stamp, stay, type Turn, type View, waitFor } from './turn.ts'
import { command, isBypassed, isRejected, isWhole, stableRevision, workloadName } from './view.ts'

/** Pending, Healthy and RolledBack: no release is under way. What the workload holds says what follows. */
export function rest(view: View): Turn {
  const { workload, status } = view
  if (!workload) return withoutWorkload(view)
  if (isBypassed(view)) return beginBypass(view)
  if (status.stable && status.stable.workloadUid !== workload.uid) return go(view, 'workload-lost', lost)
  if (!status.stable?.claimed) return firstSight(view, workload)
  if (view.owned.length > 0) return beginRollBack(view, leftover)
  if (workload.claimedBy !== view.rollout.meta.name) return reclaim(view, workload)
  return workload.revision === stableRevision(view) ? atStable(view, workload) : updateArrived(view, workload)
}

const lost = { ...noRelease, phase: 'Pending', stable: undefined, hold: undefined } as const

function withoutWorkload(view: View): Turn {
  if (view.status.stable) return go(view, 'workload-lost', lost)
  if (view.owned.length > 0) return beginRollBack(view, leftover)
  const spec = view.problems.find(({ reason }) => reason === 'SpecInvalid')
  if (spec) return stay(view, { waiting: waitFor(spec) })
  return stay(view, { actions: dropAllTemplates(view), waiting: workloadNotFound(view) })
}

/** What was kept for a workload that is gone is of no use to the next, which is seen for the first time. */
function dropAllTemplates(view: View): readonly Action[] {
  const kept = templateRoles.filter((role) => view.templates[role] !== undefined)
  return kept.map((role) => ({ kind: 'dropTemplate', role }))
}

export function workloadNotFound(view: View): Waiting {
  return {
    reason: 'WorkloadNotFound',
    message: `${workloadName(view)} (spec.workloadRef) does not exist`,
    next: 'install it, or name another one in a new Rollout; goes on by itself when it is there',
  }
}

/** A label that went missing is drift and is put back; one that names somebody else is theirs. */
function reclaim(view: View, workload: WorkloadView): Turn {
  const rival = view.problems.find(({ reason }) => reason === 'WorkloadClaimed')
  if (workload.claimedBy !== undefined && rival) return stay(view, { waiting: waitFor(rival) })
  const note = `the label sluice.dev/rollout was missing on ${workloadName(view)} and is put back`
  return stay(view, {
    actions: [{ kind: 'claim', at: workload.resourceVersion }],
    waiting: { reason: 'Claiming', message: note, next: 'goes on by itself' },
    event: { type: 'Warning', reason: 'LabelMissing', note },
  })
}

function atStable(view: View, workload: WorkloadView): Turn {
  if (view.templates.stable === undefined) return keepStableAgain(view, workload)
  if (workload.held) return liftHold(view, workload)
  if (view.status.phase === 'RolledBack') return go(view, 'template-returned', { phase: 'Healthy' })
  return confirmHold(view)
}

/** Somebody deleted the kept template while the workload still has it: it is kept again, before an update needs it. */
function keepStableAgain(view: View, workload: WorkloadView): Turn {
  const note = 'the PodTemplate that keeps the stable template was missing and is made again'
  return stay(view, {
    actions: [{ kind: 'storeTemplate', role: 'stable', revision: workload.revision }],
    waiting: { reason: 'KeepingTemplate', message: note, next: 'goes on by itself' },
    event: { type: 'Warning', reason: 'StableTemplateMissing', note },
  })
}

/** Healthy is said only while a dry run says that an update would be held. */
function confirmHold(view: View): Turn {
  const { hold, status } = view
  if (!hold.served) return unheld(view, notInForce(view, 'the API server does not serve MutatingAdmissionPolicy v1'))
  const answer = hold.probe?.asked === hold.asked ? hold.probe : status.hold
  if (answer?.asked !== hold.asked) {
    const actions: Action[] = [{ kind: 'probeHold', asked: hold.asked }, ...dropTemplates(view)]
    return stay(view, { actions, waiting: status.phase === 'Healthy' ? undefined : askingHold })
  }
  const known = { ...view, status: { ...status, hold: answer } }
  if (!answer.inForce) return unheld(known, notInForce(view, answer.message))
  if (status.phase !== 'Healthy') return go(known, 'hold-confirmed', { phase: 'Healthy' })
  return stay(known, { actions: dropTemplates(view), waiting: firstBlock(view) })
}

/** Asked again from time to time: a policy takes a moment to be in force, and nothing tells us when it is. */
function unheld(view: View, waiting: Waiting): Turn {
  if (view.status.phase === 'Healthy') return go(view, 'hold-lost', { phase: 'Pending' })
  if (!view.hold.served) return stay(view, { waiting })
  return stay(view, {
    actions: [{ kind: 'probeHold', asked: view.hold.asked }],
    waiting,
    wakeAt: view.now + askAgainMs,
  })
}

const askAgainMs = 5_000

const askingHold: Waiting = {
  reason: 'ConfirmingHold',
  message: 'asks the API server by a dry run whether an update would be held',
  next: 'goes on by itself',
}

function notInForce(view: View, why: string): Waiting {
  return {
    reason: 'HoldNotInForce',
    message: `an update of ${workloadName(view)} would not be held: ${why}`,
    next: 'sluice install puts the admission policies back',
  }
}

/** Said already while nothing is held, so that nobody meets it first in the middle of an upgrade. */
function firstBlock(view: View): Waiting | undefined {
  const problem = view.problems[0]
  return problem && { ...waitFor(problem), message: `an update would stay held: ${problem.message}` }
}

function dropTemplates(view: View): readonly Action[] {
  const unused = view.status.rejected ? (['wanted'] as const) : (['wanted', 'rejected'] as const)
  return unused.filter((role) => view.templates[role] !== undefined).map((role) => ({ kind: 'dropTemplate', role }))
}

function updateArrived(view: View, workload: WorkloadView): Turn {
  if (!workload.paused || hasPodsOfUpdate(workload)) return gotThrough(view, workload)
  if (isRejected(view, workload.revision)) return turnedDown(view)
  const problem = view.problems[0]
  const lost = view.templates.stable === undefined
  if (!problem && !lost) return begin(view, workload)
  if (view.status.phase !== 'Pending') return go(view, 'update-blocked', { phase: 'Pending' })
  if (!problem) return stay(view, { waiting: stableTemplateLost(view) })
  return stay(view, {
    waiting: { ...waitFor(problem), message: `an update is held and not released: ${problem.message}` },
  })
}

/** A held update has no pod in the workload; one that has was rolling before it was paused. */
function hasPodsOfUpdate(workload: WorkloadView): boolean {
  return workload.observed && workload.updatedReplicas > 0
}

/** Never in silence: taken back if it has just begun, adopted as stable if it is through. */
function gotThrough(view: View, workload: WorkloadView): Turn {
  if (isWhole(workload)) {
    const note = `revision ${workload.revision} of ${workloadName(view)} was not held and has rolled out without a canary`
    const changes = { ...noRelease, phase: 'Pending', stable: undefined, rejected: undefined, hold: undefined } as const
    return go(view, 'adopted', changes, { type: 'Warning', reason: 'UpdateNotHeld', note })
  }
  if (view.templates.stable !== undefined) return beginRestore(view, slippedEnding, 'slipped', workload.revision)
  const note = `revision ${workload.revision} of ${workloadName(view)} was not held; it is paused now`
  return stay(view, {
    actions: workload.paused ? [] : [{ kind: 'hold', at: workload.resourceVersion }],
    waiting: stableTemplateLost(view),
    event: { type: 'Warning', reason: 'UpdateNotHeld', note },
  })
}

function turnedDown(view: View): Turn {
  const { phase, rejected } = view.status
  if (phase !== 'RolledBack') return go(view, 'turned-down', { phase: 'RolledBack' })
  return stay(view, {
    actions: keepRejected(view),
    waiting: {
      reason: 'Rejected',
      message: `revision ${rejected?.revision} stays held: ${rejected?.message}`,
      next: `helm rollback, or a newer version, or ${command(view, 'retry')}; no deadline`,
    },
  })
}

function begin(view: View, workload: WorkloadView): Turn {
  const { spec } = view.rollout
  if (!spec) return stay(view)
  const attempts = view.status.attempts + 1
  const now = stamp(view.now)
  const release = {
    attempt: `${workload.revision}-${attempts}`,
    revision: workload.revision,
    desired: workload.replicas,
    startedAt: now,
    ...atStep(spec, 0, Math.max(1, workload.replicas), now),
    routes: spec.traffic,
  }
  const note = `revision ${workload.revision} is held and released in ${release.steps} steps, attempt ${release.attempt}`
  const changes = { ...noRelease, phase: 'Progressing', attempts, release, rejected: undefined } as const
  return go(view, 'release-begins', changes, { type: 'Normal', reason: 'ReleaseBegins', note })
}
