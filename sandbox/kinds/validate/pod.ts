import { type JsonObject, objectsOf, stringsOf, textOf } from '../../../api/json.ts'
import { nanosOf } from '../quantity.ts'
import {
  type Check,
  every,
  fields,
  forbiddenField,
  invalidValue,
  isPort,
  missing,
  needed,
  notNegative,
  oneOf,
  optional,
  type Rules,
  required,
  unique,
  when,
} from './cause.ts'
import { isLabel, isPortName } from './names.ts'

export const isProtocol = oneOf('SCTP', 'TCP', 'UDP')
/** A port by its number or its name. */
export const isTarget: Check = (port, at) => (typeof port === 'string' ? isPortName(port, at) : isPort(port, at))

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc']

/** What pods and their templates must be. */
export const podRules: Rules = {
  'core.PodSpec': every(
    fields({
      containers: every(needed(), unique('name')),
      initContainers: unique('name'),
      volumes: unique('name'),
      restartPolicy: oneOf('Always', 'OnFailure', 'Never'),
      dnsPolicy: oneOf('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'),
    }),
    areMounted,
  ),
  'core.Volume': fields({ name: needed(isLabel) }),
  'core.Container': every(
    fields({
      name: needed(isLabel),
      image: needed(),
      imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
      ports: unique('name'),
    }),
  ),
  'core.ContainerPort': fields({
    name: optional(isPortName),
    containerPort: (port, at) => (port === 0 ? [required(at)] : isPort(port, at)),
    protocol: isProtocol,
  }),
  'core.EnvVar': fields({ name: needed() }),
  'core.VolumeMount': fields({ name: needed(), mountPath: needed() }),
  'core.Probe': every(isHandled, fields({ initialDelaySeconds: notNegative, timeoutSeconds: notNegative })),
  'core.HTTPGetAction': fields({ port: isTarget }),
  'core.TCPSocketAction': fields({ port: isTarget }),
  'core.GRPCAction': fields({ port: isPort }),
  'core.ResourceRequirements': isWithinLimits,
}

/** Every mount has its volume, and a path of its own. */
function areMounted(spec: JsonObject, at: string) {
  const volumes = new Set(objectsOf(spec['volumes']).map(({ name }) => name))
  return ['initContainers', 'containers'].flatMap((list) =>
    objectsOf(spec[list]).flatMap((container, index) => {
      const where = `${at}.${list}[${index}].volumeMounts`
      const mounts = objectsOf(container['volumeMounts'])
      const paths = mounts.map(({ mountPath }) => mountPath)
      return mounts.flatMap(({ name, mountPath }, mount) => [
        ...when(textOf(name) !== undefined && !volumes.has(name), () => missing(`${where}[${mount}].name`, name)),
        ...when(paths.indexOf(mountPath) < mount, () =>
          invalidValue(`${where}[${mount}].mountPath`, mountPath, 'must be unique'),
        ),
      ])
    }),
  )
}

function isHandled(probe: JsonObject, at: string) {
  const [first, ...more] = handlers.filter((handler) => probe[handler] !== undefined)
  if (first === undefined) return [required(at, 'must specify a handler type')]
  return more.map((handler) => forbiddenField(`${at}.${handler}`, 'may not specify more than 1 handler type'))
}

function isWithinLimits({ requests, limits }: JsonObject, at: string) {
  const most = stringsOf(limits)
  return Object.entries(stringsOf(requests)).flatMap(([resource, amount]) => {
    const limit = most[resource] ?? amount
    const nanos = nanosOf(amount) ?? 0n
    if (nanos < 0n) return [invalidValue(`${at}.requests[${resource}]`, amount, 'must be greater than or equal to 0')]
    const detail = `must be less than or equal to ${resource} limit of ${limit}`
    return when(nanos > (nanosOf(limit) ?? 0n), () => invalidValue(`${at}.requests`, amount, detail))
  })
}
