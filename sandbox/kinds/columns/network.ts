import { type JsonObject, stringsOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import type { Column } from '../../server/kind.ts'
import { ageColumn, at, atMost, column, labelsText, nameColumn, objects, shown, shownAs, text, wide } from './cell.ts'

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

/** Where a load balancer answers. */
function addressesOf(object: JsonObject): string {
  const found = objects(object, 'status.loadBalancer.ingress').map((one) => text(one, 'ip') || text(one, 'hostname'))
  return [...new Set(found)].filter(Boolean).toSorted().join(',')
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
