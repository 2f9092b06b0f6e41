import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../api/kube-object.ts'
import { ownerUidLabel } from '../../api/names.ts'
import type { LiveObjects, Route, RouteIntent, RouteWrite, TrafficProvider } from '../../traffic-providers/provider.ts'
import { applyWrites, keyOf } from '../builders/apply-writes.ts'

/** A route as users write it, with the objects as the server returns them, some of which are no concern of the route. */
export interface ContractRoute {
  readonly title: string
  readonly route: Route
  readonly live: LiveObjects
}

export interface ProviderUnderTest {
  readonly provider: TrafficProvider
  readonly routes: readonly ContractRoute[]
}

const registered: RouteIntent = { kind: 'registered' }
const withdrawn: RouteIntent = { kind: 'withdrawn' }
const absent: RouteIntent = { kind: 'absent' }
const split = (canary: number): RouteIntent => (canary === 0 ? registered : { kind: 'split', canary })
const percents = [0, 1, 50, 99, 100]

/** What every traffic provider must do, whatever kind of object it writes. */
export const describeProvider = (name: string, { provider, routes }: ProviderUnderTest): void =>
  describe.each(routes)(`${name}: $title`, ({ route, live: start }) => {
    const frozen = deepFreeze(start)
    const bring = (live: LiveObjects, ...intents: readonly RouteIntent[]) =>
      intents.reduce((world, intent) => settle(provider, route, intent, world), live)

    it('finds nothing to object to', () => {
      expect(provider.check(route, frozen)).toEqual([])
      expect(provider.check(route, bring(frozen, split(50)))).toEqual([])
    })

    it('starts with nothing of ours', () => {
      expect(provider.read(route, frozen)).toMatchObject({ canary: 0, registered: false, reachable: false })
    })

    it('names the Services that get the traffic', () => {
      expect(provider.backends(route, frozen)).toEqual(expect.arrayContaining(Object.keys(route.canaryServices)))
    })

    it('needs only objects of its namespace, and none for a route that is not there', () => {
      expect(provider.needs(route).map((need) => need.name.namespace)).toEqual(
        provider.needs(route).map(() => route.namespace),
      )
      for (const intent of [registered, split(50), withdrawn, absent]) {
        expect(provider.render(route, intent, [])).toEqual([])
      }
    })

    it.each(percents)('reads back the %i%% it rendered', (canary) => {
      expect(provider.read(route, bring(frozen, split(canary)))).toMatchObject({
        canary,
        registered: true,
        inStep: true,
      })
    })

    it('goes from any split to any other', () => {
      for (const from of percents) {
        for (const to of percents) {
          expect(provider.read(route, bring(frozen, split(from), split(to))).canary).toBe(to)
        }
      }
    })

    it.each(percents)('creates nothing that gets traffic, also when asked for %i%%', (canary) => {
      const writes = provider.render(route, split(canary), frozen).filter(({ kind }) => kind === 'create')
      expect(provider.read(route, applyWrites(frozen, writes)).canary).toBe(0)
    })

    it('is reachable while it has weight', () => {
      for (const canary of [1, 50, 100]) expect(provider.read(route, bring(frozen, split(canary))).reachable).toBe(true)
    })

    it.each(percents)('withdraws %i%% with one write per object, after which nothing arrives', (canary) => {
      const world = bring(frozen, split(canary))
      const writes = provider.render(route, withdrawn, world)
      expect(new Set(writes.map(({ object }) => keyOf(object))).size).toBe(writes.length)
      const after = applyWrites(world, writes)
      expect(provider.read(route, after)).toMatchObject({ canary: 0, reachable: false })
      expect(provider.render(route, withdrawn, after)).toEqual([])
    })

    it.each([[[absent]], [[withdrawn, absent]]])('leaves everything as it was: %j', (last) => {
      const after = bring(frozen, registered, split(20), split(100), ...last)
      expect(after.map(asWritten)).toEqual(frozen.map(asWritten))
      expect(provider.read(route, after)).toMatchObject({ canary: 0, registered: false, reachable: false })
    })

    it('touches no object that it does not need', () => {
      const needed = provider
        .needs(route)
        .map(({ resource, name }) => `${resource.kind} ${name.namespace}/${name.name}`)
      const written = journey(provider, route, frozen).map(({ object }) => keyOf(object))
      expect(written.filter((key) => !needed.includes(key))).toEqual([])
    })

    it('marks what it creates with the owner, and makes nobody its owner', () => {
      const creates = journey(provider, route, frozen).filter(({ kind }) => kind === 'create')
      for (const { object } of creates) {
        expect(object.metadata.labels?.[ownerUidLabel]).toBe(route.owner.uid)
        expect(object.metadata).not.toHaveProperty('ownerReferences')
      }
    })

    it('does not change what it is given', () => {
      expect(() => journey(provider, route, deepFreeze(bring(frozen, split(50))))).not.toThrow()
    })
  })

/** Renders and applies until nothing is left to write; the world checks each write's uid and version. */
export function settle(provider: TrafficProvider, route: Route, intent: RouteIntent, live: LiveObjects): LiveObjects {
  let world = live
  for (let round = 0; round < 3; round++) {
    const writes = provider.render(route, intent, world)
    if (writes.length === 0) return world
    world = deepFreeze(applyWrites(world, writes))
  }
  throw new Error(`${intent.kind} does not settle: ${JSON.stringify(provider.render(route, intent, world))}`)
}

/** The writes of a whole release. */
function journey(provider: TrafficProvider, route: Route, live: LiveObjects): readonly RouteWrite[] {
  const writes: RouteWrite[] = []
  let world = live
  for (const intent of [registered, split(20), split(20), split(100), split(50), registered, withdrawn, absent]) {
    const next = provider.render(route, intent, world)
    writes.push(...next)
    world = deepFreeze(applyWrites(world, next))
  }
  return writes
}

/** Byte for byte, without what the server counts by itself. */
function asWritten(object: KubeObject): string {
  return JSON.stringify(object, (key, value: unknown) =>
    key === 'resourceVersion' || key === 'generation' || key === 'managedFields' ? undefined : value,
  )
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}
