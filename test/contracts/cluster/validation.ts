import { expect } from 'vitest'
import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import {
  autoscalerResource,
  deploymentResource,
  ingressResource,
  podTemplateResource,
  serviceResource,
} from '../../../api/names.ts'
import type { Bed } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { invalid, refusal } from './refusal.ts'
import { configMaps, namespaces, statefulSets } from './resources.ts'
import { configMap, deployment, ingress, service, statefulSet } from './shop.ts'
import { wrongDeployments } from './wrong-deployments.ts'

/** An object that is refused. */
export interface Wrong {
  readonly what: string
  readonly resource: Resource
  readonly object: KubeObject
  /** Of the causes. */
  readonly fields: readonly string[]
}

const ports = (...list: readonly JsonObject[]) => service('a', { ports: list })
const ofService = (what: string, object: KubeObject, ...fields: readonly string[]): Wrong => ({
  what: `a Service ${what}`,
  resource: serviceResource,
  object,
  fields,
})

const services: readonly Wrong[] = [
  ofService('without ports', ports(), 'spec.ports'),
  ofService('with port 0', ports({ port: 0 }), 'spec.ports[0].port', 'spec.ports[0].targetPort'),
  ofService(
    'with two ports of which one has no name',
    ports({ name: 'a', port: 80 }, { port: 81 }),
    'spec.ports[1].name',
  ),
  ofService(
    'with two ports of one name',
    ports({ name: 'a', port: 80 }, { name: 'a', port: 81 }),
    'spec.ports[1].name',
  ),
  ofService('of a type that is none', service('a', { type: 'Wide' }), 'spec.type'),
  ofService('with an address that is none', service('a', { clusterIP: 'x' }), 'spec.clusterIPs[0]'),
  ofService('with a target port above 65535', ports({ port: 80, targetPort: 70_000 }), 'spec.ports[0].targetPort'),
  ofService('of a name with a dot', { ...service('a'), metadata: { name: 'a.b' } }, 'metadata.name'),
]

const path = (more: JsonObject) => ({
  rules: [
    {
      http: {
        paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } }, ...more }],
      },
    },
  ],
})
const ofIngress = (what: string, spec: JsonObject, ...fields: readonly string[]): Wrong => ({
  what: `an Ingress ${what}`,
  resource: ingressResource,
  object: ingress('a', spec),
  fields,
})
const inPath = (field: string) => `spec.rules[0].http.paths[0].${field}`

const ingresses: readonly Wrong[] = [
  ofIngress('without rules and backend', { rules: [] }, 'spec'),
  ofIngress('with a path without a slash', path({ path: 'x' }), inPath('path')),
  ofIngress('without a type of path', path({ pathType: undefined }), inPath('pathType')),
  ofIngress('with a type of path that is none', path({ pathType: 'Regex' }), inPath('pathType')),
  ofIngress(
    'with a backend without a name',
    path({ backend: { service: { port: { number: 80 } } } }),
    inPath('backend.service.name'),
  ),
  ofIngress('with a backend without a port', path({ backend: { service: { name: 'a' } } }), inPath('backend')),
  ofIngress('with a host that is none', { rules: [{ host: 'A_b' }] }, 'spec.rules[0].host'),
]

const autoscaler = (spec: JsonObject): KubeObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a' },
  spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' }, ...spec },
})

const others: readonly Wrong[] = [
  {
    what: 'a HorizontalPodAutoscaler of at most no pod',
    resource: autoscalerResource,
    object: autoscaler({ maxReplicas: 0 }),
    fields: ['spec.maxReplicas'],
  },
  {
    what: 'a HorizontalPodAutoscaler of more at least than at most',
    resource: autoscalerResource,
    object: autoscaler({ minReplicas: 5 }),
    fields: ['spec.maxReplicas'],
  },
  {
    what: 'a ConfigMap with a key that is none',
    resource: configMaps,
    object: configMap('a', { data: { 'a b': 'x' } }),
    fields: ['data[a b]'],
  },
  {
    what: 'a Namespace with a dot',
    resource: namespaces,
    object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a.b' } },
    fields: ['metadata.name'],
  },
  {
    what: 'a PodTemplate without containers',
    resource: podTemplateResource,
    object: { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'a' }, template: { spec: { containers: [] } } },
    fields: ['template.spec.containers'],
  },
  {
    what: 'a StatefulSet whose selector does not match its pods',
    resource: statefulSets,
    object: statefulSet('a', { spec: { selector: { matchLabels: { app: 'b' } } } }),
    fields: ['spec.template.metadata.labels'],
  },
]

const refused = ({ what, resource, object, fields }: Wrong): ContractCase => ({
  title: `${what} is refused by its field`,
  async run(bed: Bed) {
    const namespace = resource.namespaced ? { namespace: bed.namespace } : {}
    const wrong = { ...object, metadata: { ...namespace, ...object.metadata } }
    expect(await refusal(bed.client.create(resource, wrong))).toMatchObject({ ...invalid, fields })
  },
})

const changes: readonly ContractCase[] = [
  {
    title: 'the selector of a Deployment never changes',
    async run(bed) {
      await bed.make(deploymentResource, deployment('a', { replicas: 0, labels: { more: 'x' } }))
      const body = { spec: { selector: { matchLabels: { more: 'x' } } } }
      const patch = bed.client.patch(
        deploymentResource,
        { namespace: bed.namespace, name: 'a' },
        { type: 'merge', body },
      )
      expect(await refusal(patch)).toMatchObject({ ...invalid, fields: ['spec.selector'] })
    },
  },
  {
    title: 'the address of a Service never changes',
    async run(bed) {
      await bed.make(serviceResource, service('a'))
      const body = { spec: { clusterIP: '172.30.99.99', clusterIPs: ['172.30.99.99'] } }
      const patch = bed.client.patch(serviceResource, { namespace: bed.namespace, name: 'a' }, { type: 'merge', body })
      expect((await refusal(patch)).fields).toContain('spec.clusterIPs[0]')
    },
  },
  {
    title: 'of a StatefulSet only replicas, template, strategy and the like may change',
    async run(bed) {
      await bed.make(statefulSets, statefulSet('a', { replicas: 0 }))
      const name = { namespace: bed.namespace, name: 'a' }
      const patch = (spec: JsonObject) => bed.client.patch(statefulSets, name, { type: 'merge', body: { spec } })
      expect(await refusal(patch({ serviceName: 'other' }))).toMatchObject({ ...invalid, fields: ['spec'] })
      expect(await refusal(patch({ podManagementPolicy: 'Parallel' }))).toMatchObject({ ...invalid, fields: ['spec'] })
      expect((await patch({ minReadySeconds: 1 })).metadata.generation).toBe(2)
    },
  },
]

export const validation: Chapter = {
  concern: 'validation',
  cases: [...[...wrongDeployments, ...services, ...ingresses, ...others].map(refused), ...changes],
}
