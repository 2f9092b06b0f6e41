import { type JsonObject, objectOf, stringsOf, textOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import type { Column } from '../../server/kind.ts'
import {
  ageColumn,
  at,
  atMost,
  column,
  labelsText,
  nameColumn,
  number,
  objects,
  shownAs,
  since,
  text,
  wide,
} from './cell.ts'

const shown = (name: string, path: string, otherwise = ''): Column =>
  column(name, (object) => text(object, path, otherwise))
const counted = (name: string, path: string): Column =>
  column(name, (object) => objects(object, path).length, 'integer')

/** Kinds of which nothing is shown but the age. */
export const ageColumns: readonly Column[] = [nameColumn, ageColumn]

/** Kinds for which the API has no printer of its own: they show when they were made. */
export const createdColumns: readonly Column[] = [
  nameColumn,
  column('Created At', ({ metadata }) => metadata.creationTimestamp ?? null, 'date'),
]

export const namespaceColumns: readonly Column[] = [nameColumn, shown('Status', 'status.phase'), ageColumn]

const sizeOf = (object: JsonObject, ...fields: readonly string[]): number =>
  fields.reduce((sum, field) => sum + Object.keys(objectOf(object[field])).length, 0)

export const configMapColumns: readonly Column[] = [
  nameColumn,
  column('Data', (map) => sizeOf(map, 'data', 'binaryData')),
  ageColumn,
]

export const secretColumns: readonly Column[] = [
  nameColumn,
  shown('Type', 'type'),
  column('Data', (secret) => sizeOf(secret, 'data')),
  ageColumn,
]

export const serviceColumns: readonly Column[] = [
  nameColumn,
  shown('Type', 'spec.type'),
  shown('Cluster-IP', 'spec.clusterIP', '<none>'),
  column('External-IP', externalOf),
  column('Port(s)', (service) => objects(service, 'spec.ports').map(portOf).join(',') || '<none>'),
  ageColumn,
  wide('Selector', (service) => labelsText(at(service, 'spec.selector'))),
]

function externalOf(service: KubeObject): string {
  const type = text(service, 'spec.type')
  if (type === 'ExternalName') return text(service, 'spec.externalName')
  const external = at(service, 'spec.externalIPs')
  const balanced = type === 'LoadBalancer' ? addressesOf(service) : ''
  const all = [balanced, ...(Array.isArray(external) ? external : [])].filter((address) => address !== '')
  return all.join(',') || (type === 'LoadBalancer' ? '<pending>' : '<none>')
}

/** Where a load balancer answers, cut to sixteen characters. */
function addressesOf(object: JsonObject): string {
  const found = objects(object, 'status.loadBalancer.ingress').map((one) => text(one, 'ip') || text(one, 'hostname'))
  const all = [...new Set(found)].filter(Boolean).toSorted().join(',')
  return all.length > 16 ? `${all.slice(0, 13)}...` : all
}

const portOf = (port: JsonObject): string => {
  const node = port['nodePort'] === undefined ? '' : `:${shownAs(port['nodePort'])}`
  return `${shownAs(port['port'])}${node}/${shownAs(port['protocol'])}`
}

export const ingressColumns: readonly Column[] = [
  nameColumn,
  shown('Class', 'spec.ingressClassName', '<none>'),
  column('Hosts', hostsOf),
  column('Address', addressesOf),
  column('Ports', (ingress) => (objects(ingress, 'spec.tls').length === 0 ? '80' : '80, 443')),
  ageColumn,
]

function hostsOf(ingress: KubeObject): string {
  const hosts = objects(ingress, 'spec.rules').map((rule) => text(rule, 'host'))
  return atMost(3, hosts.filter(Boolean)) || '*'
}

export const ingressClassColumns: readonly Column[] = [
  column('Name', ({ metadata }) => metadata.name + (isDefault(metadata.annotations) ? ' (default)' : '')),
  shown('Controller', 'spec.controller'),
  column('Parameters', parametersOf),
  ageColumn,
]

const isDefault = (annotations: KubeObject['metadata']['annotations']): boolean =>
  annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true'

function parametersOf(ingressClass: KubeObject): string {
  const { kind, name, apiGroup } = stringsOf(at(ingressClass, 'spec.parameters'))
  return kind === undefined ? '<none>' : `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`
}

export const endpointSliceColumns: readonly Column[] = [
  nameColumn,
  shown('AddressType', 'addressType'),
  column(
    'Ports',
    (slice) =>
      atMost(
        3,
        objects(slice, 'ports').map(({ port, name }) => shownAs(port ?? name ?? '*')),
      ) || '<unset>',
  ),
  column('Endpoints', (slice) => atMost(3, addressesIn(slice)) || '<unset>'),
  ageColumn,
]

const addressesIn = (slice: JsonObject): readonly string[] =>
  objects(slice, 'endpoints').flatMap(({ addresses }) => (Array.isArray(addresses) ? addresses.map(String) : []))

export const nodeColumns: readonly Column[] = [
  nameColumn,
  column('Status', nodeStatusOf),
  column('Roles', rolesOf),
  ageColumn,
  shown('Version', 'status.nodeInfo.kubeletVersion'),
  wide('Internal-IP', (node) => addressOf(node, 'InternalIP')),
  wide('External-IP', (node) => addressOf(node, 'ExternalIP')),
  wide('OS-Image', (node) => text(node, 'status.nodeInfo.osImage', '<unknown>')),
  wide('Kernel-Version', (node) => {
    const architecture = textOf(at(node, 'status.nodeInfo.architecture'))
    const kernel = text(node, 'status.nodeInfo.kernelVersion', '<unknown>')
    return architecture === undefined ? kernel : `${kernel} (${architecture})`
  }),
  wide('Container-Runtime', (node) => text(node, 'status.nodeInfo.containerRuntimeVersion', '<unknown>')),
]

function nodeStatusOf(node: KubeObject): string {
  const ready = objects(node, 'status.conditions').find(({ type }) => type === 'Ready')
  const status = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'
  return at(node, 'spec.unschedulable') === true ? `${status},SchedulingDisabled` : status
}

function rolesOf({ metadata }: KubeObject): string {
  const roles = Object.entries(metadata.labels ?? {}).map(([key, value]) =>
    key === 'kubernetes.io/role' ? value : (/^node-role\.kubernetes\.io\/(.*)$/.exec(key)?.[1] ?? ''),
  )
  return [...new Set(roles)].filter(Boolean).toSorted().join(',') || '<none>'
}

const addressOf = (node: JsonObject, type: string): string =>
  text(objects(node, 'status.addresses').find((address) => address['type'] === type) ?? {}, 'address', '<none>')

const firstSeen = (event: JsonObject, nowMs: number): string =>
  since(event['firstTimestamp'] ?? event['eventTime'], nowMs)

/** Of core events; those of events.k8s.io are shown as their core view. */
export const eventColumns: readonly Column[] = [
  column('Last Seen', lastSeen),
  shown('Type', 'type'),
  shown('Reason', 'reason'),
  column('Object', eventObjectOf),
  wide('Subobject', (event) => text(event, 'involvedObject.fieldPath')),
  wide('Source', sourceOf),
  column('Message', (event) => text(event, 'message').trim()),
  wide('First Seen', firstSeen),
  wide('Count', (event) => number(event, 'series.count') || number(event, 'count') || 1),
  wide('Name', ({ metadata }) => metadata.name),
]

function lastSeen(event: KubeObject, nowMs: number): string {
  const last = at(event, 'series.lastObservedTime') ?? event['lastTimestamp']
  return textOf(last) === undefined ? firstSeen(event, nowMs) : since(last, nowMs)
}

function eventObjectOf(event: KubeObject): string {
  const name = text(event, 'involvedObject.name')
  return text(event, 'involvedObject.kind').toLowerCase() + (name === '' ? '' : `/${name}`)
}

function sourceOf(event: KubeObject): string {
  const component = text(event, 'source.component') || text(event, 'reportingComponent')
  const host = text(event, 'source.host') || text(event, 'reportingInstance')
  return [component, host].filter(Boolean).join(', ')
}

export const leaseColumns: readonly Column[] = [nameColumn, shown('Holder', 'spec.holderIdentity'), ageColumn]

const subjects = (binding: JsonObject, kind: string): string =>
  objects(binding, 'subjects')
    .filter((subject) => subject['kind'] === kind)
    .map((subject) => (kind === 'ServiceAccount' ? `${text(subject, 'namespace')}/` : '') + text(subject, 'name'))
    .join(', ')

export const bindingColumns: readonly Column[] = [
  nameColumn,
  column('Role', (binding) => `${text(binding, 'roleRef.kind')}/${text(binding, 'roleRef.name')}`),
  ageColumn,
  wide('Users', (binding) => subjects(binding, 'User')),
  wide('Groups', (binding) => subjects(binding, 'Group')),
  wide('ServiceAccounts', (binding) => subjects(binding, 'ServiceAccount')),
]

/** Of both kinds of policies: how many rules they have, and what sets them. */
export const policyColumns = (name: string, path: string): readonly Column[] => [
  nameColumn,
  counted(name, path),
  column('ParamKind', (policy) => {
    const { apiVersion, kind } = stringsOf(at(policy, 'spec.paramKind'))
    return kind === undefined ? '<unset>' : `${apiVersion}/${kind}`
  }),
  ageColumn,
]

export const policyBindingColumns: readonly Column[] = [
  nameColumn,
  shown('PolicyName', 'spec.policyName'),
  column('ParamRef', (binding) => {
    const { name, namespace } = stringsOf(at(binding, 'spec.paramRef'))
    return name === undefined ? '<unset>' : `${namespace ?? '*'}/${name}`
  }),
  ageColumn,
]

export const budgetColumns: readonly Column[] = [
  nameColumn,
  column('Min Available', (budget) => shownAs(at(budget, 'spec.minAvailable') ?? 'N/A')),
  column('Max Unavailable', (budget) => shownAs(at(budget, 'spec.maxUnavailable') ?? 'N/A')),
  column('Allowed Disruptions', (budget) => number(budget, 'status.disruptionsAllowed'), 'integer'),
  ageColumn,
]

const modes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

export const claimColumns: readonly Column[] = [
  nameColumn,
  column('Status', (claim) =>
    claim.metadata.deletionTimestamp === undefined ? text(claim, 'status.phase') : 'Terminating',
  ),
  shown('Volume', 'spec.volumeName'),
  column('Capacity', (claim) => (text(claim, 'spec.volumeName') === '' ? '' : text(claim, 'status.capacity.storage'))),
  column('Access Modes', (claim) => {
    const given = at(claim, 'status.accessModes')
    return Array.isArray(given) ? given.map((mode) => modes[String(mode)] ?? '').join(',') : ''
  }),
  shown('StorageClass', 'spec.storageClassName'),
  shown('VolumeAttributesClass', 'spec.volumeAttributesClassName', '<unset>'),
  ageColumn,
  wide('VolumeMode', (claim) => text(claim, 'spec.volumeMode', '<unset>')),
]
