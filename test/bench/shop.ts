import type { Decision, Verb } from '../../api/decision.ts'
import type { KubeObject, ObjectName } from '../../api/kube-object.ts'
import {
  apiVersion,
  decisionResource,
  deploymentResource,
  ingressResource,
  rolloutResource,
  serviceResource,
} from '../../api/names.ts'
import type { RolloutStatus } from '../../api/status.ts'
import type { KubeClient } from '../../kube/types.ts'

export type Where = Required<ObjectName>

export interface ShopSize {
  readonly replicas: number
  readonly weights: readonly number[]
  /** As in the spec; the provider's own unless set. */
  readonly drain?: string
  /** In the background; none unless set. */
  readonly analysis?: readonly { readonly name: string; readonly kind?: string }[]
}

/** A Deployment, its Service and Ingress, and the Rollout over them. */
export async function createShop(client: KubeClient, where: Where, size: ShopSize): Promise<void> {
  await client.create(deploymentResource, deploymentOf(where, size.replicas))
  await client.create(serviceResource, serviceOf(where))
  await client.create(ingressResource, ingressOf(where))
  await client.create(rolloutResource, rolloutOf(where, size))
}

export async function createNamespace(client: KubeClient, name: string): Promise<void> {
  const resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false }
  await client.create(resource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
}

/** What `helm upgrade --set image.tag=…` changes. */
export function upgrade(client: KubeClient, where: Where, tag: string): Promise<KubeObject> {
  const body = { spec: { template: { spec: { containers: [containerOf(tag)] } } } }
  return client.patch(deploymentResource, where, { type: 'merge', body })
}

/** Creates a Decision as the CLI does: bound to the attempt, and an approval to the step that was read. */
export function decide(client: KubeClient, where: Where, verb: Verb, status: RolloutStatus): Promise<KubeObject> {
  return client.create(decisionResource, decisionOf(where, verb, status))
}

let serial = 0

function decisionOf(where: Where, verb: Verb, { release }: RolloutStatus): KubeObject {
  serial += 1
  const spec: Partial<Decision> = {
    rollout: where.name,
    verb,
    decidedBy: 'admin',
    ...(release && { attempt: release.attempt }),
    ...(release && verb === 'approve' && { step: release.step, stepHash: release.stepHash }),
  }
  const name = `${where.name}-${verb}-${Date.now()}-${serial}`
  return { apiVersion, kind: 'Decision', metadata: { name, namespace: where.namespace }, spec }
}

const containerOf = (tag: string) => ({
  name: 'web',
  image: `registry.example.com/bench:${tag}`,
  ports: [{ name: 'http', containerPort: 8080 }],
  resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
})

function deploymentOf({ name, namespace }: Where, replicas: number): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [containerOf('v1')] } },
    },
  }
}

function serviceOf({ name, namespace }: Where): KubeObject {
  const spec = { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec }
}

function ingressOf({ name, namespace }: Where): KubeObject {
  const backend = { service: { name, port: { name: 'http' } } }
  const rule = { host: `${name}.${namespace}.test`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace },
    spec: { ingressClassName: 'nginx', rules: [rule] },
  }
}

function rolloutOf({ name, namespace }: Where, { weights, drain, analysis }: ShopSize): KubeObject {
  const steps = weights.map((weight) => ({ weight, gates: [{ approval: {} }] }))
  const traffic = [{ ingress: { name, ...(drain !== undefined && { drain }) } }]
  const canary = { steps, ...(analysis && { analysis }) }
  const spec = { workloadRef: { kind: 'Deployment', name }, strategy: { canary }, traffic }
  return { apiVersion, kind: 'Rollout', metadata: { name, namespace }, spec }
}
