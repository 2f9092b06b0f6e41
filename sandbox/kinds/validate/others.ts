import { isRecord, type JsonObject, objectOf } from '../../../api/json.ts'
import {
  every,
  fields,
  invalidValue,
  isPositive,
  needed,
  notNegative,
  oneOf,
  type Rules,
  required,
  when,
} from './cause.ts'
import { isConfigKey } from './names.ts'

const isFailurePolicy = oneOf('Fail', 'Ignore')
const accountOf = 'kubernetes.io/service-account.name'
/** The keys that a Secret of a type must have. */
const secretKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

/** Configuration, leases, RBAC and policies, whose expressions are the policies' own matter. */
export const otherRules: Rules = {
  'core.ConfigMap': every(fields({ data: areKeys, binaryData: areKeys }), isDisjoint),
  'core.Secret': every(fields({ data: areKeys }), hasKeys),
  'apps.ControllerRevision': fields({ revision: notNegative }),
  'policy.PodDisruptionBudgetSpec': ({ minAvailable, maxUnavailable }, at) =>
    when(minAvailable !== undefined && maxUnavailable !== undefined, () =>
      invalidValue(at, { minAvailable, maxUnavailable }, 'minAvailable and maxUnavailable cannot be both set'),
    ),
  'coordination.LeaseSpec': fields({ leaseDurationSeconds: isPositive, leaseTransitions: notNegative }),
  'rbac.Role': ({ rules }) => hasNoUrls(rules),
  'rbac.PolicyRule': isRule,
  'rbac.RoleRef': fields({ apiGroup: oneOf('rbac.authorization.k8s.io'), name: needed() }),
  'rbac.RoleBinding': ({ roleRef }) => oneOf('Role', 'ClusterRole')(objectOf(roleRef)['kind'], 'roleRef.kind'),
  'rbac.ClusterRoleBinding': ({ roleRef }) => oneOf('ClusterRole')(objectOf(roleRef)['kind'], 'roleRef.kind'),
  'rbac.Subject': fields({ name: needed(), kind: oneOf('ServiceAccount', 'User', 'Group') }),
  'admissionregistration.MutatingAdmissionPolicySpec': fields({
    matchConstraints: needed(),
    mutations: needed(undefined, 'mutations must contain at least one item'),
    failurePolicy: isFailurePolicy,
    reinvocationPolicy: needed(oneOf('IfNeeded', 'Never')),
  }),
  'admissionregistration.Mutation': fields({ patchType: oneOf('ApplyConfiguration', 'JSONPatch') }),
  'admissionregistration.ValidatingAdmissionPolicySpec': every(
    fields({ matchConstraints: needed(), failurePolicy: isFailurePolicy }),
    hasExpressions,
  ),
  'admissionregistration.NamedRuleWithOperations': fields({
    operations: needed(),
    apiGroups: needed(),
    apiVersions: needed(),
    resources: needed(),
  }),
  'admissionregistration.MutatingAdmissionPolicyBindingSpec': fields({ policyName: needed() }),
  'admissionregistration.ValidatingAdmissionPolicyBindingSpec': fields({
    policyName: needed(),
    validationActions: needed(areActions, 'at least one validation action is required'),
  }),
}

function areKeys(data: unknown, at: string) {
  return Object.keys(objectOf(data)).flatMap((key) => isConfigKey(key, `${at}[${key}]`))
}

function isDisjoint({ data, binaryData }: JsonObject) {
  const both = Object.keys(objectOf(data)).filter((key) => isRecord(binaryData) && binaryData[key] !== undefined)
  return both.map((key) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'))
}

function hasKeys({ type, data, metadata }: JsonObject) {
  const lacking = (secretKeys[String(type)] ?? []).filter((key) => objectOf(data)[key] === undefined)
  const account = objectOf(objectOf(metadata)['annotations'])[accountOf]
  return [
    ...lacking.map((key) => required(`data[${key}]`)),
    ...when(type === 'kubernetes.io/service-account-token' && account === undefined, () =>
      required(`metadata.annotations[${accountOf}]`),
    ),
  ]
}

function hasNoUrls(rules: unknown) {
  const list: readonly unknown[] = Array.isArray(rules) ? rules : []
  return list.flatMap((rule, index) => {
    const urls = objectOf(rule)['nonResourceURLs']
    const why = 'namespaced rules cannot apply to non-resource URLs'
    return when(urls !== undefined, () => invalidValue(`rules[${index}].nonResourceURLs`, urls, why))
  })
}

function isRule({ verbs, nonResourceURLs: urls, apiGroups, resources }: JsonObject, at: string) {
  const hasResources = apiGroups !== undefined || resources !== undefined
  const mixed = 'rules cannot apply to both regular resources and non-resource URLs'
  const where = `${at}.nonResourceURLs`
  if (!Array.isArray(verbs)) return [required(`${at}.verbs`, 'verbs must contain at least one value')]
  if (urls !== undefined) return when(hasResources, () => invalidValue(where, urls, mixed))
  return [
    ...needed(undefined, 'resource rules must supply at least one api group')(apiGroups, `${at}.apiGroups`),
    ...needed(undefined, 'resource rules must supply at least one resource')(resources, `${at}.resources`),
  ]
}

function hasExpressions({ validations, auditAnnotations }: JsonObject, at: string) {
  if (validations !== undefined || auditAnnotations !== undefined) return []
  const either = 'validations or auditAnnotations must contain at least one item'
  return [required(`${at}.validations`, either), required(`${at}.auditAnnotations`, either)]
}

function areActions(actions: unknown, at: string) {
  const list: readonly unknown[] = Array.isArray(actions) ? actions : []
  const twice =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
  return [
    ...list.flatMap((action, index) => oneOf('Audit', 'Deny', 'Warn')(action, `${at}[${index}]`)),
    ...when(list.includes('Deny') && list.includes('Warn'), () => invalidValue(at, actions, twice)),
  ]
}
