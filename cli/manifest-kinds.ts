import type { KubeObject, ObjectName, Resource } from '../api/kube-object.ts'
import {
  deploymentResource,
  mutatingBindingResource,
  mutatingPolicyResource,
  validatingBindingResource,
  validatingPolicyResource,
} from '../api/names.ts'

const rbac = (plural: string, kind: string, namespaced: boolean): Resource => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural,
  kind,
  namespaced,
})

export const crdResource: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}

const kinds: readonly Resource[] = [
  { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
  { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
  crdResource,
  rbac('clusterroles', 'ClusterRole', false),
  rbac('clusterrolebindings', 'ClusterRoleBinding', false),
  rbac('roles', 'Role', true),
  rbac('rolebindings', 'RoleBinding', true),
  mutatingPolicyResource,
  mutatingBindingResource,
  validatingPolicyResource,
  validatingBindingResource,
  deploymentResource,
]

/** How the server serves an object of ours that is installed. */
export function resourceOf({ kind }: KubeObject): Resource {
  const found = kinds.find((resource) => resource.kind === kind)
  if (found === undefined) throw new Error(`no manifest of ours is a ${kind}`)
  return found
}

export function nameOf({ metadata: { name, namespace } }: KubeObject): ObjectName {
  return { name, ...(namespace === undefined ? {} : { namespace }) }
}
