import type { KubeObject } from '../../../api/kube-object.ts'
import { builtInKinds } from '../../../sandbox/kinds/built-in.ts'
import type { Kind } from '../../../sandbox/server/kind.ts'

type Json = Readonly<Record<string, unknown>>

/** What a create or an update of `object` comes to, as the API server goes about it. */
export interface Outcome {
  readonly object: KubeObject
  /** `spec.replicas: Invalid value: -1: …` */
  readonly causes: readonly string[]
  readonly unknown: readonly string[]
}

/** The built-in kinds; `services` are those that are stored already. */
export function kindsWith(services: readonly KubeObject[] = []) {
  const kinds = builtInKinds({ services: () => services })
  const kindOf = ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): Kind => {
    const found = kinds.find(({ resource }) => resource.kind === kind && apiVersionOf(resource) === apiVersion)
    if (found === undefined) throw new Error(`no kind ${apiVersion} ${kind}`)
    return found
  }
  const write = (given: KubeObject, old?: KubeObject): Outcome => {
    const kind = kindOf(given)
    const unknown: string[] = []
    const completed = kind.complete(given, (path) => unknown.push(path))
    const object = kind.prepare?.(completed, old) ?? completed
    return { object, unknown, causes: kind.validate(object, old).map(({ field, message }) => `${field}: ${message}`) }
  }
  return { kinds, kindOf, write }
}

const apiVersionOf = ({ group, version }: Kind['resource']) => (group === '' ? version : `${group}/${version}`)

/** What `kubectl get` shows of an object, `-o wide` included: column → cell. */
export function shown(kind: Kind, object: KubeObject, nowMs = 0): Json {
  return Object.fromEntries(kind.columns.map(({ name, cell }) => [name, cell(object, nowMs)]))
}

export const objectOf = (apiVersion: string, kind: string, rest: Json = {}, metadata: Json = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  ...rest,
})

export const templateWith = (spec: Json = {}, labels: Json = { app: 'web' }): Json => ({
  metadata: { labels },
  spec: { containers: [{ name: 'web', image: 'web:v1' }], ...spec },
})

export const workload = (kind: string, spec: Json = {}): KubeObject =>
  objectOf('apps/v1', kind, { spec: { selector: { matchLabels: { app: 'web' } }, template: templateWith(), ...spec } })

export const withContainer = (container: Json): KubeObject =>
  workload('Deployment', { template: templateWith({ containers: [{ name: 'web', image: 'web:v1', ...container }] }) })

export const service = (spec: Json = {}, metadata: Json = {}): KubeObject =>
  objectOf('v1', 'Service', { spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec } }, metadata)

export const ingress = (path: Json = {}): KubeObject => {
  const backend = { service: { name: 'web', port: { number: 80 } } }
  const paths = [{ path: '/', pathType: 'Prefix', backend, ...path }]
  return objectOf('networking.k8s.io/v1', 'Ingress', { spec: { rules: [{ host: 'shop.test', http: { paths } }] } })
}
