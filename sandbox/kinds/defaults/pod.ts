import { type JsonObject, objectOf, objectsOf, textOf } from '../../../api/json.ts'
import { type Defaults, fill } from '../complete.ts'

/** Octal 0644. */
const readableFiles = { defaultMode: 420 }
const podSpec = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
}

/** Pods, their templates and all that is in them; source: pkg/apis/core/v1/defaults.go. */
export const podDefaults: Defaults = {
  'core.Pod': completePod,
  'core.PodSpec': completePodSpec,
  'core.PodStatus': { phase: 'Pending' },
  'core.Container': completeContainer,
  'core.ContainerPort': { protocol: 'TCP' },
  'core.Probe': { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  'core.HTTPGetAction': { path: '/', scheme: 'HTTP' },
  'core.GRPCAction': { service: '' },
  'core.ObjectFieldSelector': { apiVersion: 'v1' },
  'core.Volume': (volume) => (Object.keys(volume).length === 1 ? { ...volume, emptyDir: {} } : volume),
  'core.SecretVolumeSource': readableFiles,
  'core.ConfigMapVolumeSource': readableFiles,
  'core.DownwardAPIVolumeSource': readableFiles,
  'core.ProjectedVolumeSource': readableFiles,
  'core.ServiceAccountTokenProjection': { expirationSeconds: 3600 },
  'core.HostPathVolumeSource': { type: '' },
  'core.ImageVolumeSource': (image) => fill(image, { pullPolicy: pullPolicyOf(image['reference']) }),
}

/** `serviceAccount` is the old name of `serviceAccountName`; both are written. */
function completePodSpec(spec: JsonObject): JsonObject {
  const account = spec['serviceAccountName'] ?? spec['serviceAccount']
  const hasBoth = spec['serviceAccountName'] === account && spec['serviceAccount'] === account
  return fill(hasBoth ? spec : { ...spec, serviceAccountName: account, serviceAccount: account }, podSpec)
}

function completeContainer(container: JsonObject): JsonObject {
  const { imagePullPolicy, terminationMessagePath, terminationMessagePolicy } = container
  if (imagePullPolicy !== undefined && terminationMessagePath !== undefined && terminationMessagePolicy !== undefined) {
    return container
  }
  return fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf(container['image']),
  })
}

/** No tag means `latest`, unless the image is named by its digest. */
function pullPolicyOf(image: unknown): string {
  const [name = '', digest] = (textOf(image) ?? '').split('@')
  const tag = name.slice(name.lastIndexOf('/') + 1).split(':')[1] ?? (digest === undefined ? 'latest' : undefined)
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

/** What only pods get, not their templates. */
function completePod(pod: JsonObject): JsonObject {
  const spec = fill(objectOf(pod['spec']), { enableServiceLinks: true })
  const containers = completeAll(spec['containers'], spec)
  const initContainers = completeAll(spec['initContainers'], spec)
  if (spec === pod['spec'] && containers === spec['containers'] && initContainers === spec['initContainers']) return pod
  return { ...pod, spec: { ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }) } }
}

function completeAll(containers: unknown, { hostNetwork }: JsonObject): unknown {
  const before = objectsOf(containers)
  const after = before.map((container) => withHostPorts(withRequests(container), hostNetwork === true))
  return after.some((container, index) => container !== before[index]) ? after : containers
}

/** Requests are the limits where nothing else is asked for. */
function withRequests(container: JsonObject): JsonObject {
  const resources = objectOf(container['resources'])
  if (resources['limits'] === undefined) return container
  const asked = objectOf(resources['requests'])
  const requests = fill(asked, objectOf(resources['limits']))
  return requests === asked ? container : { ...container, resources: { ...resources, requests } }
}

function withHostPorts(container: JsonObject, isOnHost: boolean): JsonObject {
  const ports = objectsOf(container['ports'])
  if (!isOnHost || ports.every(({ hostPort }) => hostPort !== undefined)) return container
  return { ...container, ports: ports.map((port) => fill(port, { hostPort: port['containerPort'] })) }
}
