import type { JsonObject } from '../../../api/json.ts'
import { numberOf, objectOf, objectsOf } from '../../../api/json.ts'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import * as served from '../../../sandbox/controllers/resources.ts'
import { runControllers } from '../../../sandbox/controllers/run-controllers.ts'
import { builtInKinds } from '../../../sandbox/kinds/built-in.ts'
import { type KubeletOptions, runKubelet } from '../../../sandbox/kubelet/kubelet.ts'
import { annotatedLife } from '../../../sandbox/kubelet/pod-life.ts'
import type { AdmissionRequest } from '../../../sandbox/server/admission.ts'
import type { Api } from '../../../sandbox/server/api.ts'
import { createApi } from '../../../sandbox/server/api-server.ts'
import { createVirtualClock } from '../../../sandbox/virtual-clock.ts'

export interface WorldOptions extends Partial<Pick<KubeletOptions, 'lifeOf' | 'runtime' | 'nodeCount'>> {
  readonly delayMs?: () => number
  /** Throws to refuse a write. */
  readonly refuse?: (request: AdmissionRequest) => void
}

export type World = ReturnType<typeof createWorld>

/** A server, controllers and kubelets on a virtual clock; every reaction takes 1 ms unless told otherwise. */
export function createWorld({ delayMs = () => 1, refuse, lifeOf = annotatedLife, ...options }: WorldOptions = {}) {
  const clock = createVirtualClock()
  const ids = countedIds()
  const admission = () => ({
    mutate: ({ object }: AdmissionRequest) => object,
    validate: (request: AdmissionRequest) => {
      refuse?.(request)
      return []
    },
  })
  const builtIns = builtInKinds({ services: () => api.list(served.services).items })
  const api: Api = createApi({ clock, ids, builtIns, customKinds: () => [], admission })
  const spec = { finalizers: ['kubernetes'] }
  api.create(served.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, spec })
  const controllers = runControllers({ api, clock, ids, delayMs })
  const kubelet = runKubelet({ api, clock, delayMs, lifeOf, ...options })
  const named = (name: string) => ({ name, namespace: 'shop' })
  return {
    api,
    clock,
    kubelet,
    controllers,
    named,
    run: (ms: number) => clock.advance(ms),
    get: (resource: Resource, name: string) => api.get(resource, named(name)),
    find: (resource: Resource, name: string) => api.find(resource, named(name)),
    list: (resource: Resource) => api.list(resource, resource.namespaced ? { namespace: 'shop' } : {}).items,
    patch: (resource: Resource, name: string, body: JsonObject) =>
      api.patch(resource, named(name), { type: 'merge', body }),
  }
}

function countedIds() {
  let count = 0
  const next = () => {
    count += 1
    return count
  }
  return { uid: () => `uid-${String(next()).padStart(6, '0')}`, suffix: () => String(next()).padStart(5, 'x') }
}

export interface WorkloadParts {
  readonly spec?: JsonObject
  readonly podSpec?: JsonObject
  readonly annotations?: Readonly<Record<string, string>>
  readonly image?: string
}

/** shop/web with three pods. Its pods have a port named http. */
export function deployment({ spec, annotations, image = 'web:v1' }: WorkloadParts = {}): KubeObject {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } }
  const limits = { progressDeadlineSeconds: 600, revisionHistoryLimit: 10, strategy }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 3, ...limits, ...podsOf(image, annotations), ...spec },
  }
}

export function statefulSet({ spec, annotations, image = 'db:v1' }: WorkloadParts = {}): KubeObject {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }
  const limits = { revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady', updateStrategy, serviceName: 'db' }
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop' },
    spec: { replicas: 3, ...limits, ...podsOf(image, annotations), ...spec },
  }
}

export const podsOf = (image: string, annotations: Readonly<Record<string, string>> = {}) => ({
  selector: { matchLabels: { app: 'web' } },
  template: {
    metadata: { labels: { app: 'web' }, annotations },
    spec: { containers: [{ name: 'web', image, ports: [{ name: 'http', containerPort: 8080 }] }] },
  },
})

export const status = (object: KubeObject): JsonObject => objectOf(object['status'])
export const count = (object: KubeObject, field: string): number => numberOf(status(object)[field]) ?? 0
export const replicas = (object: KubeObject): number => numberOf(objectOf(object['spec'])['replicas']) ?? -1
export const condition = (object: KubeObject, type: string): JsonObject =>
  objectsOf(status(object)['conditions']).find((one) => one['type'] === type) ?? {}
export const isReady = (pod: KubeObject): boolean => condition(pod, 'Ready')['status'] === 'True'
export const imageOf = (pod: KubeObject): unknown => objectsOf(objectOf(pod['spec'])['containers'])[0]?.['image']
export const names = (objects: readonly KubeObject[]): readonly string[] => objects.map(({ metadata }) => metadata.name)
export const ascending = (a: number, b: number): number => a - b
