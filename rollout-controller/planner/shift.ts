import type { Waiting } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import { catchingUp, gatewaysMayLag } from './catching-up.ts'
import type { Batch } from './steps.ts'
import type { View } from './turn.ts'
import { command, readyPods } from './view.ts'

export type Shift =
  /** The split is in force and enough ready pods carry it. */
  | { readonly kind: 'reached'; readonly actions: readonly Action[] }
  /** On its way; `transient` when the actions themselves end the wait. */
  | {
      readonly kind: 'moving'
      readonly actions: readonly Action[]
      readonly waiting: Waiting
      readonly transient: boolean
      /** As in `PatientWait`. */
      readonly blamelessUntil?: number
    }
  /** The split is in force, or may not rise, and too few pods are ready. */
  | { readonly kind: 'unready'; readonly actions: readonly Action[]; readonly waiting: Waiting }

/** Brings the copy and the routes to a batch: pods first, then the weight (promise 1); the copy never shrinks under traffic. */
export function shiftTo(view: View, batch: Batch): Shift {
  const replicas = Math.max(batch.replicas, view.copy?.replicas ?? 0)
  const preparing = prepare(view, replicas)
  if (readyPods(view) < batch.replicas || missesService(view)) {
    return { kind: 'unready', actions: [...preparing, ...followRoutes(view)], waiting: podsNotReady(view, batch) }
  }
  const pending = view.routes.filter(({ state }) => state.canary !== batch.weight || !state.inStep)
  if (view.status.release?.paused && pending.some(({ state }) => state.canary !== batch.weight)) {
    return { kind: 'moving', actions: [...preparing, ...followRoutes(view)], waiting: paused(view), transient: false }
  }
  if (gatewaysMayLag(view) && pending.some(({ state }) => state.canary < batch.weight)) {
    const { waiting, wakeAt: blamelessUntil } = catchingUp(view)
    const actions = [...preparing, ...followRoutes(view)]
    return { kind: 'moving', actions, waiting, transient: false, blamelessUntil }
  }
  if (pending.length > 0) {
    const writes = pending.map(({ target }): Action => ({ kind: 'route', target, intent: intentFor(batch.weight) }))
    return { kind: 'moving', actions: [...preparing, ...writes], waiting: routesPending(view, batch), transient: true }
  }
  if (view.routes.some((route) => !route.state.accepted)) {
    return { kind: 'moving', actions: preparing, waiting: routesPending(view, batch), transient: false }
  }
  return { kind: 'reached', actions: preparing }
}

function intentFor(weight: number) {
  return weight === 0 ? ({ kind: 'registered' } as const) : ({ kind: 'split', canary: weight } as const)
}

/** The copy, its Services and our side of the routes: all there before any weight rises (promise 2). */
function prepare(view: View, replicas: number): readonly Action[] {
  const { copy, services, routes, status } = view
  const actions: Action[] = []
  if (!copy && status.release) actions.push({ kind: 'createCopy', revision: status.release.revision, replicas })
  if (copy && !copy.terminating && copy.replicas < replicas) actions.push({ kind: 'scaleCopy', replicas })
  for (const { exists, stable, canary } of services) {
    if (!exists) actions.push({ kind: 'createService', stable, canary })
  }
  for (const { target, state } of routes) {
    if (!state.registered) actions.push({ kind: 'route', target, intent: { kind: 'registered' } })
  }
  return actions
}

/** The user edited a route, or somebody ours: our side follows, at the weight it has, whatever else is waited for. */
export function followRoutes(view: View): readonly Action[] {
  const behind = view.routes.filter(({ state }) => state.registered && !state.inStep)
  return behind.map(({ target, state }) => ({ kind: 'route', target, intent: intentFor(state.canary) }))
}

function missesService(view: View): boolean {
  return view.services.some((pair) => !pair.exists) || view.routes.some((route) => !route.state.registered)
}

/** Which step, or that it is being promoted. */
function place(view: View): string {
  const { release } = view.status
  return release?.stage ? 'promotion' : `step ${release?.step} of ${release?.steps} (${release?.weight} %)`
}

function podsNotReady(view: View, batch: Batch): Waiting {
  return {
    reason: 'PodsNotReady',
    message: `${place(view)} waits for ${batch.replicas} ready ${batch.replicas === 1 ? 'pod' : 'pods'} of the new version`,
    next: `goes on by itself when they are ready; see why not with: ${command(view, 'status')}`,
  }
}

function routesPending(view: View, batch: Batch): Waiting {
  const names = view.routes.map(({ target }) => `${target.kind} ${target.name}`).join(', ')
  return {
    reason: 'RoutesPending',
    message: `${place(view)} waits for ${names} to carry ${batch.weight} % for the new version`,
    next: 'goes on by itself when the routes have it',
  }
}

export function paused(view: View): Waiting {
  const by = view.status.release?.paused?.by ?? 'somebody'
  return {
    reason: 'Paused',
    message: `${place(view)} is paused by ${by}`,
    next: `${command(view, 'resume')} (or ${command(view, 'rollback')}); no deadline`,
  }
}
