import { numberOf, objectOf, objectsOf, stringsOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'

/** An Ingress as ingress-nginx reads it. What it does not serve (resource backends, rules without http) is not here. */
export interface IngressRules {
  readonly paths: readonly IngressPath[]
  /** `spec.defaultBackend`. */
  readonly fallback?: ServicePort
  readonly canary?: CanaryWeight
}

export interface IngressPath {
  /** Empty: any host. */
  readonly host: string
  readonly path: string
  readonly pathType: PathType
  readonly backend: ServicePort
}

export type PathType = 'Exact' | 'Prefix' | 'ImplementationSpecific'

/** A Service, `namespace/name`, and one of its ports by name or number, as the Ingress spells it. */
export interface ServicePort {
  readonly service: string
  readonly port: string
}

/** Of `total` requests so many go to the canary. */
export interface CanaryWeight {
  readonly weight: number
  readonly total: number
}

/** Reads one Ingress; whatever does not make sense is left out, as a controller would log and skip it. */
export function readIngress(object: KubeObject): IngressRules {
  const spec = objectOf(object.spec)
  const { namespace = '' } = object.metadata
  const fallback = servicePortOf(spec.defaultBackend, namespace)
  const canary = canaryOf(stringsOf(object.metadata.annotations))
  return {
    paths: objectsOf(spec.rules).flatMap((rule) => pathsOf(rule, namespace)),
    ...(fallback === undefined ? {} : { fallback }),
    ...(canary === undefined ? {} : { canary }),
  }
}

function pathsOf(rule: Readonly<Record<string, unknown>>, namespace: string): readonly IngressPath[] {
  const host = (textOf(rule.host) ?? '').toLowerCase()
  return objectsOf(objectOf(rule.http).paths).flatMap((path) => {
    const backend = servicePortOf(path.backend, namespace)
    if (backend === undefined) return []
    return [{ host, path: textOf(path.path) ?? '/', pathType: pathTypeOf(path.pathType), backend }]
  })
}

function pathTypeOf(value: unknown): PathType {
  return value === 'Exact' || value === 'Prefix' ? value : 'ImplementationSpecific'
}

function servicePortOf(backend: unknown, namespace: string): ServicePort | undefined {
  const service = objectOf(objectOf(backend).service)
  const name = textOf(service.name)
  const port = objectOf(service.port)
  const portText = textOf(port.name) ?? numberOf(port.number)?.toString()
  return name === undefined || portText === undefined ? undefined : { service: `${namespace}/${name}`, port: portText }
}

const prefix = 'nginx.ingress.kubernetes.io/'

function canaryOf(annotations: Readonly<Record<string, string>>): CanaryWeight | undefined {
  if (!isTrue(annotations[`${prefix}canary`])) return undefined
  const total = integerOf(annotations[`${prefix}canary-weight-total`]) ?? 100
  return {
    weight: integerOf(annotations[`${prefix}canary-weight`]) ?? 0,
    total: Math.max(total, 100), // the balancer ignores a smaller one
  }
}

/** Go's strconv.ParseBool. */
const isTrue = (text: string | undefined): boolean => text !== undefined && /^(1|t|T|true|TRUE|True)$/.test(text)

/** Go's strconv.Atoi. */
const integerOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined
