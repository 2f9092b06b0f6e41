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

interface Wrong {
  readonly what: string
  readonly resource: Resource
  readonly object: KubeObject
  /** Of the causes. */
  readonly fields: readonly string[]
}

const container = (more: JsonObject): JsonObject => ({ containers: [{ name: 'web', image: 'web', ...more }] })
const inSpec = (spec: JsonObject) => deployment('a', { replicas: 0, spec })
const inPods = (podSpec: JsonObject) => deployment('a', { replicas: 0, podSpec })
const podField = (field: string) => `spec.template.spec.${field}`
const ofDeployment = (what: string, object: KubeObject, ...fields: readonly string[]): Wrong => ({
  what: `a Deployment ${what}`,
  resource: deploymentResource,
  object,
  fields,
})

const deployments: readonly Wrong[] = [
  ofDeployment(
    'whose selector does not match its pods',
    inSpec({ selector: { matchLabels: { app: 'b' } } }),
    'spec.template.metadata.labels',
  ),
  ofDeployment('without a selector', inSpec({ selector: undefined }), 'spec.selector', 'spec.template.metadata.labels'),
  ofDeployment('with an empty selector', inSpec({ selector: {} }), 'spec.selector'),
  ofDeployment('of fewer than no replicas', inSpec({ replicas: -1 }), 'spec.replicas'),
  ofDeployment('with a negative minReadySeconds', inSpec({ minReadySeconds: -1 }), 'spec.minReadySeconds'),
  ofDeployment('without containers', inPods({ containers: [] }), podField('containers')),
  ofDeployment(
    'with a container without an image',
    inPods(container({ image: undefined })),
    podField('containers[0].image'),
  ),
  ofDeployment(
    'with a container without a name',
    inPods(container({ name: undefined })),
    podField('containers[0].name'),
  ),
  ofDeployment(
    'with two containers of one name',
    inPods({
      containers: [
        { name: 'web', image: 'a' },
        { name: 'web', image: 'b' },
      ],
    }),
    podField('containers[1].name'),
  ),
  ofDeployment('with pods that are never started again', inPods({ restartPolicy: 'Never' }), podField('restartPolicy')),
  ofDeployment(
    'that can neither surge nor lack a pod',
    inSpec({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    'spec.strategy.rollingUpdate.maxUnavailable',
  ),
  ofDeployment(
    'with a surge that is no number',
    inSpec({ strategy: { rollingUpdate: { maxSurge: 'some' } } }),
    'spec.strategy.rollingUpdate.maxSurge',
  ),
  ofDeployment(
    'that may lack more than all pods',
    inSpec({ strategy: { rollingUpdate: { maxUnavailable: '101%' } } }),
    'spec.strategy.rollingUpdate.maxUnavailable',
  ),
  ofDeployment(
    'of type Recreate with a rolling update',
    inSpec({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    'spec.strategy.rollingUpdate',
  ),
  ofDeployment('of a type that is none', inSpec({ strategy: { type: 'Slowly' } }), 'spec.strategy'),
  ofDeployment(
    'whose deadline is not after minReadySeconds',
    inSpec({ minReadySeconds: 9, progressDeadlineSeconds: 9 }),
    'spec.progressDeadlineSeconds',
  ),
  ofDeployment(
    'with a port above 65535',
    inPods(container({ ports: [{ containerPort: 70_000 }] })),
    podField('containers[0].ports[0].containerPort'),
  ),
  ofDeployment(
    'with a port of a name that is none',
    inPods(container({ ports: [{ name: 'A_b', containerPort: 80 }] })),
    podField('containers[0].ports[0].name'),
  ),
  ofDeployment(
    'with a mount of a volume that is not there',
    inPods(container({ volumeMounts: [{ name: 'x', mountPath: '/x' }] })),
    podField('containers[0].volumeMounts[0].name'),
  ),
  ofDeployment(
    'with a probe that does nothing',
    inPods(container({ readinessProbe: { periodSeconds: 5 } })),
    podField('containers[0].readinessProbe'),
  ),
  ofDeployment(
    'with an environment variable without a name',
    inPods(container({ env: [{ value: 'x' }] })),
    podField('containers[0].env[0].name'),
  ),
  ofDeployment(
    'that asks for more than its limit',
    inPods(container({ resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } })),
    podField('containers[0].resources.requests'),
  ),
  ofDeployment(
    'with pods of a label that is none',
    deployment('a', { replicas: 0, labels: { 'a b': 'x' } }),
    'spec.template.labels',
  ),
  ofDeployment(
    'with several faults, all of which are said',
    inSpec({ replicas: -1, minReadySeconds: -1 }),
    'spec.minReadySeconds',
    'spec.replicas',
  ),
]

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
  cases: [...[...deployments, ...services, ...ingresses, ...others].map(refused), ...changes],
}
