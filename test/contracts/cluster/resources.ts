import type { Resource } from '../../../api/kube-object.ts'

const of = (group: string, plural: string, kind: string, namespaced = true, version = 'v1'): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced,
})

export const configMaps = of('', 'configmaps', 'ConfigMap')
export const coreEvents = of('', 'events', 'Event')
export const namespaces = of('', 'namespaces', 'Namespace', false)
export const secrets = of('', 'secrets', 'Secret')
export const serviceAccounts = of('', 'serviceaccounts', 'ServiceAccount')
export const replicaSets = of('apps', 'replicasets', 'ReplicaSet')
export const statefulSets = of('apps', 'statefulsets', 'StatefulSet')
export const events = of('events.k8s.io', 'events', 'Event')
export const leases = of('coordination.k8s.io', 'leases', 'Lease')
export const roles = of('rbac.authorization.k8s.io', 'roles', 'Role')
export const roleBindings = of('rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding')
export const clusterRoles = of('rbac.authorization.k8s.io', 'clusterroles', 'ClusterRole', false)
export const clusterRoleBindings = of('rbac.authorization.k8s.io', 'clusterrolebindings', 'ClusterRoleBinding', false)
export const definitions = of('apiextensions.k8s.io', 'customresourcedefinitions', 'CustomResourceDefinition', false)
