import type { Clock } from '../../api/clock.ts'
import { objectOf, sameJson, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { isLeaving } from '../controllers/pod-state.ts'
import * as served from '../controllers/resources.ts'
import type { Api } from '../server/api.ts'
import { timeText } from '../server/context.ts'
import { nodeAddress } from './nodes.ts'
import type { LifeOf } from './pod-life.ts'
import { statusOf } from './pod-status.ts'
import { type LivingPod, type Stage, stageAt } from './stage.ts'

/** What runs behind a pod's address, if anything does. */
export interface PodRuntime {
  start(pod: KubeObject, address: string): void
  stop(pod: KubeObject): void
}

/** A pod that has a node, and what was last written of it. */
export interface Tenant extends LivingPod {
  readonly address: string
  readonly node: string
  readonly written?: Stage
  readonly isServing: boolean
  readonly leavingSinceMs?: number
}

/** What taking care of pods needs and keeps. */
export interface Kubelets {
  readonly api: Api
  readonly clock: Clock
  readonly lifeOf: LifeOf
  readonly runtime: PodRuntime
  /** By the uid of the pod. */
  readonly tenants: Map<string, Tenant>
  /** Nodes that are silent, and when their pods are removed. */
  readonly lost: Map<string, number>
  /** The node of the next pod, if any is alive. */
  nextNode(): string | undefined
  nextAddress(pod: KubeObject): string
}

/** A pod is gone. */
export function forget({ tenants, runtime }: Kubelets, pod: KubeObject): void {
  const { uid = '' } = pod.metadata
  if (tenants.get(uid)?.isServing === true) runtime.stop(pod)
  tenants.delete(uid)
}

/** Takes one pod a step further; gives back after how many ms to look again. */
export function takeCareOf(kubelets: Kubelets, pod: KubeObject | undefined): number | undefined {
  if (pod === undefined) return undefined
  const tenant = kubelets.tenants.get(pod.metadata.uid ?? '')
  if (tenant === undefined) return moveIn(kubelets, pod)
  const lostUntilMs = kubelets.lost.get(tenant.node)
  if (lostUntilMs !== undefined) return neglect(kubelets, pod, tenant, lostUntilMs)
  return isLeaving(pod) ? seeOff(kubelets, pod, tenant) : tend(kubelets, pod, tenant)
}

/** Gives a pod its node, address and life; nothing while no node is alive. */
function moveIn(kubelets: Kubelets, pod: KubeObject): number | undefined {
  const { api, clock, tenants } = kubelets
  const given = textOf(objectOf(pod['spec'])['nodeName'])
  const node = given ?? kubelets.nextNode()
  if (node === undefined) return undefined
  const bound = given === undefined ? bind(api, pod, node) : pod
  const boundMs = clock.monotonicMs()
  const address = kubelets.nextAddress(bound)
  const tenant = { life: kubelets.lifeOf(bound), boundMs, crashes: 0, address, node, isServing: false }
  tenants.set(bound.metadata.uid ?? '', tenant)
  return takeCareOf(kubelets, bound)
}

const bind = (api: Api, pod: KubeObject, nodeName: string): KubeObject =>
  api.replace(served.pods, { ...pod, spec: { ...objectOf(pod['spec']), nodeName } }, { subresource: 'binding' }).object

/** Runs what its stage says, and writes its status when it has reached another one. */
function tend(kubelets: Kubelets, pod: KubeObject, tenant: Tenant): number | undefined {
  const nowMs = kubelets.clock.monotonicMs()
  const { stage, untilMs } = stageAt(tenant, nowMs)
  const runs = stage.kind === 'running' && tenant.life.fate !== 'crash-loop'
  show(kubelets, pod, serve(kubelets, pod, tenant, runs), stage)
  return untilMs === undefined ? undefined : untilMs - nowMs
}

/** Nobody answers on a lost node, and after a while its pods are taken away. */
function neglect(kubelets: Kubelets, pod: KubeObject, tenant: Tenant, lostUntilMs: number): number | undefined {
  const nowMs = kubelets.clock.monotonicMs()
  if (nowMs >= lostUntilMs) {
    kubelets.api.delete(served.pods, pod.metadata, { gracePeriodSeconds: 0 })
    return undefined
  }
  const { written } = tenant
  const silent = serve(kubelets, pod, tenant, false)
  if (written?.kind === 'running') show(kubelets, pod, silent, { ...written, isReady: false })
  return lostUntilMs - nowMs
}

/** A pod that is deleted serves on until its time is over. */
function seeOff({ api, clock, tenants }: Kubelets, pod: KubeObject, tenant: Tenant): number | undefined {
  const { uid = '' } = pod.metadata
  const nowMs = clock.monotonicMs()
  const { leavingSinceMs = nowMs, life } = tenant
  tenants.set(uid, { ...tenant, leavingSinceMs })
  const leftMs = leavingSinceMs + life.lingerMs - nowMs
  if (leftMs > 0) return leftMs === Infinity ? undefined : leftMs
  api.delete(served.pods, pod.metadata, { gracePeriodSeconds: 0, uid })
  return undefined
}

/** Starts or stops what runs behind the pod. */
export function serve({ tenants, runtime }: Kubelets, pod: KubeObject, tenant: Tenant, runs: boolean): Tenant {
  if (runs === tenant.isServing) return tenant
  if (runs) runtime.start(pod, tenant.address)
  else runtime.stop(pod)
  const next = { ...tenant, isServing: runs }
  tenants.set(pod.metadata.uid ?? '', next)
  return next
}

/** That a pod is pending is not written: it is so by itself. */
function show({ api, clock, tenants }: Kubelets, pod: KubeObject, tenant: Tenant, stage: Stage): void {
  if (sameJson(stage, tenant.written)) return
  const place = { address: tenant.address, hostAddress: nodeAddress(tenant.node) }
  const status = stage.kind === 'pending' ? undefined : statusOf(pod, stage, place, timeText(clock.now()))
  if (status !== undefined) api.replace(served.pods, { ...pod, status }, { subresource: 'status' })
  tenants.set(pod.metadata.uid ?? '', { ...tenant, written: stage })
}
