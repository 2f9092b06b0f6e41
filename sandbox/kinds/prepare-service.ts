import { type JsonObject, numberOf, objectOf, objectsOf, sameJson, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { FieldCause } from '../../kube/errors.ts'
import { invalidValue } from './validate/cause.ts'
import { without } from './without.ts'

/** All Services that there are: their addresses and node ports are taken. */
export type Services = () => Iterable<KubeObject>

/** 10.96.0.0/12; the first addresses are the cluster's own: 10.96.0.1 is the API, 10.96.0.10 names. */
const network = { base: 10 * 2 ** 24 + 96 * 2 ** 16, size: 2 ** 20, reserved: 16 }
const nodePorts = { first: 30_000, count: 2768 }

const specOf = (service: KubeObject): JsonObject => objectOf(service['spec'])
const hasAddress = ({ type }: JsonObject): boolean => type !== 'ExternalName'
const isExposed = ({ type }: JsonObject): boolean => type === 'NodePort' || type === 'LoadBalancer'
const hasNodePorts = (spec: JsonObject): boolean => isExposed(spec) && spec['allocateLoadBalancerNodePorts'] !== false

/**
 * A Service with its addresses and node ports: those it asks for, else those it had, else free ones that follow from
 * its name. What a change of type makes meaningless goes, unless the same change sets it anew.
 */
export function prepareService(service: KubeObject, old: KubeObject | undefined, services: Services): KubeObject {
  const oldSpec = old === undefined ? undefined : specOf(old)
  const spec = oldSpec === undefined ? specOf(service) : withoutStale(specOf(service), oldSpec)
  const addressed = hasAddress(spec) ? withAddress(service, spec, oldSpec, services) : spec
  const ported = hasNodePorts(addressed) ? withNodePorts(service, addressed, oldSpec, services) : addressed
  return ported === service['spec'] || sameJson(ported, service['spec']) ? service : { ...service, spec: ported }
}

function withoutStale(spec: JsonObject, old: JsonObject): JsonObject {
  const stale = [
    ...(hasAddress(old) && !hasAddress(spec) ? ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] : []),
    ...(isExposed(old) && !isExposed(spec) ? ['externalTrafficPolicy'] : []),
    ...(old['type'] === 'LoadBalancer' && spec['type'] !== 'LoadBalancer' ? ['allocateLoadBalancerNodePorts'] : []),
  ].filter((key) => sameJson(spec[key], old[key]))
  const kept = stale.length === 0 ? spec : without(spec, stale)
  const mayPort = !hasNodePorts(old) || hasNodePorts(spec) || !sameJson(portsOf(spec), portsOf(old))
  return mayPort ? kept : { ...kept, ports: objectsOf(spec['ports']).map((port) => without(port, ['nodePort'])) }
}

const portsOf = (spec: JsonObject): readonly unknown[] => objectsOf(spec['ports']).map(({ nodePort }) => nodePort)

function withAddress(service: KubeObject, spec: JsonObject, old: JsonObject | undefined, all: Services): JsonObject {
  const before = old !== undefined && hasAddress(old) ? old : {}
  const address = textOf(spec['clusterIP']) ?? textOf(before['clusterIP']) ?? freeAddress(service, all)
  const given = Array.isArray(spec['clusterIPs']) && !sameJson(spec['clusterIPs'], before['clusterIPs'])
  return {
    ...spec,
    clusterIP: address,
    clusterIPs: given ? spec['clusterIPs'] : [address],
    ipFamilies: spec['ipFamilies'] ?? ['IPv4'],
    ipFamilyPolicy: spec['ipFamilyPolicy'] ?? 'SingleStack',
  }
}

function freeAddress(service: KubeObject, services: Services): string {
  const taken = new Set([...services()].map((other) => specOf(other)['clusterIP']))
  const { reserved, size } = network
  for (let step = 0; step < size - reserved; step += 1) {
    const address = addressAt(reserved + ((hashOf(service) + step) % (size - reserved)))
    if (!taken.has(address)) return address
  }
  throw new Error('every address of 10.96.0.0/12 is taken')
}

function addressAt(offset: number): string {
  const number = network.base + offset
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}

function withNodePorts(service: KubeObject, spec: JsonObject, old: JsonObject | undefined, all: Services): JsonObject {
  const ports = objectsOf(spec['ports'])
  if (ports.every(({ nodePort }) => nodePort !== undefined)) return spec
  const had = new Map(objectsOf(old?.['ports']).map((port) => [port['name'], numberOf(port['nodePort'])]))
  const taken = new Set([...all()].flatMap((other) => (isSame(other, service) ? [] : portsOf(specOf(other)))))
  for (const port of portsOf(spec)) taken.add(port)
  const numbered = ports.map((port) => {
    if (port['nodePort'] !== undefined) return port
    const kept = had.get(port['name'])
    const nodePort = kept !== undefined && !taken.has(kept) ? kept : freePort(service, taken)
    taken.add(nodePort)
    return { ...port, nodePort }
  })
  return { ...spec, ports: numbered }
}

function freePort(service: KubeObject, taken: ReadonlySet<unknown>): number {
  for (let step = 0; step < nodePorts.count; step += 1) {
    const port = nodePorts.first + ((hashOf(service) + step) % nodePorts.count)
    if (!taken.has(port)) return port
  }
  throw new Error('every node port is taken')
}

/** FNV-1a of namespace and name: the same Service gets the same address in every run. */
function hashOf({ metadata }: KubeObject): number {
  let hash = 0x811c9dc5
  for (const char of `${metadata.namespace}/${metadata.name}`) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  return hash
}

const isSame = (one: KubeObject, other: KubeObject): boolean =>
  one.metadata.name === other.metadata.name && one.metadata.namespace === other.metadata.namespace

/** Addresses and node ports that a Service asks for and cannot have. */
export function validateAllocation(service: KubeObject, services: Services): readonly FieldCause[] {
  const spec = specOf(service)
  const others = [...services()].filter((other) => !isSame(other, service)).map(specOf)
  const address = textOf(spec['clusterIP'])
  const isFree = address === undefined || address === 'None' || others.every(({ clusterIP }) => clusterIP !== address)
  const taken = new Set(others.flatMap(portsOf))
  return [
    ...(isFree ? [] : [cannotHave(address, 'provided IP is already allocated')]),
    ...(address === undefined || isInNetwork(address) ? [] : [cannotHave(address, outside(address))]),
    ...objectsOf(spec['ports']).flatMap(({ nodePort }, index) => validateNodePort(nodePort, index, taken)),
  ]
}

const cannotHave = (address: string, why: string): FieldCause =>
  invalidValue('spec.clusterIPs', [address], `failed to allocate IP ${address}: ${why}`)

const outside = (address: string): string =>
  `the provided IP (${address}) is not in the valid range. The range of valid IPs is 10.96.0.0/12`

function isInNetwork(address: string): boolean {
  const bytes = address.split('.').map(Number)
  if (bytes.length !== 4 || bytes.some(Number.isNaN)) return true // no address at all: said elsewhere
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  return number >= network.base && number < network.base + network.size
}

function validateNodePort(port: unknown, index: number, taken: ReadonlySet<unknown>): readonly FieldCause[] {
  if (typeof port !== 'number') return []
  const at = `spec.ports[${index}].nodePort`
  if (port < nodePorts.first || port >= nodePorts.first + nodePorts.count) {
    return [invalidValue(at, port, 'provided port is not in the valid range. The range of valid ports is 30000-32767')]
  }
  return taken.has(port) ? [invalidValue(at, port, 'provided port is already allocated')] : []
}
