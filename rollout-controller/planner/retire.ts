import type { Waiting } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import { catchingUp, drainWait, endpointsLate, gatewaysMayLag } from './catching-up.ts'
import { type Stay, stamp, stay, type View } from './turn.ts'
import { at, deadlineMs, drainLeftMs, stableRevision } from './view.ts'

/**
 * The common end of every release: one routing write per route, the drain, then routes, Services and copy, in that order.
 * Needs neither the spec nor capacity (promise 6). Answers undefined when nothing of ours is left.
 */
export function retire(view: View): Stay | undefined {
  const withdrawals = withdraw(view)
  if (withdrawals.length > 0) {
    const wait = beforeReturn(view)
    if (wait !== undefined) return wait
    return stay(view, { actions: withdrawals, waiting: withdrawing, changes: drainAnew })
  }
  if (view.routes.some(({ state }) => !state.accepted)) return stay(view, { waiting: withdrawing })
  if (view.owned.length === 0) return undefined
  if (view.status.drainSince === undefined)
    return drain({ ...view, status: { ...view.status, drainSince: stamp(view.now) } })
  return drain(view)
}

/**
 * The workload has just rolled: who has not heard of it would send requests to pods that are gone. While the copy serves the
 * new version there is no deadline; where it should go (Restoring, Terminating) the traffic returns at the deadline all the same.
 */
function beforeReturn(view: View): Stay | undefined {
  const { phase, release } = view.status
  if (phase === 'RollingBack' || release?.stage !== 'Returning' || view.workload === undefined) return undefined
  if (view.routes.every(({ state }) => state.canary === 0)) return undefined
  const since = release.stageStartedAt === undefined ? view.now : at(release.stageStartedAt)
  if (phase !== 'Promoting' && view.now >= since + deadlineMs(view)) return undefined
  if (gatewaysMayLag(view)) return stay(view, catchingUp(view))
  const { endpoints } = view
  return endpoints?.kind === 'current' ? undefined : stay(view, endpointsLate(view, endpoints, since))
}

/** Requests can reach the copy again, whoever made it so: its drain begins when they are seen to have ended. */
const drainAnew = { drainSince: undefined }

function drain(view: View): Stay {
  const leftMs = drainLeftMs(view)
  if (leftMs <= 0) return stay(view, { actions: removals(view), waiting: removing, transient: true })
  return stay(view, { waiting: drainWait(view, draining), wakeAt: view.now + leftMs })
}

function withdraw(view: View): readonly Action[] {
  const reachable = view.routes.filter(({ state }) => state.reachable || state.canary > 0)
  const writes = reachable.map(({ target }): Action => ({ kind: 'route', target, intent: { kind: 'withdrawn' } }))
  return [...writes, ...strays(view)]
}

/** An update that rolls un-held while a release is on its way out is stopped at once; what it did is taken back afterwards. */
export function stopSlip(view: View): readonly Action[] {
  const { workload } = view
  const rolls = workload && !workload.paused && workload.claimedBy === view.rollout.meta.name
  if (!rolls || workload.revision === stableRevision(view)) return []
  return [{ kind: 'hold', at: workload.resourceVersion }]
}

/** Route objects of ours that no route of the spec or of the release accounts for. */
function strays(view: View): readonly Action[] {
  if (view.routes.some(({ state }) => state.registered)) return []
  return view.owned
    .filter((object) => object.role === 'route' && !object.terminating)
    .map((object) => ({ kind: 'delete', object }))
}

function removals(view: View): readonly Action[] {
  const routes = view.routes.filter(({ state }) => state.registered)
  const ours = view.owned.filter(({ terminating }) => !terminating)
  return [
    ...routes.map(({ target }): Action => ({ kind: 'route', target, intent: { kind: 'absent' } })),
    ...ours.filter(({ role }) => role === 'service').map((object): Action => ({ kind: 'delete', object })),
    ...ours.filter(({ role }) => role === 'copy').map((object): Action => ({ kind: 'delete', object })),
  ]
}

const byItself = 'goes on by itself'
const withdrawing: Waiting = {
  reason: 'RoutesWithdrawing',
  message: 'all traffic goes to the workload; waits for the routes to have it',
  next: byItself,
}
const draining: Waiting = {
  reason: 'Draining',
  message: 'no new request goes to the canary copy; its last ones are answered before it is removed',
  next: byItself,
}
const removing: Waiting = {
  reason: 'Removing',
  message: 'removes the canary routes, Services and copy',
  next: byItself,
}
