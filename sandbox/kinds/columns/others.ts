import { type JsonObject, objectOf, stringsOf, textOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import type { Column } from '../../server/kind.ts'
import { ageColumn, at, column, nameColumn, number, objects, shown, since, text, wide } from './cell.ts'

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
