import { revisionOf } from '../../api/hash.ts'
import { type JsonObject, objectOf, type StringMap, stringsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import {
  apiVersion,
  decisionResource,
  deploymentResource,
  endpointSliceResource,
  heldAnnotation,
  holdPolicyName,
  ingressClassResource,
  ingressResource,
  mutatingBindingResource,
  mutatingPolicyResource,
  rolloutLabel,
  rolloutResource,
  serviceResource,
} from '../../api/names.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { RolloutStatus } from '../../api/status.ts'
import { matches, serviceSelectorOf } from '../../rollout-controller/workload/selectors.ts'
import { createMemoryKube, type MemoryKube, type MemoryKubeOptions } from './memory-kube.ts'

/** Namespace shop in memory: Deployment, Service, Ingress and Rollout `web`, and pods that follow their Deployments. */
export interface Shop {
  readonly kube: MemoryKube
  /** The Deployment controller and the endpoints catch up at once. */
  settlePods(): void
  /** `helm upgrade`: another image, through the same admission as everybody's. */
  upgrade(image: string): Promise<void>
  decide(verb: string): void
  status(): RolloutStatus | undefined
  deployment(name?: string): KubeObject | undefined
  /** kind/name of everything with our owner label. */
  ours(): readonly string[]
  canaryWeight(): number | undefined
}

const namespace = 'shop'
const name = { namespace, name: 'web' }

export function createShop(options: Omit<MemoryKubeOptions, 'admit'> = {}): Shop {
  const kube = createMemoryKube({ ...options, admit: holdTemplates })
  const running = new Map<string, JsonObject>() // Deployment → template of its pods
  let decisions = 0
  for (const [resource, object] of initial()) kube.put(resource, object)

  const shop: Shop = {
    kube,
    settlePods() {
      for (const deployment of kube.all(deploymentResource)) settleDeployment(kube, deployment, running)
      for (const gone of running.keys()) {
        if (kube.find(deploymentResource, { namespace, name: gone }) === undefined) running.delete(gone)
      }
      for (const service of kube.all(serviceResource)) settleEndpoints(kube, service, running)
    },
    async upgrade(image) {
      const body = { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } }
      await kube.client.patch(deploymentResource, name, { type: 'merge', body })
    },
    decide(verb) {
      const { attempt, step, stepHash } = shop.status()?.release ?? {}
      const about = verb === 'approve' ? { attempt, step, stepHash } : attempt === undefined ? {} : { attempt }
      decisions++
      kube.put(decisionResource, {
        apiVersion,
        kind: 'Decision',
        metadata: { name: `decision-${decisions}`, namespace },
        spec: { rollout: 'web', verb, decidedBy: 'ann', ...about },
      })
    },
    status: () => parseStatus(kube.find(rolloutResource, name)?.status),
    deployment: (of = 'web') => kube.find(deploymentResource, { namespace, name: of }),
    ours: () =>
      [deploymentResource, serviceResource, ingressResource]
        .flatMap((resource) => kube.all(resource))
        .filter(({ metadata }) => metadata.labels?.['sluice.dev/rollout-uid'] !== undefined)
        .map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    canaryWeight() {
      const canary = kube.find(ingressResource, { namespace, name: 'web-canary' })
      const weight = canary?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight']
      return weight === undefined ? undefined : Number(weight)
    },
  }
  shop.settlePods()
  return shop
}

/** What the hold policy does to a claimed Deployment whose template changes. */
function holdTemplates(object: KubeObject, old: KubeObject | undefined): KubeObject {
  const isClaimed = object.metadata.labels?.[rolloutLabel] ?? old?.metadata.labels?.[rolloutLabel]
  if (object.kind !== 'Deployment' || old === undefined || isClaimed === undefined) return object
  if (revisionOf(objectOf(object.spec)['template']) === revisionOf(objectOf(old.spec)['template'])) return object
  const annotations = { ...object.metadata.annotations, [heldAnnotation]: 'true' }
  return { ...object, metadata: { ...object.metadata, annotations }, spec: { ...objectOf(object.spec), paused: true } }
}

function settleDeployment(kube: MemoryKube, deployment: KubeObject, running: Map<string, JsonObject>): void {
  const { name: own, generation = 1 } = deployment.metadata
  const { replicas, paused, template } = objectOf(deployment.spec)
  if (paused !== true || !running.has(own)) running.set(own, objectOf(template))
  const isUpdated = revisionOf(running.get(own)) === revisionOf(template)
  const status = {
    observedGeneration: generation,
    replicas,
    updatedReplicas: isUpdated ? replicas : 0,
    availableReplicas: replicas,
  }
  if (JSON.stringify(deployment.status) !== JSON.stringify(status))
    kube.put(deploymentResource, { ...deployment, status })
}

function settleEndpoints(kube: MemoryKube, service: KubeObject, running: Map<string, JsonObject>): void {
  const selector = serviceSelectorOf(objectOf(service.spec)['selector'])
  const slice = { namespace, name: `${service.metadata.name}-slice` }
  let count = 0
  for (const [deployment, template] of running) {
    const labels: StringMap = stringsOf(objectOf(template['metadata'])['labels'])
    if (selector === undefined || !matches(selector, labels)) continue
    count += Number(objectOf(kube.find(deploymentResource, { namespace, name: deployment })?.spec)['replicas'] ?? 0)
  }
  const endpoints = Array.from({ length: count }, () => ({ conditions: { ready: true } }))
  const old = kube.find(endpointSliceResource, slice)
  if (old !== undefined && JSON.stringify(old['endpoints']) === JSON.stringify(endpoints)) return
  kube.put(endpointSliceResource, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...slice, labels: { 'kubernetes.io/service-name': service.metadata.name } },
    addressType: 'IPv4',
    endpoints,
  })
}

function initial() {
  const labels = { app: 'web' }
  const policy = { metadata: { name: holdPolicyName }, apiVersion: 'admissionregistration.k8s.io/v1' }
  const approval = { gates: [{ approval: {} }] }
  const backend = { service: { name: 'web', port: { number: 80 } } }
  return [
    [mutatingPolicyResource, { ...policy, kind: 'MutatingAdmissionPolicy' }],
    [mutatingBindingResource, { ...policy, kind: 'MutatingAdmissionPolicyBinding' }],
    [
      ingressClassResource,
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'IngressClass',
        metadata: { name: 'nginx' },
        spec: { controller: 'k8s.io/ingress-nginx' },
      },
    ],
    [
      deploymentResource,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: name,
        spec: {
          replicas: 10,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:v1' }] } },
        },
      },
    ],
    [
      serviceResource,
      { apiVersion: 'v1', kind: 'Service', metadata: name, spec: { selector: labels, ports: [{ port: 80 }] } },
    ],
    [
      ingressResource,
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: name,
        spec: {
          ingressClassName: 'nginx',
          rules: [{ host: 'web.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
        },
      },
    ],
    [
      rolloutResource,
      {
        apiVersion,
        kind: 'Rollout',
        metadata: name,
        spec: {
          workloadRef: { kind: 'Deployment', name: 'web' },
          strategy: { canary: { steps: [20, 50].map((weight) => ({ weight, ...approval })) } },
          traffic: [{ ingress: { name: 'web' } }],
        },
      },
    ],
  ] as const
}
