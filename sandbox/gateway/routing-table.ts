import type { KubeObject } from '../../api/kube-object.ts'
import { type CanaryChoice, canariesOf, nameOf, samePlace } from './canaries.ts'
import { type Endpoint, endpointFinder, type FindEndpoints } from './endpoints.ts'
import { servedIngresses } from './ingress-class.ts'
import {
  type CanaryWeight,
  type IngressPath,
  type IngressRules,
  type PathType,
  readIngress,
  type ServicePort,
} from './ingress-rules.ts'

/** What a gateway knows of the cluster. */
export interface RoutingObjects {
  readonly ingresses: readonly KubeObject[]
  readonly classes: readonly KubeObject[]
  readonly services: readonly KubeObject[]
  readonly endpointSlices: readonly KubeObject[]
}

/** Where requests go: by host name (empty: any other), then by path, the longest first. */
export interface RoutingTable {
  readonly hosts: ReadonlyMap<string, readonly Location[]>
}

export interface Location {
  readonly path: string
  readonly pathType: PathType
  readonly backend: Backend
}

/** A Service's port with the pods that are ready behind it, and the canary beside it. */
export interface Backend {
  /** `namespace/name:port`. */
  readonly name: string
  readonly endpoints: readonly Endpoint[]
  readonly canary?: Canary
}

export interface Canary extends CanaryWeight {
  readonly backend: Backend
}

/**
 * Reads the objects as ingress-nginx 1.x does (internal/ingress/controller/controller.go): the oldest Ingress owns a path,
 * and a canary joins the *Service port* behind the main Ingress's path, so that every path to it takes part.
 */
export function routingTable(objects: RoutingObjects): RoutingTable {
  const rules = servedIngresses(objects.ingresses, objects.classes).toSorted(byAge).map(readIngress)
  const owned = ownedPaths(rules.filter(({ canary }) => canary === undefined))
  const backendOf = backendFinder(objects, canariesOf(rules, owned))
  const hosts = new Map<string, Location[]>()
  for (const { host, path, pathType, backend } of owned) {
    const location = { path, pathType, backend: backendOf(backend) }
    const known = hosts.get(host)
    if (known === undefined) hosts.set(host, [location])
    else known.push(location)
  }
  for (const locations of hosts.values()) locations.sort(byPrecedence)
  return { hosts }
}

function byAge({ metadata: one }: KubeObject, { metadata: other }: KubeObject): number {
  const [a, b] = [one.creationTimestamp ?? '', other.creationTimestamp ?? '']
  if (a !== b) return a < b ? -1 : 1
  return `${one.namespace}/${one.name}` > `${other.namespace}/${other.name}` ? -1 : 1 // backwards, as there
}

/** Every path once, with the fallbacks as paths `/` that come last. */
function ownedPaths(main: readonly IngressRules[]): readonly IngressPath[] {
  const owned: IngressPath[] = []
  for (const path of [...main.flatMap(({ paths }) => paths), ...fallbacksOf(main)]) {
    if (!owned.some((known) => samePlace(known, path))) owned.push(path)
  }
  return owned
}

/** An Ingress's default backend takes what else comes to its hosts, and to hosts that nobody names. */
function fallbacksOf(main: readonly IngressRules[]): readonly IngressPath[] {
  const withoutRulesFirst = main.toSorted((a, b) => Math.sign(a.paths.length) - Math.sign(b.paths.length))
  return withoutRulesFirst.flatMap(({ paths, fallback }) => {
    if (fallback === undefined) return []
    const hosts = new Set([...paths.map(({ host }) => host), ''])
    return [...hosts].map((host) => ({ host, path: '/', pathType: 'Prefix' as const, backend: fallback }))
  })
}

/** Gives the backend for a Service's port; the same one for the same port. */
function backendFinder(
  { services, endpointSlices }: RoutingObjects,
  canaries: ReadonlyMap<string, CanaryChoice>,
): (port: ServicePort) => Backend {
  const endpointsOf = endpointFinder(services, endpointSlices)
  const made = new Map<string, Backend>()
  return (port) => {
    const name = nameOf(port)
    const known = made.get(name)
    if (known !== undefined) return known
    const canary = canaries.get(name)
    const backend: Backend = {
      name,
      endpoints: endpointsOf(port),
      ...(canary === undefined ? {} : { canary: withEndpoints(canary, endpointsOf) }),
    }
    made.set(name, backend)
    return backend
  }
}

function withEndpoints({ backend, weight, total }: CanaryChoice, endpointsOf: FindEndpoints): Canary {
  return { weight, total, backend: { name: nameOf(backend), endpoints: endpointsOf(backend) } }
}

/** nginx's own order: the longest path, and of two as long the exact one. */
function byPrecedence(one: Location, other: Location): number {
  if (one.path.length !== other.path.length) return other.path.length - one.path.length
  return Number(other.pathType === 'Exact') - Number(one.pathType === 'Exact')
}
