import { type JsonObject, objectOf, objectsOf, stringsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import {
  copyLabel,
  deploymentResource,
  endpointSliceResource,
  ingressResource,
  mutatingBindingResource,
  mutatingPolicyResource,
  ownerUidLabel,
  podResource,
  rolloutResource,
  serviceAccountUser,
  serviceResource,
} from '../../api/names.ts'
import type { KubeClient } from '../../kube/types.ts'
import { isActive, isReady } from '../../sandbox/controllers/pod-state.ts'
import { countedIds } from '../../sandbox/ids.ts'
import type { LifeOf } from '../../sandbox/kubelet/pod-life.ts'
import { createLocalClient } from '../../sandbox/local-client.ts'
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import type { Api } from '../../sandbox/server/api.ts'
import { resourceOf } from '../../sandbox/server/resource-of.ts'
import { createVirtualClock, type VirtualClock } from '../../sandbox/virtual-clock.ts'
import { type ChronicleKeeper, createChronicle } from './chronicle.ts'
import { createDice, type Dice } from './dice.ts'
import { promises } from './promises/index.ts'
import type { Moment, ServiceSelector } from './promises/moment.ts'
import { analysisObject, chartOf, rollout } from './shop.ts'
import { createLook, namespace, type Sight } from './sight.ts'
import type { Simulator } from './simulator.ts'
import type { Story } from './story.ts'

/** A promise that a write broke. */
export interface Breach {
  readonly promise: string
  readonly what: string
  readonly atMs: number
}

/** One cluster on a virtual clock, in which every write is held against the promises. */
export interface World {
  readonly story: Story
  readonly clock: VirtualClock
  readonly api: Api
  readonly sandbox: Sandbox
  readonly dice: Dice
  readonly chronicle: ChronicleKeeper
  readonly breaches: readonly Breach[]
  readonly look: () => Sight
  /** The cluster as controllers see it: whatever is written through it is theirs. */
  readonly controllerClient: KubeClient
  /** Runs what a person does. */
  asUser<T>(run: () => T): T
  /** When anything was written last, by anybody. */
  lastWriteMs(): number
  /** Calls `listener` after each write of a controller. */
  onControllerWrite(listener: () => void): void
  /** Writes of controllers so far. */
  controllerWrites(): number
  elapsedMs(): number
  /** Hears of every write, for those who tell the story. */
  onWrite: ((moment: Moment) => void) | undefined
}

const watched = [
  deploymentResource,
  endpointSliceResource,
  ingressResource,
  serviceResource,
  podResource,
  rolloutResource,
  mutatingPolicyResource,
  mutatingBindingResource,
]

/** The cluster of a story, with Sluice and the user's chart installed and no controller yet. */
export function createWorld(story: Story, { engines, installed }: Simulator): World {
  const clock = createVirtualClock()
  const dice = createDice(story.seed)
  const startMs = clock.monotonicMs()
  const { pace } = story
  const delayDice = dice.fork('controllers')
  const sandbox = createSandbox({
    clock,
    ids: countedIds(story.seed),
    engines,
    objects: installed,
    lifeOf: livesIn(story, dice.fork('pods')),
    delayMs: () => delayDice.next() * pace.controllerDelayMs,
    memory: 400,
  })
  const { api } = sandbox
  let actor: Moment['actor'] = 'user'
  const chronicle = createChronicle(() => clock.monotonicMs())
  const look = createLook(api)
  const breaches: Breach[] = []
  const listeners: (() => void)[] = []
  let writes = 0
  let lastWriteMs = 0
  let sight = look()
  let services: readonly ServiceSelector[] = []
  const lagMs = lagOf(story)

  const world: World = {
    story,
    clock,
    api,
    sandbox,
    dice,
    chronicle,
    breaches,
    look: () => sight,
    controllerClient: createLocalClient(
      actingAs(api, (by) => (actor = by)),
      {
        clock,
        bookmarkMs: 170_000, // seldom: a quiet world should cost nothing
        caller: { username: serviceAccountUser, groups: [] },
      },
    ),
    asUser(run) {
      actor = 'user'
      try {
        return run()
      } finally {
        actor = 'system'
      }
    },
    onControllerWrite: (listener) => listeners.push(listener),
    lastWriteMs: () => lastWriteMs,
    controllerWrites: () => writes,
    elapsedMs: () => clock.monotonicMs() - startMs,
    onWrite: undefined,
  }

  install(api, story)
  actor = 'system'
  for (const resource of watched) {
    let isBacklog = true
    const seen = new Map<string, KubeObject>()
    api.watch(resource, {}, ({ type, object }) => {
      const key = `${object.metadata.namespace}/${object.metadata.name}`
      const old = seen.get(key)
      if (type === 'DELETED') seen.delete(key)
      else seen.set(key, object)
      if (object.kind === 'Service') services = servicesIn(api)
      const before = sight
      sight = look()
      chronicle.note(object, type === 'DELETED', sight)
      if (isBacklog || type === 'BOOKMARK') return
      lastWriteMs = clock.monotonicMs()
      if (actor === 'controller') writes++
      judge({
        nowMs: clock.monotonicMs(),
        wallMs: clock.now(),
        actor,
        type,
        object,
        old,
        before,
        after: sight,
        chronicle,
        story,
        lagMs,
        services,
        stablePods: () => stablePods(api, chronicle),
      })
      if (actor === 'controller') for (const listener of listeners) listener()
    })
    isBacklog = false
  }

  function judge(moment: Moment): void {
    world.onWrite?.(moment)
    for (const [promise, isKept] of promises) {
      const what = isKept(moment)
      if (what !== undefined) breaches.push({ promise, what, atMs: world.elapsedMs() })
    }
  }
  return world
}

/** The server as a controller reaches it: while one of its calls runs, what is written is the controller's. */
function actingAs(api: Api, say: (by: Moment['actor']) => void): Api {
  const by =
    <A extends readonly unknown[], T>(call: (...args: A) => T) =>
    (...args: A): T => {
      say('controller')
      try {
        return call(...args)
      } finally {
        say('system')
      }
    }
  return {
    ...api,
    create: by((...args) => api.create(...args)),
    replace: by((...args) => api.replace(...args)),
    patch: by((...args) => api.patch(...args)),
    delete: by((...args) => api.delete(...args)),
  }
}

function install(api: Api, { shop }: Story): void {
  for (const object of [...chartOf(shop, 'v1', 'healthy'), analysisObject, rollout(shop)])
    api.create(resourceOf(api, object), object)
}

function servicesIn(api: Api): readonly ServiceSelector[] {
  return api
    .list(serviceResource, { namespace })
    .items.filter(({ metadata }) => metadata.labels?.[ownerUidLabel] === undefined)
    .map(({ metadata, spec }) => ({ name: metadata.name, selector: stringsOf(objectOf(spec)['selector']) }))
}

/** Told apart by what a template says of its pods: their image and their fate. */
function stablePods(api: Api, { templates }: ChronicleKeeper): readonly (string | undefined)[] {
  const byLook = new Map([...templates].map(([revision, template]) => [lookOf(objectOf(template)), revision]))
  return api
    .list(podResource, { namespace, labelSelector: 'app=web' })
    .items.filter((pod) => pod.metadata.labels?.[copyLabel] === undefined && isActive(pod) && isReady(pod))
    .map((pod) => byLook.get(lookOf(pod)))
}

function lookOf({ metadata, spec }: JsonObject): string {
  const [container] = objectsOf(objectOf(spec)['containers'])
  return `${String(container?.['image'])} ${stringsOf(objectOf(metadata)['annotations'])['simulation/fate']}`
}

function livesIn({ pace }: Story, dice: Dice): LifeOf {
  return ({ metadata }) => {
    const fate = metadata.annotations?.['simulation/fate']
    return {
      startMs: dice.next() * pace.podStartMs,
      readyMs: pace.podsWarmUp ? dice.next() * pace.podStartMs : 0,
      fate: fate === 'never-ready' || fate === 'crash-loop' || fate === 'hangs' ? fate : 'healthy',
      lingerMs: pace.podLingerMs,
    }
  }
}

/** How old what a controller acts on may be: its watches, a call under way, and what the story makes slower still. */
function lagOf({ pace, faults }: Story): number {
  const isSlow = faults.some(
    ({ kind, ...fault }) => kind === 'outage' || ('how' in fault && /slow|stall|timeout|drop|expire/.test(fault.how)),
  )
  return 1_000 + pace.watchLagMs + 4 * pace.callMs + (isSlow ? 60_000 : 0)
}
