import { type JsonObject, objectOf, objectsOf, textOf } from '../../../api/json.ts'
import {
  type Check,
  duplicate,
  every,
  fields,
  forbiddenField,
  invalidValue,
  isPort,
  items,
  needed,
  oneOf,
  optional,
  type Rules,
  required,
  unique,
  when,
} from './cause.ts'
import { areLabels } from './metadata.ts'
import { isAddress, isIPv4, isLabel, isPortName, isSubdomain, isWildcard } from './names.ts'
import { isProtocol, isTarget } from './pod.ts'

const isHost: Check = (host, at) =>
  typeof host === 'string' && host.includes('*') ? isWildcard(host, at) : isSubdomain(host, at)

/** Services, Ingresses, EndpointSlices. */
export const networkRules: Rules = {
  'core.ServiceSpec': every(
    fields({
      ports: unique('name'),
      selector: areLabels,
      sessionAffinity: oneOf('ClientIP', 'None'),
      type: oneOf('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'),
    }),
    hasPorts,
    hasAddress,
  ),
  'core.ServicePort': fields({ name: optional(isLabel), port: isPort, protocol: isProtocol, targetPort: isTarget }),
  'networking.IngressSpec': every(
    fields({ ingressClassName: optional(isSubdomain) }),
    ({ rules, defaultBackend }, at) =>
      when(rules === undefined && defaultBackend === undefined, () =>
        invalidValue(at, null, 'either `defaultBackend` or `rules` must be specified'),
      ),
  ),
  'networking.IngressTLS': fields({ hosts: items(isHost) }),
  'networking.IngressRule': every(fields({ host: optional(isHost) }), ({ host }, at) =>
    when(isIPv4(String(host)), () => invalidValue(`${at}.host`, host, 'must be a DNS name, not an IP address')),
  ),
  'networking.HTTPIngressRuleValue': fields({ paths: needed() }),
  'networking.HTTPIngressPath': every(
    fields({ pathType: needed(oneOf('Exact', 'ImplementationSpecific', 'Prefix'), 'pathType must be specified') }),
    isPath,
  ),
  'networking.IngressBackend': isBackend,
  'networking.IngressServiceBackend': fields({ name: needed(isLabel) }),
  'discovery.EndpointSlice': every(
    fields({ addressType: needed(oneOf('FQDN', 'IPv4', 'IPv6')), ports: unique('name') }),
    areAddresses,
  ),
  'discovery.EndpointPort': fields({ protocol: isProtocol }),
}

function hasPorts(spec: JsonObject, at: string) {
  const { type, clusterIP } = spec
  const ports = objectsOf(spec['ports'])
  const keys = ports.map(({ port, protocol }) => JSON.stringify([port, protocol]))
  const needsPorts = clusterIP !== 'None' && type !== 'ExternalName'
  return [
    ...when(ports.length === 0 && needsPorts, () => required(`${at}.ports`)),
    ...ports.flatMap(({ name, port, protocol, nodePort }, index) => {
      const where = `${at}.ports[${index}]`
      const said = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 }
      return [
        ...when(ports.length > 1 && name === undefined, () => required(`${where}.name`)),
        ...when(keys.indexOf(JSON.stringify([port, protocol])) < index, () => duplicate(where, said)),
        ...when(type === 'ClusterIP' && nodePort !== undefined, () =>
          forbiddenField(`${where}.nodePort`, "may not be used when `type` is 'ClusterIP'"),
        ),
      ]
    }),
  ]
}

function hasAddress({ type, clusterIP, externalName }: JsonObject, at: string) {
  const where = `${at}.clusterIPs[0]`
  if (type === 'ExternalName') {
    const unused = forbiddenField(where, 'may not be used when `type` is "ExternalName"')
    return [...needed(isSubdomain)(externalName, `${at}.externalName`), ...when(clusterIP !== undefined, () => unused)]
  }
  if (clusterIP !== 'None') return isAddress(clusterIP, where)
  return when(type !== 'ClusterIP', () =>
    invalidValue(where, clusterIP, `may not be set to 'None' for ${String(type)} services`),
  )
}

function isPath({ path, pathType }: JsonObject, at: string) {
  const where = `${at}.path`
  const given = textOf(path) ?? ''
  const isFree = pathType === 'ImplementationSpecific'
  if (isFree && given === '') return []
  if (!given.startsWith('/')) return [invalidValue(where, given, 'must be an absolute path')]
  const unclear = isFree ? [] : ['//', '/./', '/../', '%2f', '%2F'].filter((part) => given.includes(part))
  return unclear.map((part) => invalidValue(where, given, `must not contain '${part}'`))
}

function isBackend({ service, resource }: JsonObject, at: string) {
  if (resource !== undefined) {
    if (service !== undefined) return [invalidValue(at, '', 'cannot set both resource and service backends')]
    return fields({ kind: needed(), name: needed() })(objectOf(resource), `${at}.resource`)
  }
  if (service === undefined) return [invalidValue(at, '', 'resource or service backend is required')]
  const { name, number } = objectOf(objectOf(service)['port'])
  if (name === undefined && number === undefined) return [required(at, 'port name or number is required')]
  if (number === undefined) return isPortName(name, `${at}.service.port.name`)
  return name === undefined
    ? isPort(number, `${at}.service.port.number`)
    : [invalidValue(at, '', 'cannot set both port name & port number')]
}

function areAddresses({ addressType, endpoints }: JsonObject, at: string) {
  const isReachable: Check = (address, where) =>
    isIPv4(String(address)) && String(address).startsWith('127.')
      ? [invalidValue(where, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')]
      : isAddress(address, where)
  const check = needed(addressType === 'IPv4' ? items(isReachable) : undefined, 'must contain at least 1 address')
  const list = at === '' ? 'endpoints' : `${at}.endpoints`
  return objectsOf(endpoints).flatMap(({ addresses }, index) => check(addresses, `${list}[${index}].addresses`))
}
