import { isRecord, type JsonObject, objectOf, objectsOf, textOf } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import type { LiveObjects } from './provider.ts'

/** An Ingress, parsed as far as a canary needs it. `raw` is what the server sent, for the parts that are copied. */
export interface Ingress {
  readonly name: string
  readonly annotations: Readonly<Record<string, string>>
  readonly className: string | undefined
  readonly rules: readonly IngressRule[]
  readonly tls: unknown
  /** The Service that gets what no rule matches. */
  readonly defaultService: string | undefined
}

export interface IngressRule {
  readonly host: string
  readonly raw: JsonObject
  /** Undefined when the rule has no `http` at all. */
  readonly paths: readonly IngressPath[] | undefined
}

export interface IngressPath {
  readonly path: string
  readonly raw: JsonObject
  readonly backend: IngressBackend
}

export type IngressBackend =
  | { readonly kind: 'service'; readonly name: string; readonly raw: JsonObject }
  | { readonly kind: 'resource' }
  | { readonly kind: 'none' }

/** Older than `spec.ingressClassName`, and stronger: ingress-nginx looks at it first. */
export const classAnnotation = 'kubernetes.io/ingress.class'

export const ingressesOf = (live: LiveObjects, namespace: string): readonly KubeObject[] =>
  live.filter((object) => isNetworking(object, 'Ingress') && object.metadata.namespace === namespace)

export const ingressClassesOf = (live: LiveObjects): readonly KubeObject[] =>
  live.filter((object) => isNetworking(object, 'IngressClass'))

const isNetworking = (object: KubeObject, kind: string): boolean =>
  object.kind === kind && object.apiVersion.startsWith('networking.k8s.io/')

/** Total: what it does not understand is absent from the result. */
export function parseIngress(object: KubeObject): Ingress {
  const spec = objectOf(object.spec)
  const annotations = object.metadata.annotations ?? {}
  const defaultBackend = parseBackend(spec.defaultBackend)
  return {
    name: object.metadata.name,
    annotations,
    className: textOf(spec.ingressClassName),
    rules: objectsOf(spec.rules).map(parseRule),
    tls: spec.tls,
    defaultService: defaultBackend.kind === 'service' ? defaultBackend.name : undefined,
  }
}

function parseRule(raw: JsonObject): IngressRule {
  const paths = isRecord(raw.http) ? objectsOf(raw.http.paths).map(parsePath) : undefined
  return { host: textOf(raw.host) ?? '', raw, paths }
}

const parsePath = (raw: JsonObject): IngressPath => ({
  path: textOf(raw.path) ?? '/',
  raw,
  backend: parseBackend(raw.backend),
})

function parseBackend(value: unknown): IngressBackend {
  const raw = objectOf(value)
  if (isRecord(raw.resource)) return { kind: 'resource' }
  const name = textOf(objectOf(raw.service).name)
  return name === undefined ? { kind: 'none' } : { kind: 'service', name, raw }
}

export const classOf = (ingress: Ingress): string | undefined =>
  textOf(ingress.annotations[classAnnotation]) ?? ingress.className

/** The Services that the Ingress names, each once, in its order. */
export function servicesOf(ingress: Ingress): readonly string[] {
  const named = ingress.rules
    .flatMap((rule) => rule.paths ?? [])
    .flatMap(({ backend }) => (backend.kind === 'service' ? [backend.name] : []))
  return [...new Set(ingress.defaultService === undefined ? named : [...named, ingress.defaultService])]
}
