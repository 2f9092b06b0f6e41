import { Buffer } from 'node:buffer'
import { type JsonObject, objectOf, objectsOf, stringsOf, textOf } from '../../../api/json.ts'
import { type Defaults, fill } from '../complete.ts'

const rbacGroup = { apiGroup: 'rbac.authorization.k8s.io' }
const matching = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} }

/** All that is no workload; source: the defaults.go of each group. */
export const otherDefaults: Defaults = {
  'core.Namespace': completeNamespace,
  'core.NamespaceStatus': { phase: 'Active' },
  'core.Secret': completeSecret,
  'core.ServiceSpec': completeService,
  'core.ServicePort': completeServicePort,
  'discovery.EndpointPort': { name: '', protocol: 'TCP' },
  'networking.IngressClassParametersReference': { scope: 'Cluster' },
  'rbac.RoleRef': (ref) => (ref['apiGroup'] === '' ? { ...ref, ...rbacGroup } : ref),
  'rbac.Subject': (subject) => (subject['kind'] === 'ServiceAccount' ? subject : fill(subject, rbacGroup)),
  'admissionregistration.ValidatingAdmissionPolicySpec': { failurePolicy: 'Fail' },
  'admissionregistration.MutatingAdmissionPolicySpec': { failurePolicy: 'Fail' },
  'admissionregistration.MatchResources': matching,
  'admissionregistration.NamedRuleWithOperations': { scope: '*' },
  'apiextensions.CustomResourceDefinitionSpec': completeDefinition,
  'apiextensions.CustomResourceDefinition': completeStoredVersions,
}

function completeNamespace(namespace: JsonObject): JsonObject {
  const metadata = objectOf(namespace['metadata'])
  const labels = stringsOf(metadata['labels'])
  const name = textOf(metadata['name'])
  if (name === undefined || labels['kubernetes.io/metadata.name'] === name) return namespace
  return { ...namespace, metadata: { ...metadata, labels: { ...labels, 'kubernetes.io/metadata.name': name } } }
}

/** `stringData` is only ever written: it is read back as `data`. */
function completeSecret(secret: JsonObject): JsonObject {
  if (secret['stringData'] === undefined) return fill(secret, { type: 'Opaque' })
  const { stringData, ...rest } = secret
  const texts = Object.entries(stringsOf(stringData))
  const encoded = Object.fromEntries(texts.map(([key, text]) => [key, Buffer.from(text).toString('base64')]))
  return fill({ ...rest, data: { ...objectOf(rest['data']), ...encoded } }, { type: 'Opaque' })
}

function completeService(spec: JsonObject): JsonObject {
  const { type = 'ClusterIP', sessionAffinity = 'None' } = spec
  const isExternal = type === 'NodePort' || type === 'LoadBalancer'
  const sticky = { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }
  return fill(spec, {
    type,
    sessionAffinity,
    ...(sessionAffinity === 'ClientIP' ? sticky : {}),
    ...(isExternal ? { externalTrafficPolicy: 'Cluster' } : {}),
    ...(isExternal || type === 'ClusterIP' ? { internalTrafficPolicy: 'Cluster' } : {}),
    ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
  })
}

function completeServicePort(port: JsonObject): JsonObject {
  const hasTarget = port['targetPort'] !== 0 && port['targetPort'] !== ''
  return fill(hasTarget ? port : { ...port, targetPort: port['port'] }, { protocol: 'TCP' })
}

function completeDefinition(spec: JsonObject): JsonObject {
  const given = objectOf(spec['names'])
  const kind = textOf(given['kind']) ?? ''
  const names = fill(given, { singular: kind.toLowerCase(), listKind: `${kind}List` })
  return fill(names === given ? spec : { ...spec, names }, { conversion: { strategy: 'None' } })
}

function completeStoredVersions(definition: JsonObject): JsonObject {
  const status = objectOf(definition['status'])
  if (Array.isArray(status['storedVersions'])) return definition
  const stored = objectsOf(objectOf(definition['spec'])['versions']).find(({ storage }) => storage === true)
  if (stored === undefined) return definition
  return { ...definition, status: { ...status, storedVersions: [stored['name']] } }
}
