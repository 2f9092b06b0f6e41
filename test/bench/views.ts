import { isRecord } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { copyLabel } from '../../api/names.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { RolloutStatus } from '../../api/status.ts'
import type { Seen } from './recorder.ts'
import type { Where } from './shop.ts'

/** What the bench reads out of objects and watch events. */
export const statusOf = (rollout: KubeObject): RolloutStatus | undefined => parseStatus(rollout['status'])

export const inPhase = (phase: RolloutStatus['phase']) => (rollout: KubeObject) => statusOf(rollout)?.phase === phase

/** Waits at the approval of a step, with nothing done about it yet. */
export const atGate = (step: number) => (rollout: KubeObject) => {
  const status = statusOf(rollout)
  return status?.waiting?.reason === 'Approval' && status.release?.step === step
}

export const canaryOf = ({ name }: Where): string => `${name}-canary`

/** Percent of the traffic that a route object of ours says. */
export function weightOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'] ?? 0)
}

/** The routing write of a rollback: our route is gone, or at 0. */
export const withdrawn =
  (where: Where) =>
  ({ kind, type, object }: Seen): boolean =>
    kind === 'Ingress' && object.metadata.name === canaryOf(where) && (type === 'DELETED' || weightOf(object) === 0)

export const weighs =
  (where: Where, weight: number) =>
  ({ kind, type, object }: Seen): boolean =>
    kind === 'Ingress' && object.metadata.name === canaryOf(where) && type !== 'DELETED' && weightOf(object) === weight

export const isCopyWith =
  (where: Where, replicas: number) =>
  ({ kind, object }: Seen): boolean =>
    kind === 'Deployment' &&
    object.metadata.name === canaryOf(where) &&
    numberAt(object, 'spec', 'replicas') === replicas

export const isCopyPod =
  (where: Where) =>
  ({ kind, type, object }: Seen): boolean =>
    kind === 'Pod' && type === 'ADDED' && object.metadata.labels?.[copyLabel] !== undefined && isOf(where, object)

const isOf = ({ name }: Where, { metadata }: KubeObject) => metadata.name.startsWith(`${name}-canary-`)

/** Enough pods of the copy are available. */
export const hasAvailable =
  (where: Where, count: number) =>
  ({ kind, object }: Seen): boolean =>
    kind === 'Deployment' &&
    object.metadata.name === canaryOf(where) &&
    numberAt(object, 'status', 'availableReplicas') >= count

/** Enough endpoints stand behind the canary Service. */
export const hasEndpoints =
  (where: Where, count: number) =>
  ({ kind, object }: Seen): boolean =>
    kind === 'EndpointSlice' &&
    object.metadata.labels?.['kubernetes.io/service-name'] === canaryOf(where) &&
    readyIn(object) >= count

function readyIn(slice: KubeObject): number {
  const endpoints = Array.isArray(slice['endpoints']) ? slice['endpoints'] : []
  return endpoints.filter((one) => isRecord(one) && isRecord(one['conditions']) && one['conditions']['ready'] === true)
    .length
}

function numberAt(object: KubeObject, part: 'spec' | 'status', field: string): number {
  const of = object[part]
  const value = isRecord(of) ? of[field] : undefined
  return typeof value === 'number' ? value : 0
}
