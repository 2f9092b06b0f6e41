import { type JsonObject, numberOf, objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { ServicePort } from './ingress-rules.ts'

/** Where a pod listens, in the cluster's own addresses. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** Gives the ready endpoints behind a Service's port; none when the Service or the port is not there. */
export type FindEndpoints = (backend: ServicePort) => readonly Endpoint[]

const serviceNameLabel = 'kubernetes.io/service-name'

/** Services and EndpointSlices, indexed once for a whole table. */
export function endpointFinder(services: readonly KubeObject[], slices: readonly KubeObject[]): FindEndpoints {
  const servicesByName = new Map(services.map((service) => [keyOf(service, service.metadata.name), service]))
  const slicesByService = slicesOf(slices)
  return ({ service, port }) => {
    const wanted = findPort(servicesByName.get(service), port)
    return wanted === undefined ? [] : (slicesByService.get(service) ?? []).flatMap((slice) => readyIn(slice, wanted))
  }
}

const keyOf = ({ metadata }: KubeObject, name = ''): string => `${metadata.namespace}/${name}`

function slicesOf(slices: readonly KubeObject[]): ReadonlyMap<string, readonly KubeObject[]> {
  const byService = new Map<string, KubeObject[]>()
  for (const slice of slices) {
    const key = keyOf(slice, slice.metadata.labels?.[serviceNameLabel])
    const known = byService.get(key)
    if (known === undefined) byService.set(key, [slice])
    else known.push(slice)
  }
  return byService
}

/** The Service's port that an Ingress means: by number, by target or by name. */
function findPort(service: KubeObject | undefined, wanted: string): JsonObject | undefined {
  return objectsOf(objectOf(service?.spec).ports).find(({ port, targetPort, name }) =>
    [port, targetPort, name].some((value) => value === wanted || numberOf(value)?.toString() === wanted),
  )
}

function readyIn(slice: KubeObject, { name }: JsonObject): readonly Endpoint[] {
  const ports = objectsOf(slice.ports)
    .filter((port) => (textOf(name) === undefined ? true : port.name === name))
    .flatMap(({ port }) => numberOf(port) ?? [])
  return objectsOf(slice.endpoints)
    .filter(({ conditions }) => objectOf(conditions).ready !== false)
    .flatMap(({ addresses }) => (Array.isArray(addresses) ? addresses : []).slice(0, 1))
    .flatMap((address) => (typeof address === 'string' ? ports.map((port) => ({ address, port })) : []))
}
