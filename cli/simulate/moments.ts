import { sameJson } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { ingressResource, podResource, rolloutResource } from '../../api/names.ts'
import type { Phase, Release, Stage, Waiting } from '../../api/status.ts'
import { isReady } from '../../sandbox/controllers/pod-state.ts'
import { providerFor } from '../../traffic-providers/registry.ts'
import type { Scene } from './scene.ts'
import { isOfCopy, type SimulatedWorld, updateOf } from './world.ts'

export interface PodCount {
  readonly ready: number
  /** Those that are not being deleted. */
  readonly pods: number
}

/** How it stands after a write. */
export interface Moment {
  /** Since the update. */
  readonly atMs: number
  readonly phase: Phase
  readonly step?: number
  readonly stage?: Stage
  /** What the step asks for, in percent. */
  readonly asked?: number
  readonly waiting?: Waiting
  /** Percent that each route sends to the copy. */
  readonly weights: Readonly<Record<string, number>>
  readonly copy: PodCount
  readonly workload: PodCount
  /** Ready pods of the workload itself that run the new version. */
  readonly renewed: number
  /** Of both. */
  readonly pods: number
}

/** Everything that happened, and who wants to hear of it as it happens. */
export interface Recording {
  readonly moments: readonly Moment[]
  /** On the world's clock. */
  readonly startMs: number
  /** The stable revision as it begins. */
  readonly stableBefore: string | undefined
  readonly onMoment: (listener: (moment: Moment) => void) => void
  stop(): void
}

/** Writes down what happens from now on; times count from now. */
export function record({ api, clock, status, update }: SimulatedWorld, scene: Scene): Recording {
  const startMs = clock.monotonicMs()
  const moments: Moment[] = []
  const listeners: ((moment: Moment) => void)[] = []
  const pods = new Map<string, PodFacts>()
  let weights = weightsOf(scene, '', [])
  let isBacklog = true

  const note = () => {
    const now = status()
    if (isBacklog || now === undefined) return
    const moment: Moment = {
      atMs: tenths(clock.monotonicMs() - startMs),
      phase: now.phase,
      ...placeOf(now.release),
      ...(now.waiting === undefined ? {} : { waiting: now.waiting }),
      weights,
      ...countPods([...pods.values()], update()),
    }
    if (isSame(moments.at(-1), moment)) return
    moments.push(moment)
    for (const listener of listeners) listener(moment)
  }
  const watches = [
    api.watch(podResource, { namespace: scene.namespace }, ({ type, object }) => {
      if (type === 'DELETED') pods.delete(object.metadata.name)
      else if (type !== 'BOOKMARK') pods.set(object.metadata.name, factsOf(object))
      note()
    }),
    api.watch(ingressResource, { namespace: scene.namespace }, () => {
      const { uid = '' } = api.get(rolloutResource, scene).metadata
      weights = weightsOf(scene, uid, api.list(ingressResource, { namespace: scene.namespace }).items)
      note()
    }),
    api.watch(rolloutResource, { namespace: scene.namespace }, note),
  ]
  isBacklog = false
  note()
  return {
    moments,
    startMs,
    stableBefore: status()?.stable?.revision,
    onMoment: (listener) => listeners.push(listener),
    stop() {
      for (const stop of watches) stop()
    },
  }
}

/** A pod that ends and starts again without ever being ready is no news. */
const isSame = (last: Moment | undefined, { atMs: _now, ...moment }: Moment): boolean =>
  last !== undefined && sameJson({ ...last, atMs: undefined }, moment)

/** What happens within a few milliseconds happens at once. */
export const tenths = (ms: number): number => Math.round(ms / 100) * 100

function placeOf(release: Release | undefined): Pick<Moment, 'step' | 'stage' | 'asked'> {
  if (release === undefined) return {}
  const { step, stage, weight } = release
  return { step, asked: weight, ...(stage === undefined ? {} : { stage }) }
}

/** As the controller reads its routes. */
function weightsOf({ spec, namespace, name }: Scene, uid: string, live: readonly KubeObject[]): Moment['weights'] {
  const owner = { rollout: name, uid, revision: '' }
  const shares = spec.traffic.map((target) => {
    const route = { target, namespace, owner, canaryServices: {} }
    return [target.name, providerFor(target.kind).read(route, live).canary] as const
  })
  return Object.fromEntries(shares)
}

interface PodFacts {
  readonly isOfCopy: boolean
  readonly update: string | undefined
  readonly isReady: boolean
  readonly isLeaving: boolean
}

const factsOf = (pod: KubeObject): PodFacts => ({
  isOfCopy: isOfCopy(pod),
  update: updateOf(pod),
  isReady: isReady(pod),
  isLeaving: pod.metadata.deletionTimestamp !== undefined,
})

function countPods(all: readonly PodFacts[], update: string): Pick<Moment, 'copy' | 'workload' | 'renewed' | 'pods'> {
  const staying = all.filter(({ isLeaving }) => !isLeaving)
  const workload = staying.filter((pod) => !pod.isOfCopy)
  return {
    copy: countOf(staying.filter((pod) => pod.isOfCopy)),
    workload: countOf(workload),
    renewed: workload.filter((pod) => pod.update === update && pod.isReady).length,
    pods: staying.length,
  }
}

const countOf = (pods: readonly PodFacts[]): PodCount => ({
  ready: pods.filter((pod) => pod.isReady).length,
  pods: pods.length,
})
