import { active, all, type Sized, sum, type View } from './view.ts'

/** One ReplicaSet and the size it gets. */
export interface Scaling {
  readonly sized: Sized
  readonly to: number
}

/** The next step of a rolling update: the new pods first, as far as there is room, then away with old ones. */
export function rollingStep(view: View): readonly Scaling[] {
  const { newest, spec } = view
  if (newest === undefined) return []
  const to = newest.replicas > spec.replicas ? spec.replicas : sizeOfNewest(view)
  return to === newest.replicas ? shrinkOld(view, newest) : [{ sized: newest, to }]
}

/** How many pods the ReplicaSet of the new template may have now; also when it is yet to be made. */
export function sizeOfNewest(view: View): number {
  const { spec, newest } = view
  if (spec.strategy === 'Recreate') return spec.replicas
  const size = newest?.replicas ?? 0
  const room = spec.replicas + spec.maxSurge - sum(all(view), 'replicas')
  return room <= 0 ? size : size + Math.min(room, spec.replicas - size)
}

/** Old pods that serve nobody go first; of the others as many as availability allows. */
function shrinkOld(view: View, newest: Sized): readonly Scaling[] {
  const { spec, old } = view
  const least = spec.replicas - spec.maxUnavailable
  const spare = sum(all(view), 'replicas') - least - (newest.replicas - newest.available)
  const unhealthy = takeFrom(old, spare, ({ replicas, available }) => replicas - available)
  const extra = sum(all(view), 'available') - least
  const healthy = spare <= 0 ? unhealthy : takeFrom(unhealthy, extra, ({ replicas }) => replicas)
  return healthy.flatMap((sized, index) => {
    const before = old[index]
    return before === undefined || before.replicas === sized.replicas ? [] : [{ sized: before, to: sized.replicas }]
  })
}

/** The same ReplicaSets, `count` pods fewer, oldest first, each by no more than `most` says. */
function takeFrom(sets: readonly Sized[], count: number, most: (sized: Sized) => number): readonly Sized[] {
  let left = Math.max(0, count)
  return sets.map((sized) => {
    const less = Math.max(0, Math.min(left, most(sized), sized.replicas))
    left -= less
    return less === 0 ? sized : { ...sized, replicas: sized.replicas - less }
  })
}

/** All old pods at once. */
export const recreateStep = ({ old }: View): readonly Scaling[] => active(old).map((sized) => ({ sized, to: 0 }))

/** Someone has scaled the Deployment since its ReplicaSets were scaled last. */
export const isScaled = (view: View): boolean =>
  active(all(view)).some(({ desired }) => desired !== undefined && desired !== view.spec.replicas)

/**
 * Follows `spec.replicas` outside of a roll: the only ReplicaSet with pods, or the newest, takes it all; several
 * share it in proportion, so that a scaling does not hasten the roll.
 */
export function followReplicas(view: View): readonly Scaling[] {
  const { spec, old, newest } = view
  const working = active(all(view))
  const single = working.length > 1 ? undefined : (working[0] ?? newest ?? old.at(-1))
  if (single !== undefined) return single.replicas === spec.replicas ? [] : [{ sized: single, to: spec.replicas }]
  if (isSaturated(view)) return recreateStep(view)
  return spec.strategy === 'RollingUpdate' ? inProportion(view, working) : []
}

const isSaturated = ({ newest, spec }: View): boolean =>
  newest !== undefined && [newest.replicas, newest.desired, newest.available].every((count) => count === spec.replicas)

/** Larger ones first; among equals the newer when growing, the older when shrinking. What is left over goes to the first. */
function inProportion(view: View, working: readonly Sized[]): readonly Scaling[] {
  const { replicas, maxSurge } = view.spec
  const toAdd = (replicas > 0 ? replicas + maxSurge : 0) - sum(working, 'replicas')
  const oldestFirst = toAdd > 0 ? working.toReversed() : working
  const ordered = oldestFirst.toSorted((a, b) => b.replicas - a.replicas)
  let left = toAdd
  const shared = ordered.map((sized) => {
    const share = proportionOf(view, sized, left)
    left -= share
    return { sized, to: sized.replicas + share }
  })
  return shared.map(({ sized, to }, index) => ({ sized, to: index === 0 ? Math.max(0, to + left) : to }))
}

/** What one ReplicaSet has of the pods to be added or, below 0, taken away; never more than is left. */
function proportionOf({ spec, status }: View, { replicas, max }: Sized, left: number): number {
  if (left === 0) return 0
  const fraction =
    spec.replicas === 0
      ? -replicas
      : grown(replicas, spec.replicas + spec.maxSurge, max || Number(status['replicas'] ?? 0))
  return left > 0 ? Math.min(fraction, left) : Math.max(fraction, left)
}

const grown = (replicas: number, most: number, mostBefore: number): number =>
  mostBefore === 0 ? 0 : roundAway((replicas * most) / mostBefore) - replicas

const roundAway = (value: number): number => Math.floor(value + 0.5)
