import { canaryName } from '../api/canary-name.ts'
import type { StringMap } from '../api/json.ts'
import { ingressClassResource, ingressResource } from '../api/names.ts'
import type { RouteTarget } from '../api/rollout.ts'
import type { LiveObjects, Route, RouteOwner, TrafficProvider } from '../traffic-providers/provider.ts'
import { providerFor } from '../traffic-providers/registry.ts'
import { byService, type Caches } from './observed-caches.ts'
import type { RolloutView, ServicePair } from './snapshot.ts'
import { matches } from './workload/selectors.ts'

/** One route with all that its provider asks for. */
export interface ObservedRoute {
  readonly route: Route
  readonly provider: TrafficProvider
  readonly live: LiveObjects
  /** The Services that the user's object sends to, whether or not they select the workload. */
  readonly backends: readonly string[]
}

/** The routes of the spec and of the release under way, each once. */
export function targetsOf({ spec, status }: RolloutView): readonly RouteTarget[] {
  const all = [...(spec?.traffic ?? []), ...(status?.release?.routes ?? [])]
  return all.filter((target, index) => all.findIndex((other) => sameTarget(other, target)) === index)
}

export const sameTarget = (a: RouteTarget, b: RouteTarget): boolean => a.kind === b.kind && a.name === b.name

/** `podLabels`: the label sets by which the workload's pods may be found, of its present and of its stable template. */
export function observeRoutes(
  caches: Caches,
  view: RolloutView,
  podLabels: readonly StringMap[],
): readonly ObservedRoute[] {
  const live = liveObjects(caches, view.meta.namespace)
  return targetsOf(view).map((target) => observeRoute(caches, view, target, live, podLabels))
}

function observeRoute(
  caches: Caches,
  view: RolloutView,
  target: RouteTarget,
  live: LiveObjects,
  podLabels: readonly StringMap[],
): ObservedRoute {
  const { namespace } = view.meta
  const provider = providerFor(target.kind)
  const bare: Route = { target, namespace, owner: ownerOf(view, view.status?.release?.revision), canaryServices: {} }
  const backends = provider.backends(bare, live)
  const selecting = backends.filter((name) => selects(caches, namespace, name, podLabels))
  const canaryServices = Object.fromEntries(selecting.map((name) => [name, canaryName(name)]))
  return { route: { ...bare, canaryServices }, provider, live, backends }
}

export const ownerOf = ({ meta }: RolloutView, revision = ''): RouteOwner => ({
  rollout: meta.name,
  uid: meta.uid,
  revision,
})

/** Every object of the kinds that providers list. */
const liveObjects = (caches: Caches, namespace: string): LiveObjects => [
  ...caches.ingresses.list(namespace).map((object) => ({ ...object, kind: ingressResource.kind })),
  ...caches.ingressClasses.list().map((object) => ({ ...object, kind: ingressClassResource.kind })),
]

function selects(caches: Caches, namespace: string, name: string, podLabels: readonly StringMap[]): boolean {
  const selector = caches.services.get(namespace, name)?.selector
  return selector !== undefined && podLabels.some((labels) => matches(selector, labels))
}

/** Each Service of the workload that a route names, with the canary Service beside it. */
export function pairsOf(caches: Caches, view: RolloutView, routes: readonly ObservedRoute[]): readonly ServicePair[] {
  const { namespace, uid } = view.meta
  const pairs = new Map(routes.flatMap(({ route }) => Object.entries(route.canaryServices)))
  return [...pairs].map(([stable, canary]) => {
    const found = caches.services.get(namespace, canary)
    return { stable, canary, exists: found?.ownerUid === uid && !found.terminating }
  })
}

/** Ready endpoints behind a Service. A dual-stack Service lists every pod once for each family. */
export function readyEndpoints(caches: Caches, namespace: string, service: string): number {
  const byFamily = new Map<string, number>()
  for (const { family, ready } of caches.endpoints.byIndex(byService, `${namespace}/${service}`)) {
    byFamily.set(family, (byFamily.get(family) ?? 0) + ready)
  }
  return Math.max(0, ...byFamily.values())
}
