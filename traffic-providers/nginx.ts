import { canaryName } from '../api/canary-name.ts'
import { sameJson } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { ingressClassResource, ingressResource } from '../api/names.ts'
import { servicesOf } from './ingress.ts'
import { hasMatches, isCanary, isSticky, percentOf } from './nginx-annotations.ts'
import { canCarry, changedCanary, type Found, find, newCanary } from './nginx-canary.ts'
import { checkIngress } from './nginx-check.ts'
import type {
  LiveObjects,
  ObjectNeed,
  Route,
  RouteIntent,
  RouteState,
  RouteWrite,
  TrafficProvider,
} from './provider.ts'

/**
 * Ingress with the canary annotations of ingress-nginx, which Traefik's ingress-nginx provider also understands.
 * The user's Ingress is never written: ours, `<ingress>-canary`, lies beside it.
 */
export const nginx: TrafficProvider = {
  kind: 'ingress',
  drainMs: 10_000,
  lists: [ingressResource, ingressClassResource],
  needs,
  backends(route, live) {
    const { user } = find(route, live)
    return user === undefined ? [] : servicesOf(user)
  },
  check: checkIngress,
  read: readIngress,
  render: renderIngress,
}

function needs(route: Route): readonly ObjectNeed[] {
  const { namespace, target } = route
  return [target.name, canaryName(target.name)].map((name) => ({
    resource: ingressResource,
    name: { namespace, name },
  }))
}

function readIngress(route: Route, live: LiveObjects): RouteState {
  const { user, ours } = find(route, live)
  if (ours === undefined) return { canary: 0, registered: false, inStep: true, reachable: false, accepted: true }
  const annotations = ours.metadata.annotations ?? {}
  // A session cookie of an earlier release fits a new canary of the same name, and the main Ingress's affinity counts
  // for its canary. Without the canary mark ours is a plain Ingress: who gets what is then the gateway's guess.
  const reachable =
    percentOf(annotations) > 0 ||
    !isCanary(annotations) ||
    hasMatches(annotations) ||
    isSticky(annotations) ||
    isSticky(user?.annotations ?? {})
  const canary = percentOf(annotations)
  return { canary, registered: true, inStep: isInStep(route, canary, live), reachable, accepted: true }
}

function isInStep(route: Route, canary: number, live: LiveObjects): boolean {
  const intent: RouteIntent = canary === 0 ? { kind: 'registered' } : { kind: 'split', canary }
  return renderIngress(route, intent, live).length === 0
}

function renderIngress(route: Route, intent: RouteIntent, live: LiveObjects): readonly RouteWrite[] {
  const found = find(route, live)
  // A name that is somebody else's is refused (`check` says so); an object on its way out cannot be kept.
  if (found.stranger !== undefined || found.ours?.metadata.deletionTimestamp !== undefined) return []
  switch (intent.kind) {
    case 'registered':
      return carry(route, found, 0)
    case 'split':
      return carry(route, found, intent.canary)
    case 'withdrawn':
    case 'absent':
      return removal(found.ours)
    default:
      return intent satisfies never
  }
}

function carry(route: Route, { user, ours }: Found, percent: number): readonly RouteWrite[] {
  // Nothing is known to render from, and without the main Ingress a canary gets nothing: leave it.
  if (user === undefined || Object.keys(route.canaryServices).length === 0) return []
  // The user has led these paths elsewhere: a canary left there would take its share of somebody else's traffic.
  if (!canCarry(route, user)) return removal(ours)
  if (ours === undefined) return [{ kind: 'create', resource: ingressResource, object: newCanary(route, user) }]
  const object = changedCanary(route, user, percent, ours)
  return sameJson(object, ours) ? [] : [{ kind: 'update', resource: ingressResource, object }]
}

/** Weight 0 is not enough: sessions, headers and cookies reach a canary at any weight. */
const removal = (ours: KubeObject | undefined): readonly RouteWrite[] =>
  ours === undefined ? [] : [{ kind: 'delete', resource: ingressResource, object: ours }]
