import { type JsonObject, numberOf, objectOf, textOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import type { TemplateKeys } from '../template-hash.ts'

export const revisionAnnotation = 'deployment.kubernetes.io/revision'
export const historyAnnotation = 'deployment.kubernetes.io/revision-history'
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const maxAnnotation = 'deployment.kubernetes.io/max-replicas'

/** A Deployment and its ReplicaSets, as far as a rollout depends on them. */
export interface View {
  readonly deployment: KubeObject
  readonly spec: DeploymentSpec
  /** As it was written last. */
  readonly status: JsonObject
  /** The one with the template that is wanted; undefined until it is made. */
  readonly newest?: Sized
  /** All others, oldest first. */
  readonly old: readonly Sized[]
}

export interface DeploymentSpec {
  readonly replicas: number
  readonly isPaused: boolean
  readonly strategy: 'RollingUpdate' | 'Recreate'
  /** Pods above `replicas`, and below it, that a roll may reach. */
  readonly maxSurge: number
  readonly maxUnavailable: number
  readonly minReadySeconds: number
  readonly deadlineSeconds?: number
  readonly historyLimit?: number
  readonly template: JsonObject
}

/** A ReplicaSet in numbers. */
export interface Sized {
  readonly set: KubeObject
  readonly replicas: number
  readonly actual: number
  readonly ready: number
  readonly available: number
  readonly terminating: number
  readonly revision: number
  /** What the Deployment wanted when this was scaled last. */
  readonly desired?: number
  /** The most pods it could have had then. */
  readonly max?: number
}

/** Reads a Deployment and the ReplicaSets that it controls. */
export function viewOf(deployment: KubeObject, sets: readonly KubeObject[], keyOf: TemplateKeys): View {
  const spec = specOf(deployment)
  const wanted = keyOf(spec.template)
  const sized = sets.map(sizedOf).sort((a, b) => byAge(a.set, b.set))
  const newest = sized.find(({ set }) => keyOf(objectOf(set['spec'])['template']) === wanted)
  const old = sized.filter((one) => one !== newest)
  return { deployment, spec, status: objectOf(deployment['status']), old, ...(newest === undefined ? {} : { newest }) }
}

export const all = ({ old, newest }: View): readonly Sized[] => (newest === undefined ? old : [...old, newest])
export const active = (sets: readonly Sized[]): readonly Sized[] => sets.filter(({ replicas }) => replicas > 0)
export const sum = (sets: readonly Sized[], field: 'replicas' | 'actual' | 'ready' | 'available' | 'terminating') =>
  sets.reduce((total, one) => total + one[field], 0)

/** Older first, then by name. */
export function byAge(a: KubeObject, b: KubeObject): number {
  const born = ({ metadata }: KubeObject) => `${metadata.creationTimestamp ?? ''} ${metadata.name}`
  return born(a) < born(b) ? -1 : 1
}

/** The largest int32 stands for "none". */
const none = 2 ** 31 - 1

function specOf(deployment: KubeObject): DeploymentSpec {
  const spec = objectOf(deployment['spec'])
  const strategy = objectOf(spec['strategy'])
  const isRolling = strategy['type'] !== 'Recreate'
  const replicas = numberOf(spec['replicas']) ?? 1
  const deadlineSeconds = limitOf(spec['progressDeadlineSeconds'])
  const historyLimit = limitOf(spec['revisionHistoryLimit'])
  return {
    replicas,
    isPaused: spec['paused'] === true,
    strategy: isRolling ? 'RollingUpdate' : 'Recreate',
    ...(isRolling ? fences(objectOf(strategy['rollingUpdate']), replicas) : { maxSurge: 0, maxUnavailable: 0 }),
    minReadySeconds: numberOf(spec['minReadySeconds']) ?? 0,
    ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
    ...(historyLimit === undefined ? {} : { historyLimit }),
    template: objectOf(spec['template']),
  }
}

function limitOf(value: unknown): number | undefined {
  const limit = numberOf(value)
  return limit === none ? undefined : limit
}

/** Surge is rounded up, unavailable down; when both come to nothing one pod may be missing, or nothing could ever move. */
function fences({ maxSurge, maxUnavailable }: JsonObject, replicas: number) {
  const surge = shareOf(maxSurge, replicas, Math.ceil)
  const unavailable = Math.min(replicas, shareOf(maxUnavailable, replicas, Math.floor))
  const least = surge === 0 && unavailable === 0 && replicas > 0 ? 1 : unavailable
  return { maxSurge: surge, maxUnavailable: least }
}

function shareOf(value: unknown, replicas: number, round: (value: number) => number): number {
  const percent = textOf(value)
  return percent === undefined ? (numberOf(value) ?? 0) : round((Number.parseInt(percent, 10) * replicas) / 100)
}

function sizedOf(set: KubeObject): Sized {
  const { replicas, readyReplicas, availableReplicas, terminatingReplicas } = objectOf(set['status'])
  const desired = noted(set, desiredAnnotation)
  const max = noted(set, maxAnnotation)
  return {
    set,
    replicas: numberOf(objectOf(set['spec'])['replicas']) ?? 1,
    actual: numberOf(replicas) ?? 0,
    ready: numberOf(readyReplicas) ?? 0,
    available: numberOf(availableReplicas) ?? 0,
    terminating: numberOf(terminatingReplicas) ?? 0,
    revision: noted(set, revisionAnnotation) ?? 0,
    ...(desired === undefined ? {} : { desired }),
    ...(max === undefined ? {} : { max }),
  }
}

/** A whole number in an annotation; anything else is as if it were not there. */
function noted({ metadata }: KubeObject, annotation: string): number | undefined {
  const text = metadata.annotations?.[annotation] ?? ''
  return /^\d+$/.test(text) ? Number(text) : undefined
}
