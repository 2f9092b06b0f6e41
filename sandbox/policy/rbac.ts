import { type JsonObject, objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import type { RbacRule } from '../../api/rbac.ts'
import { labelSelector } from '../controllers/selector.ts'
import type { Api } from '../server/api.ts'
import { type Attributes, type Authorize, type Caller, mastersGroup } from '../server/caller.ts'
import { keptUntilChanged } from './kept.ts'
import { textsOf } from './texts.ts'

const group = 'rbac.authorization.k8s.io'
const rbac = (plural: string, kind: string, namespaced: boolean): Resource => ({
  group,
  version: 'v1',
  plural,
  kind,
  namespaced,
})
const roles = rbac('roles', 'Role', true)
const clusterRoles = rbac('clusterroles', 'ClusterRole', false)
const roleBindings = rbac('rolebindings', 'RoleBinding', true)
const clusterRoleBindings = rbac('clusterrolebindings', 'ClusterRoleBinding', false)

/** What one binding gives to each of its subjects; without a namespace: everywhere. */
interface Grant {
  readonly namespace?: string
  readonly rules: readonly RbacRule[]
}
type Grants = ReadonlyMap<string, readonly Grant[]>

/** Rights as the stored RBAC objects give them; system:masters may do all. */
export function createAuthorizer(api: Pick<Api, 'list' | 'watch'>): Authorize {
  const grants = keptUntilChanged(api, [roles, clusterRoles, roleBindings, clusterRoleBindings], () => grantsIn(api))
  return (caller, attributes) => {
    if (caller.groups.includes(mastersGroup)) return true
    const bySubject = grants()
    const isGranted = (subject: string) => bySubject.get(subject)?.some((grant) => allows(grant, attributes)) === true
    return isGranted(`User:${caller.username}`) || caller.groups.some((name) => isGranted(`Group:${name}`))
  }
}

/** Who a pod or a controller is when it shows the token of a ServiceAccount. */
export function serviceAccount(namespace: string, name: string): Caller {
  return {
    username: serviceAccountUser(namespace, name),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  }
}

const serviceAccountUser = (namespace: string, name: string) => `system:serviceaccount:${namespace}:${name}`

function allows({ namespace, rules }: Grant, attributes: Attributes): boolean {
  return (
    (namespace === undefined || namespace === attributes.namespace) && rules.some((rule) => covers(rule, attributes))
  )
}

function covers(rule: RbacRule, { verb, group: apiGroup, resource, subresource, name }: Attributes): boolean {
  const has = (values: readonly string[], value: string) => values.includes(value) || values.includes('*')
  const combined = subresource === undefined ? resource : `${resource}/${subresource}`
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, apiGroup) &&
    (has(rule.resources, combined) || (subresource !== undefined && rule.resources.includes(`*/${subresource}`))) &&
    (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name)))
  )
}

function grantsIn(api: Pick<Api, 'list'>): Grants {
  const rulesOf = rulesByRole(api.list(roles).items, api.list(clusterRoles).items)
  const grants = new Map<string, Grant[]>()
  for (const binding of [...api.list(clusterRoleBindings).items, ...api.list(roleBindings).items]) {
    const { namespace } = binding.metadata
    const grant = { ...(namespace === undefined ? {} : { namespace }), rules: rulesOf(binding) }
    for (const subject of objectsOf(binding['subjects']).map((one) => subjectKey(one, namespace))) {
      grants.set(subject, [...(grants.get(subject) ?? []), grant])
    }
  }
  return grants
}

function subjectKey({ kind, name, namespace }: JsonObject, ownNamespace = ''): string {
  if (kind !== 'ServiceAccount') return `${String(kind)}:${String(name)}`
  return `User:${serviceAccountUser(textOf(namespace) ?? ownNamespace, String(name))}`
}

/** The rules of the role that a binding names; none where that role is missing. */
function rulesByRole(local: readonly KubeObject[], wide: readonly KubeObject[]) {
  const keyOf = (kind: unknown, name: unknown, namespace = '') => `${String(kind)}:${namespace}:${String(name)}`
  const byKey = new Map<string, readonly RbacRule[]>([
    ...local.map((role) => [keyOf('Role', role.metadata.name, role.metadata.namespace), rulesIn(role)] as const),
    ...wide.map((role) => [keyOf('ClusterRole', role.metadata.name), aggregated(role, wide)] as const),
  ])
  return ({ roleRef, metadata }: KubeObject): readonly RbacRule[] => {
    const { kind, name } = objectOf(roleRef)
    return byKey.get(keyOf(kind, name, kind === 'Role' ? metadata.namespace : undefined)) ?? []
  }
}

/** The rules of an aggregated ClusterRole are those of all that its selectors find, whatever it holds itself. */
function aggregated(
  role: KubeObject,
  all: readonly KubeObject[],
  above: readonly KubeObject[] = [],
): readonly RbacRule[] {
  const { aggregationRule } = role
  if (aggregationRule === undefined) return rulesIn(role)
  const selectors = objectsOf(objectOf(aggregationRule)['clusterRoleSelectors']).map(labelSelector)
  const path = [...above, role]
  const chosen = all.filter((other) => !path.includes(other) && selectors.some((fits) => fits(other.metadata.labels)))
  return chosen.flatMap((other) => aggregated(other, all, path))
}

const rulesIn = ({ rules }: KubeObject): readonly RbacRule[] => objectsOf(rules).map(ruleOf)

function ruleOf({ verbs, apiGroups, resources, resourceNames }: JsonObject): RbacRule {
  const names = textsOf(resourceNames)
  return {
    verbs: textsOf(verbs),
    apiGroups: textsOf(apiGroups),
    resources: textsOf(resources),
    ...(names.length === 0 ? {} : { resourceNames: names }),
  }
}
