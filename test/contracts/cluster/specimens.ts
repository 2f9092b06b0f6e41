import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import { autoscalerResource, deploymentResource, ingressResource, serviceResource } from '../../../api/names.ts'
import { statefulSets } from './resources.ts'
import { deployment, ingress, service, statefulSet } from './shop.ts'

/** Objects as users write them, each of which leaves much to the server. */
export interface Specimen {
  readonly what: string
  readonly resource: Resource
  readonly object: KubeObject
}

const image = 'registry.example.com/web:v1'
const web = { name: 'web', image, ports: [{ containerPort: 8080 }] }
const httpGet = { path: '/', port: 8080 }

/** Pod specs as charts have them. */
export const podSpecs: Readonly<Record<string, JsonObject>> = {
  'a plain container': { containers: [web] },
  'an image without a tag': { containers: [{ name: 'web', image: 'registry.example.com/web' }] },
  'probes and hooks': {
    containers: [
      {
        ...web,
        readinessProbe: { httpGet },
        livenessProbe: { tcpSocket: { port: 8080 } },
        startupProbe: { grpc: { port: 9090 } },
        lifecycle: { preStop: { httpGet }, postStart: { exec: { command: ['true'] } } },
      },
    ],
  },
  volumes: {
    containers: [{ ...web, volumeMounts: [{ name: 'config', mountPath: '/etc/web' }] }],
    volumes: [
      { name: 'config', configMap: { name: 'web' } },
      { name: 'secret', secret: { secretName: 'web' } },
      { name: 'scratch', emptyDir: {} },
      { name: 'host', hostPath: { path: '/var/log' } },
      { name: 'info', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
      { name: 'claim', persistentVolumeClaim: { claimName: 'web' } },
    ],
  },
  sidecars: {
    initContainers: [
      { name: 'migrate', image },
      { name: 'proxy', image, restartPolicy: 'Always', readinessProbe: { httpGet } },
    ],
    containers: [web, { name: 'log', image, command: ['tail'] }],
  },
  'the network of the host': { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet', containers: [web] },
  resources: {
    containers: [{ ...web, resources: { limits: { cpu: '1000m', memory: '1024Mi' }, requests: { cpu: '0.10' } } }],
  },
  environment: {
    containers: [
      {
        ...web,
        env: [
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'web', key: 'key' } } },
          { name: 'EMPTY', value: '' },
        ],
        envFrom: [{ configMapRef: { name: 'web' } }],
      },
    ],
  },
  security: {
    serviceAccountName: 'web',
    securityContext: { runAsNonRoot: true, fsGroup: 1_000 },
    containers: [{ ...web, securityContext: { capabilities: { drop: ['ALL'] } } }],
    tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {} },
    ],
    terminationGracePeriodSeconds: 0,
  },
}

export const templateOf = (spec: JsonObject) => ({
  metadata: { labels: { app: 'a' }, annotations: { note: 'x' } },
  spec,
})

const templates = Object.entries(podSpecs).map(
  ([what, spec]): Specimen => ({
    what: `a Deployment with ${what}`,
    resource: deploymentResource,
    object: deployment('a', { spec: { template: templateOf(spec), replicas: 0 } }),
  }),
)

const bare = ({ spec, ...rest }: KubeObject): KubeObject => {
  const { replicas: _unset, ...others } = Object(spec)
  return { ...rest, spec: { ...others, paused: true } }
}
const onePort = (port: JsonObject): JsonObject => ({ ports: [port] })
const autoscaler: KubeObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a' },
  spec: { maxReplicas: 4, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' } },
}

export const specimens: readonly Specimen[] = [
  ...templates,
  { what: 'a Deployment without replicas', resource: deploymentResource, object: bare(deployment('a')) },
  {
    what: 'a Deployment that rolls with a surge alone',
    resource: deploymentResource,
    object: deployment('a', { replicas: 0, spec: { strategy: { rollingUpdate: { maxSurge: '50%' } } } }),
  },
  {
    what: 'a Deployment of type Recreate',
    resource: deploymentResource,
    object: deployment('a', { replicas: 0, spec: { strategy: { type: 'Recreate' } } }),
  },
  { what: 'a StatefulSet', resource: statefulSets, object: statefulSet('a', { replicas: 0 }) },
  { what: 'a Service', resource: serviceResource, object: service('a') },
  { what: 'a Service without a target port', resource: serviceResource, object: service('a', onePort({ port: 80 })) },
  {
    what: 'a Service with a named target',
    resource: serviceResource,
    object: service('a', onePort({ port: 80, targetPort: 'http' })),
  },
  { what: 'a headless Service', resource: serviceResource, object: service('a', { clusterIP: 'None' }) },
  {
    what: 'an ExternalName Service',
    resource: serviceResource,
    object: { ...service('a'), spec: { type: 'ExternalName', externalName: 'a.test' } },
  },
  { what: 'an Ingress', resource: ingressResource, object: ingress('a', { ingressClassName: 'nginx' }) },
  { what: 'a HorizontalPodAutoscaler', resource: autoscalerResource, object: autoscaler },
]

/** What of an object the server may change by chance. */
export function steady(object: KubeObject): unknown {
  const { clusterIP, clusterIPs: _addresses, ...spec } = Object(object['spec'])
  const address = clusterIP === undefined ? {} : { clusterIP: clusterIP === 'None' ? 'None' : 'an address' }
  return { ...spec, ...address }
}
