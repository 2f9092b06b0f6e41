import type { Clock } from '../../api/clock.ts'
import type { KubeObject, ObjectName } from '../../api/kube-object.ts'
import { createLoop } from '../controllers/loop.ts'
import { isLeaving } from '../controllers/pod-state.ts'
import * as served from '../controllers/resources.ts'
import { keyOf, nameOf } from '../controllers/shelf.ts'
import type { Api } from '../server/api.ts'
import { nodes, reporting } from './nodes.ts'
import type { LifeOf } from './pod-life.ts'
import { forget, type Kubelets, type PodRuntime, serve, type Tenant, takeCareOf } from './tenants.ts'

export type { PodRuntime } from './tenants.ts'

export interface KubeletOptions {
  readonly api: Api
  readonly clock: Clock
  readonly lifeOf: LifeOf
  /** How long it takes to see a change, ms; 0 when left out. */
  readonly delayMs?: () => number
  /** How many nodes there are; 3. */
  readonly nodeCount?: number
  readonly runtime?: PodRuntime
  /** The address of the nth pod; counted up from 10.0.0.1 when left out, so that none comes back soon. */
  readonly addressOf?: (pod: KubeObject, count: number) => string
}

/** The scheduler and all kubelets at once, and what can happen to pods and nodes. A pod that is not there is let be. */
export interface Kubelet {
  /** Makes its readiness fail or hold from now on, whatever its life says. */
  setReady(pod: ObjectName, isReady: boolean): void
  /** Its container ends and is started again. */
  crash(pod: ObjectName): void
  /** It is put out by its node: Failed, and no longer a replica of anybody. */
  evict(pod: ObjectName): void
  /** The node falls silent: its pods are unready at once, and removed after `evictAfterMs` (300,000). */
  loseNode(name: string, evictAfterMs?: number): void
  restoreNode(name: string): void
  stop(): void
}

/** Registers its nodes and takes care of all pods until it is stopped. */
export function runKubelet(options: KubeletOptions): Kubelet {
  const { api, clock, delayMs = () => 0, nodeCount = 3 } = options
  const kubelets = kubeletsOf(options, nodeCount)
  const { tenants, lost } = kubelets
  const loop = createLoop({
    clock,
    delayMs,
    reconcile: (key) => takeCareOf(kubelets, api.find(served.pods, nameOf(key))),
  })
  register(options, nodeCount)
  const endWatch = api.watch(served.pods, {}, ({ type, object }) => {
    if (type === 'DELETED') forget(kubelets, object)
    else if (type === 'ADDED' || isLeaving(object)) loop.add(keyOf(object.metadata))
  })
  const change = (name: ObjectName, how: (tenant: Tenant, pod: KubeObject) => Tenant) => {
    const pod = api.find(served.pods, name)
    const tenant = tenants.get(pod?.metadata.uid ?? '')
    if (pod === undefined || tenant === undefined) return
    tenants.set(pod.metadata.uid ?? '', how(tenant, pod))
    loop.add(keyOf(name))
  }
  const wakeAll = () => {
    for (const { metadata } of api.list(served.pods).items) loop.add(keyOf(metadata))
  }

  return {
    setReady: (pod, isReady) => change(pod, (tenant) => ({ ...tenant, forced: isReady ? 'ready' : 'unready' })),
    crash: (name) =>
      change(name, (tenant, pod) => {
        const crashedMs = clock.monotonicMs()
        return { ...serve(kubelets, pod, tenant, false), crashes: tenant.crashes + 1, crashedMs }
      }),
    evict: (pod) => change(pod, (tenant) => ({ ...tenant, forced: 'evicted' })),
    loseNode(name, evictAfterMs = 300_000) {
      lost.set(name, clock.monotonicMs() + evictAfterMs)
      report(options, name, false)
      wakeAll()
    },
    restoreNode(name) {
      lost.delete(name)
      report(options, name, true)
      wakeAll()
    },
    stop() {
      endWatch()
      loop.stop()
    },
  }
}

function kubeletsOf(options: KubeletOptions, nodeCount: number): Kubelets {
  const { api, clock, lifeOf, runtime = noRuntime, addressOf = countedAddress } = options
  const lost = new Map<string, number>()
  const names = nodes(nodeCount).map(({ metadata }) => metadata.name)
  let turn = 0
  let addresses = 0
  return {
    api,
    clock,
    lifeOf,
    runtime,
    lost,
    tenants: new Map(),
    nextNode() {
      const alive = names.filter((name) => !lost.has(name))
      turn += 1
      return alive[(turn - 1) % Math.max(1, alive.length)]
    },
    nextAddress(pod) {
      addresses += 1
      return addressOf(pod, addresses)
    },
  }
}

const noRuntime: PodRuntime = { start: () => undefined, stop: () => undefined }

const countedAddress = (_pod: KubeObject, count: number): string =>
  `10.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`

function register({ api, clock }: KubeletOptions, count: number): void {
  if (api.kind(served.nodes) === undefined) return
  for (const node of nodes(count)) {
    if (api.find(served.nodes, node.metadata) !== undefined) continue
    const { object } = api.create(served.nodes, node)
    const status = { ...object, status: node['status'] }
    api.replace(served.nodes, reporting(status, true, clock.now()), { subresource: 'status' })
  }
}

function report({ api, clock }: KubeletOptions, name: string, isAlive: boolean): void {
  const node = api.kind(served.nodes) === undefined ? undefined : api.find(served.nodes, { name })
  if (node !== undefined) api.replace(served.nodes, reporting(node, isAlive, clock.now()), { subresource: 'status' })
}
