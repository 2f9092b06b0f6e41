/** How one list or map of a built-in kind is merged; without a rule lists are replaced whole and maps field by field. */
export interface MergeRule {
  /** Strategic merge patch (`patchMergeKey`): items with the same value here are one. Empty: the list is a set. */
  readonly patchKey?: string
  /** Server-side apply (`x-kubernetes-list-map-keys`): the same with more keys. None: the list is a set. */
  readonly applyKeys?: readonly string[]
  /** Server-side apply: the map is owned and written whole. */
  readonly atomic?: true
}

export type MergeRules = Readonly<Record<string, MergeRule>>

const by = (patchKey: string, ...more: readonly string[]): MergeRule => ({ patchKey, applyKeys: [patchKey, ...more] })
const set: MergeRule = { patchKey: '', applyKeys: [] }
const atomic: MergeRule = { atomic: true }
const containerPorts = by('containerPort', 'protocol')

/**
 * By `field`, or by `parent.field` where the name alone could be another's; at the top the parent is the kind. As in the
 * OpenAPI document of Kubernetes 1.36 for the kinds that are served here.
 */
const common: MergeRules = {
  'metadata.finalizers': set,
  'metadata.ownerReferences': by('uid'),
  'status.conditions': by('type'),

  containers: by('name'),
  initContainers: by('name'),
  ephemeralContainers: by('name'),
  volumes: by('name'),
  resourceClaims: by('name'),
  schedulingGates: by('name'),
  hostAliases: by('ip'),
  'spec.imagePullSecrets': by('name'),
  topologySpreadConstraints: by('topologyKey', 'whenUnsatisfiable'),
  'containers.ports': containerPorts,
  'initContainers.ports': containerPorts,
  'ephemeralContainers.ports': containerPorts,
  env: by('name'),
  volumeMounts: by('mountPath'),
  volumeDevices: by('devicePath'),
  'resources.claims': { applyKeys: ['name'] },
  podIPs: by('ip'),
  hostIPs: { patchKey: 'ip' },

  'spec.ports': by('port', 'protocol'),
  'ServiceAccount.secrets': by('name'),
  'status.addresses': by('type'),
  'spec.podCIDRs': set,
  matchConditions: by('name'),
  validationActions: { applyKeys: [] },

  selector: atomic,
  labelSelector: atomic,
  namespaceSelector: atomic,
  objectSelector: atomic,
  podSelector: atomic,
  nodeSelector: atomic,
  fieldRef: atomic,
  resourceFieldRef: atomic,
  configMapKeyRef: atomic,
  secretKeyRef: atomic,
  fileKeyRef: atomic,
  secretRef: atomic,
  nodePublishSecretRef: atomic,
  dataSource: atomic,
  'nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution': atomic,
  'service.port': atomic,
  resource: atomic,
  roleRef: atomic,
  matchConstraints: atomic,
  matchResources: atomic,
  paramKind: atomic,
  paramRef: atomic,
  involvedObject: atomic,
  regarding: atomic,
  related: atomic,
}

const ofKind: Readonly<Record<string, MergeRules>> = {
  ValidatingAdmissionPolicy: {
    ...common,
    'spec.variables': by('name'),
    'status.conditions': { applyKeys: ['type'] },
  },
  CustomResourceDefinition: { ...common, 'status.conditions': { applyKeys: ['type'] } },
  Job: { ...common, 'status.conditions': { patchKey: 'type' } },
}

export const mergeRules = (kind: string): MergeRules => ofKind[kind] ?? common

const noRule: MergeRule = {}

/** `parent`: the field that `field` is in, or is in the items of; at the top the kind. */
export const ruleOf = (rules: MergeRules, parent: string, field: string): MergeRule =>
  rules[`${parent}.${field}`] ?? (Object.hasOwn(rules, field) ? rules[field] : undefined) ?? noRule
