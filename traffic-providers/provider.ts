import type { KubeObject, ObjectName, Resource } from '../api/kube-object.ts'
import type { RouteTarget } from '../api/rollout.ts'

/**
 * One kind of routing object. Pure: it sees live objects and returns changed ones, and never calls anything.
 *
 *     needs(route), lists ─► fetched as `live` ─┬► read(...)    what split is in force?
 *                                               └► render(...)  the writes that bring another one
 *
 * The life of a route during a release, in the intents that `render` is given:
 *
 *     registered ─► split 20 ─► split 50 ─► split 100 ─► withdrawn ─► absent
 */
export interface TrafficProvider {
  readonly kind: RouteTarget['kind']
  /** How long after a change the last request of the old split may still arrive, in milliseconds. */
  readonly drainMs: number
  /** Kinds of which `live` holds every object: those of the route's namespace, or all where the kind has none. */
  readonly lists: readonly Resource[]
  /** The user's object, and ours beside it. */
  needs(route: Route): readonly ObjectNeed[]
  /** The Services (by name) that the user's object sends traffic to. Empty if the object is missing. */
  backends(route: Route, live: LiveObjects): readonly string[]
  /** What keeps this route from carrying a canary; empty when nothing does. */
  check(route: Route, live: LiveObjects): readonly RouteProblem[]
  /** The split in force, as far as the objects say. */
  read(route: Route, live: LiveObjects): RouteState
  /** The writes, all conditional, that make `intent` so; empty when it is so already. */
  render(route: Route, intent: RouteIntent, live: LiveObjects): readonly RouteWrite[]
}

/** A route target in its namespace, with what was found out about it. */
export interface Route {
  readonly target: RouteTarget
  readonly namespace: string
  readonly owner: RouteOwner
  /** Service name → the name of the canary Service beside it. Only Services that select the workload's pods are here. */
  readonly canaryServices: Readonly<Record<string, string>>
}

/** Whose route objects these are: goes into their labels. */
export interface RouteOwner {
  readonly rollout: string
  readonly uid: string
  readonly revision: string
}

export type RouteIntent =
  /** Our side exists and gets nothing. */
  | { readonly kind: 'registered' }
  /** Our side gets `canary` percent, 1 to 100. */
  | { readonly kind: 'split'; readonly canary: number }
  /** Nothing reaches our side any more, whatever its header, cookie or session. One write per object. */
  | { readonly kind: 'withdrawn' }
  /** Nothing of ours is left, the user's object is as it was. */
  | { readonly kind: 'absent' }

export interface RouteState {
  /** Percent for the new version; 0 when nothing of ours is there. */
  readonly canary: number
  /** Our side is known to the route, at whatever weight. */
  readonly registered: boolean
  /** Our side is what `render` would make of the user's object now; false when either was edited since. */
  readonly inStep: boolean
  /** Requests may still reach our side (by weight, header, cookie or session). */
  readonly reachable: boolean
  /** The route's status says that the last write was taken; true where no such status exists. */
  readonly accepted: boolean
}

export interface RouteProblem {
  /** CamelCase. */
  readonly reason: string
  /** Names the object and the field, and says what is wrong. */
  readonly message: string
  /** What to do about it. */
  readonly next: string
}

export interface ObjectNeed {
  readonly resource: Resource
  readonly name: ObjectName
}

/** The live objects that `needs` named, those that exist, and every object of the kinds in `lists`. */
export type LiveObjects = readonly KubeObject[]

export type RouteWrite =
  | { readonly kind: 'create'; readonly resource: Resource; readonly object: KubeObject }
  /** A replace: `object.metadata.resourceVersion` is the version that was seen. */
  | { readonly kind: 'update'; readonly resource: Resource; readonly object: KubeObject }
  | { readonly kind: 'delete'; readonly resource: Resource; readonly object: KubeObject }
