import { type JsonObject, numberOf, objectOf, objectsOf, sameJson, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { ServerMeta } from '../server/object-meta.ts'
import { controllerKey } from './concerned.ts'
import type { ControllerContext, Running } from './context.ts'
import { createLoop } from './loop.ts'
import { controllerRef } from './owner.ts'
import { isOver, isReady } from './pod-state.ts'
import * as served from './resources.ts'
import { serviceSelector } from './selector.ts'
import { type Change, keyOf } from './shelf.ts'

const nameLabel = 'kubernetes.io/service-name'
const managerLabel = 'endpointslice.kubernetes.io/managed-by'
const headlessLabel = 'service.kubernetes.io/headless'
const manager = 'endpointslice-controller.k8s.io'
const mostEndpoints = 100

/** What one slice holds. */
interface Content {
  readonly ports: readonly JsonObject[]
  readonly endpoints: readonly JsonObject[]
}

/** Keeps the EndpointSlices (IPv4) of every Service that has a selector. */
export function runEndpointSlices(context: ControllerContext): Running {
  const { services, pods, endpointSlices } = context.shelves
  const partOf = createParts()
  const loop = createLoop({ ...context, reconcile: (key) => reconcile(context, services.get(key), partOf) })
  services.listen(({ object }) => loop.add(keyOf(object.metadata)))
  pods.listen((change) => selecting(context, change).forEach(loop.add))
  endpointSlices.listen((change) => {
    if (change.before !== undefined) controllerKey(services, change.object).forEach(loop.add)
  })
  return loop
}

/** The Services that a change of a pod concerns: those that select it now or did so before. */
function selecting({ shelves }: ControllerContext, { object, now, before }: Change): readonly string[] {
  return shelves.services.in(object.metadata.namespace).flatMap((service) => {
    const matches = serviceSelector(objectOf(service['spec'])['selector'])
    const isSelected = [now, before].some((pod) => pod !== undefined && matches?.(pod.metadata.labels) === true)
    return isSelected ? [keyOf(service.metadata)] : []
  })
}

function reconcile(context: ControllerContext, service: KubeObject | undefined, partOf: PartOf): undefined {
  const { selector, type } = objectOf(service?.['spec'])
  const matches = type === 'ExternalName' ? undefined : serviceSelector(selector)
  if (service === undefined || matches === undefined || service.metadata.deletionTimestamp !== undefined) return
  const { shelves } = context
  const pods = shelves.pods.in(service.metadata.namespace).filter(({ metadata }) => matches(metadata.labels))
  write(context, service, contentsOf(service, pods, partOf), shelves.endpointSlices.ownedBy(service.metadata.uid))
}

/** One for each set of ports that pods understand the Service's ports to be, cut at a hundred; an empty one without pods. */
function contentsOf(service: KubeObject, pods: readonly KubeObject[], partOf: PartOf): readonly Content[] {
  const groups = new Map<string, { readonly ports: readonly JsonObject[]; readonly endpoints: JsonObject[] }>()
  for (const pod of pods) {
    const part = partOf(service, pod)
    if (part === undefined) continue
    const group = groups.get(part.portsText) ?? { ports: part.ports, endpoints: [] }
    group.endpoints.push(part.endpoint)
    groups.set(part.portsText, group)
  }
  const contents = [...groups.values()].flatMap(({ ports, endpoints }) =>
    Array.from({ length: Math.ceil(endpoints.length / mostEndpoints) }, (_, index) => {
      return { ports, endpoints: endpoints.slice(index * mostEndpoints, (index + 1) * mostEndpoints) }
    }),
  )
  return contents.length === 0 ? [{ ports: [], endpoints: [] }] : contents
}

/** A pod's part in the slices of a Service; undefined when it has none. */
type PartOf = (service: KubeObject, pod: KubeObject) => Part | undefined

interface Part {
  readonly ports: readonly JsonObject[]
  readonly portsText: string
  readonly endpoint: JsonObject
}

/** Remembers the parts for as long as pod and Service are as they are: objects never change, they are replaced. */
function createParts(): PartOf {
  const known = new WeakMap<KubeObject, WeakMap<KubeObject, Part>>()
  return (service, pod) => {
    const ofPod = known.get(pod) ?? new WeakMap<KubeObject, Part>()
    const found = ofPod.get(service)
    if (found !== undefined) return found
    const addresses = addressesOf(pod)
    if (isOver(pod) || addresses.length === 0) return undefined
    const ports = portsOf(service, pod)
    const part = { ports, portsText: JSON.stringify(ports), endpoint: endpointOf(service, pod, addresses) }
    known.set(pod, ofPod.set(service, part))
    return part
  }
}

const addressesOf = (pod: KubeObject): readonly string[] =>
  objectsOf(objectOf(pod['status'])['podIPs']).flatMap(({ ip }) =>
    textOf(ip)?.includes(':') === false ? [String(ip)] : [],
  )

function portsOf(service: KubeObject, pod: KubeObject): readonly JsonObject[] {
  return objectsOf(objectOf(service['spec'])['ports']).flatMap(
    ({ name = '', targetPort, port, protocol, appProtocol }) => {
      const number = typeof targetPort === 'string' ? namedPort(pod, targetPort, protocol) : (targetPort ?? port)
      const app = appProtocol === undefined ? {} : { appProtocol }
      return number === undefined ? [] : [{ name, port: number, protocol: protocol ?? 'TCP', ...app }]
    },
  )
}

function namedPort(pod: KubeObject, wanted: string, protocol: unknown = 'TCP'): number | undefined {
  const ports = objectsOf(objectOf(pod['spec'])['containers']).flatMap((container) => objectsOf(container['ports']))
  const found = ports.find((port) => port['name'] === wanted && (port['protocol'] ?? 'TCP') === protocol)
  return numberOf(found?.['containerPort'])
}

/** A pod that is leaving is never ready, unless the Service wants pods that are not ready as well. */
function endpointOf(service: KubeObject, pod: KubeObject, addresses: readonly string[]): JsonObject {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata
  const { nodeName, hostname, subdomain } = objectOf(pod['spec'])
  const serving = isReady(pod)
  const terminating = deletionTimestamp !== undefined
  const publishesAll = objectOf(service['spec'])['publishNotReadyAddresses'] === true
  return {
    addresses,
    conditions: { ready: publishesAll || (serving && !terminating), serving, terminating },
    ...(hostname !== undefined && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
}

/** Existing slices are filled anew, those with the same ports first; then some are made or deleted. */
function write(
  { api }: ControllerContext,
  service: KubeObject,
  contents: readonly Content[],
  slices: readonly KubeObject[],
) {
  const free = new Set(slices)
  const takeWith = ({ ports }: Content) => {
    const found = [...free].find((slice) => sameJson(slice['ports'] ?? [], ports))
    if (found !== undefined) free.delete(found)
    return found
  }
  const taken = contents.map((content) => ({ content, slice: takeWith(content) }))
  for (const { content, slice } of taken) {
    const [next] = slice === undefined ? free : [slice]
    if (next !== undefined) free.delete(next)
    const metadata = { ...(next?.metadata ?? newMeta(service)), labels: labelsOf(service) }
    const filled = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata,
      addressType: 'IPv4',
      ...content,
    }
    if (next === undefined) api.create(served.endpointSlices, filled)
    else if (!isSame(next, filled)) api.replace(served.endpointSlices, filled)
  }
  for (const { metadata } of free) api.delete(served.endpointSlices, metadata)
}

function newMeta(service: KubeObject): ServerMeta {
  const { name, namespace } = service.metadata
  const ownerReferences = [controllerRef(served.services, service)]
  return { name: '', generateName: `${name}-`, ...(namespace === undefined ? {} : { namespace }), ownerReferences }
}

function labelsOf({ metadata, ...service }: KubeObject) {
  const { clusterIP = '' } = objectOf(service['spec'])
  const { [headlessLabel]: _headless, ...own } = metadata.labels ?? {}
  const isHeadless = clusterIP === 'None' || clusterIP === ''
  const headless = isHeadless ? { [headlessLabel]: '' } : {}
  return { ...own, ...headless, [nameLabel]: metadata.name, [managerLabel]: manager }
}

const isSame = (slice: KubeObject, other: KubeObject): boolean =>
  sameList(slice['endpoints'], other['endpoints']) &&
  sameJson(slice['ports'] ?? [], other['ports']) &&
  sameJson(slice.metadata.labels, other.metadata.labels)

/** Quick where the items are shared. */
const sameList = (a: unknown, b: unknown): boolean =>
  Array.isArray(a) &&
  Array.isArray(b) &&
  a.length === b.length &&
  a.every((item, index) => item === b[index] || sameJson(item, b[index]))
