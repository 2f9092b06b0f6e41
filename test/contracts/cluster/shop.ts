import type { JsonObject, StringMap } from '../../../api/json.ts'
import type { KubeObject, ObjectMeta } from '../../../api/kube-object.ts'

/** Objects as users write them; a case names what matters to it. */
export function configMap(name: string, more: JsonObject = {}, metadata: Partial<ObjectMeta> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, ...more }
}

export interface WorkloadParts {
  readonly metadata?: Partial<ObjectMeta>
  readonly spec?: JsonObject
  readonly image?: string
  /** On the pods. */
  readonly annotations?: StringMap
  readonly labels?: StringMap
  readonly podSpec?: JsonObject
  readonly replicas?: number
}

export const imageOf = (version: string): string => `registry.example.com/web:${version}`

/** A template with one container and the label app. */
export function template(app: string, { image = imageOf('v1'), annotations, labels, podSpec }: WorkloadParts = {}) {
  return {
    metadata: { labels: { app, ...labels }, ...(annotations === undefined ? {} : { annotations }) },
    spec: { containers: [{ name: 'web', image }], ...podSpec },
  }
}

/** One replica, unless more are asked for. */
export function deployment(name: string, parts: WorkloadParts = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, ...parts.metadata },
    spec: {
      replicas: parts.replicas ?? 1,
      selector: { matchLabels: { app: name } },
      template: template(name, parts),
      ...parts.spec,
    },
  }
}

export function statefulSet(name: string, parts: WorkloadParts = {}): KubeObject {
  const { spec, ...rest } = deployment(name, parts)
  return { ...rest, kind: 'StatefulSet', spec: { serviceName: name, ...Object(spec) } }
}

export function service(name: string, spec: JsonObject = {}, metadata: Partial<ObjectMeta> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...metadata },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  }
}

export function ingress(name: string, spec: JsonObject = {}): KubeObject {
  const backend = { service: { name, port: { number: 80 } } }
  const rule = { host: `${name}.test`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec: { rules: [rule], ...spec } }
}

/** How a pod behaves; see test/cluster/README.md. */
export const neverReady: StringMap = { 'pod.sluice.test/never-ready': 'true' }
export const crashing: StringMap = { 'pod.sluice.test/crash': 'true' }
export const lingering = (ms: number): StringMap => ({ 'pod.sluice.test/linger-ms': String(ms) })
