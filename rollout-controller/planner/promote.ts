import type { Release, Stage, Waiting } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import { analysed } from './analysed.ts'
import { forget } from './analyses.ts'
import { drainWait } from './catching-up.ts'
import { beginRestore, beginRollBack, interrupted, problemMidway, superseded } from './end.ts'
import { judgePromotion } from './gates.ts'
import { liftOrWait } from './lift.ts'
import { atProblem, ready, waitOrRollBack } from './patience.ts'
import { retire, stopSlip } from './retire.ts'
import { paused, shiftTo } from './shift.ts'
import { go, noRelease, stamp, stay, type Turn, type View, withStatus } from './turn.ts'
import { command, drainLeftMs, fullSize, isWhole, stableRevision, tooFewPods, workloadName } from './view.ts'

/** Promoting: the copy takes everything, the workload rolls with no request on it, then the traffic returns to it. */
export function promote(view: View): Turn {
  const release = view.status.release
  if (!release?.stage) return stay(view)
  switch (release.stage) {
    case 'Filling':
      return interrupted(view) ?? analysed(view, (seen) => fill(seen, releaseOf(seen, release)))
    case 'Draining':
      return interrupted(view) ?? analysed(view, (seen) => drainOld(seen, releaseOf(seen, release)))
    case 'Rolling':
      return roll(view, release)
    case 'Returning':
      return giveBack(view, release)
    default:
      return release.stage satisfies never
  }
}

/** With what was measured since. */
const releaseOf = (view: View, release: Release): Release => view.status.release ?? release

const whole = (view: View) => ({ weight: 100, replicas: fullSize(view) })

function fill(view: View, release: Release): Turn {
  const stop = blocked(view)
  if (stop) return stop
  const shift = shiftTo(view, whole(view))
  if (release.paused) return stay(view, { actions: shift.actions, waiting: paused(view) })
  if (shift.kind === 'reached')
    return go(view, 'filled', { ...enter(view, release, 'Draining'), drainSince: stamp(view.now) })
  return waitOrRollBack(view, shift, release.stageStartedAt)
}

function blocked(view: View): Turn | undefined {
  const problem = problemMidway(view)
  if (problem) return atProblem(view, problem)
  const why = view.workload?.canReachZero
  return why === undefined ? undefined : stay(view, { waiting: strategyUnsupported(view, why) })
}

/** Until the last request of the old version is answered and the analyses before promotion have passed. */
function drainOld(view: View, release: Release): Turn {
  const stop = blocked(view)
  if (stop) return stop
  const shift = shiftTo(view, whole(view))
  if (shift.kind !== 'reached') return waitOrRollBack(drainAnew(view), shift)
  if (view.status.drainSince === undefined) return drainOld(fromNow(view), release)
  const leftMs = drainLeftMs(view)
  if (leftMs > 0) return stay(ready(view), { waiting: drainWait(view, drainingOld), wakeAt: view.now + leftMs })
  const answer = judgePromotion(view, release.stageStartedAt ?? stamp(view.now))
  switch (answer.kind) {
    case 'wait':
      return stay(ready(view), { waiting: answer.waiting, wakeAt: answer.wakeAt })
    case 'fail':
      return beginRollBack(view, answer.ending)
    case 'pass':
      return go(ready(view), 'drained', { ...enter(ready(view), release, 'Rolling'), drainSince: undefined })
    default:
      return answer satisfies never
  }
}

/** No route sends the workload anything. */
const carriesAll = (view: View): boolean => view.routes.every(({ state }) => state.canary === 100)

/** A route that sends requests to the old pods again, whoever made it so: their drain begins when it is seen to have left them. */
function drainAnew(view: View): View {
  if (carriesAll(view)) return view
  return { ...view, status: withStatus(view.status, { drainSince: undefined }) }
}

const fromNow = (view: View): View => ({
  ...view,
  status: withStatus(view.status, { drainSince: stamp(view.now) }),
})

function enter(view: View, release: Release, stage: Stage): { readonly release: Release } {
  const { unreadySince: _ready, ...rest } = release
  return { release: { ...rest, stage, stageStartedAt: stamp(view.now) } }
}

function roll(view: View, release: Release): Turn {
  const { workload } = view
  if (!workload || workload.uid !== view.status.stable?.workloadUid) return voided(view)
  if (isCommitted(view, release)) return commit(view, release)
  if (workload.revision !== release.revision) return turnedAround(view, workload.revision)
  if (workload.paused && !carriesAll(view)) {
    const { release: draining } = enter(view, forget(release, 'promotion'), 'Draining')
    return go(view, 'split-lost', { release: draining, drainSince: stamp(view.now) })
  }
  if (workload.paused) return liftOrWait(view, rollingNow(view, release))
  const keepSplit = shiftTo(toKnownPods(view), whole(view)).actions
  if (!isWhole(workload) || workload.availableReplicas < release.desired || workload.readyEndpoints < release.desired) {
    return stay(view, { actions: keepSplit, waiting: tooFewPods(view) ?? rollingNow(view, release) })
  }
  const store: Action = { kind: 'storeTemplate', role: 'stable', revision: release.revision }
  return stay(view, { actions: [store], waiting: rollingNow(view, release) })
}

/** The kept stable template is the new one: from here on the new version is stable (the commit point of a promotion). */
export function isCommitted(view: View, release: Release): boolean {
  return view.templates.stable === release.revision
}

function commit(view: View, release: Release): Turn {
  const stable = { revision: release.revision, workloadUid: view.status.stable?.workloadUid ?? '', claimed: true }
  return go(view, 'rolled', { ...enter(view, release, 'Returning'), stable, rejected: undefined })
}

function voided(view: View): Turn {
  const ending = { cause: 'workload-gone', by: 'sluice', message: 'the workload is gone' } as const
  return go(view, 'restore-void', { phase: 'RollingBack', ending, drainSince: undefined, wanted: undefined })
}

function turnedAround(view: View, revision: string): Turn {
  if (revision !== stableRevision(view)) return beginRestore(view, superseded(revision), 'restore-begins', revision)
  const message = 'the workload was given its stable template again while it rolled'
  return beginRestore(view, { cause: 'returned', by: 'workload', message }, 'restore-begins')
}

function giveBack(view: View, release: Release): Turn {
  const busy = retire(view)
  if (busy) return { ...busy, actions: [...busy.actions, ...stopSlip(view)] }
  const note = `revision ${release.revision} is the stable version now`
  return go(view, 'promoted', { ...noRelease, phase: 'Healthy' }, { type: 'Normal', reason: 'Promoted', note })
}

/** Every gateway has known the copy's pods since before the drain. */
const toKnownPods = (view: View): View => ({ ...view, watchLagMs: 0 })

function rollingNow(view: View, release: Release): Waiting {
  const { workload } = view
  if (workload?.failure === undefined) {
    return {
      reason: 'WorkloadRolling',
      message: `${workloadName(view)} rolls to revision ${release.revision} with no request on it`,
      next: `goes on by itself when at least ${release.desired} are available; no deadline`,
    }
  }
  return {
    reason: 'WorkloadRollFailed',
    message: `${workloadName(view)} does not get ready with revision ${release.revision}; the copy keeps all traffic`,
    next: `mend the pods, or ${command(view, 'rollback')}; no deadline`,
  }
}

const drainingOld: Waiting = {
  reason: 'Draining',
  message: 'the copy carries all traffic; the last requests of the old version are answered before the workload rolls',
  next: 'goes on by itself',
}

function strategyUnsupported(view: View, why: string): Waiting {
  return {
    reason: 'StrategyUnsupported',
    message: `${workloadName(view)}: ${why}, so its Service would have no endpoint and the gateway would answer 503 whatever the weight`,
    next: `set spec.strategy to RollingUpdate with maxSurge of at least 1 and maxUnavailable below all, or ${command(view, 'rollback')}; no deadline`,
  }
}
