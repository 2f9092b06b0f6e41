import { type JsonObject, objectOf } from '../../../api/json.ts'
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
/** Configuration, leases, RBAC and policies, whose expressions are the policies' own matter. */
export const otherRules: Rules = {
  'core.ConfigMap': fields({ data: areKeys, binaryData: areKeys }),
  'core.Secret': fields({ data: areKeys }),
  'coordination.LeaseSpec': fields({ leaseDurationSeconds: isPositive, leaseTransitions: notNegative }),
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
