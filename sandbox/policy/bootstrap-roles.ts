import type { KubeObject } from '../../api/kube-object.ts'
import type { RbacRule } from '../../api/rbac.ts'

const apiVersion = 'rbac.authorization.k8s.io/v1'
const read = ['get', 'list', 'watch']
const write = ['create', 'delete', 'deletecollection', 'patch', 'update']
const aggregateTo = (role: string) => `rbac.authorization.k8s.io/aggregate-to-${role}`

/** What of the namespaced kinds that are served here people see with `view`; `edit` writes them. */
const workloads: readonly Pick<RbacRule, 'apiGroups' | 'resources'>[] = [
  {
    apiGroups: [''],
    resources: [
      'configmaps',
      'events',
      'pods',
      'pods/log',
      'pods/status',
      'podtemplates',
      'serviceaccounts',
      'services',
    ],
  },
  {
    apiGroups: ['apps'],
    resources: [
      'deployments',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
  },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'] },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'] },
]
const onlySeen: readonly Pick<RbacRule, 'apiGroups' | 'resources'>[] = [
  { apiGroups: [''], resources: ['namespaces'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
]
const secrets = { apiGroups: [''], resources: ['secrets'], verbs: [...read, ...write] }
const rights = {
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: ['roles', 'rolebindings'],
  verbs: [...read, ...write],
}
const reviews = {
  apiGroups: ['authorization.k8s.io', 'authentication.k8s.io'],
  resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews'],
  verbs: ['create'],
}

/** The roles that a cluster comes with, as far as they are about what is served here. */
export function bootstrapRoles(): readonly KubeObject[] {
  const withVerbs = (verbs: readonly string[]) => (what: Pick<RbacRule, 'apiGroups' | 'resources'>) => ({
    ...what,
    verbs,
  })
  return [
    role('cluster-admin', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]),
    binding('cluster-admin', 'system:masters'),
    role('system:basic-user', [reviews]),
    binding('system:basic-user', 'system:authenticated'),
    aggregated('admin', []),
    aggregated('edit', ['admin']),
    aggregated('view', ['edit']),
    role('system:aggregate-to-view', [...workloads, ...onlySeen].map(withVerbs(read)), ['view']),
    role('system:aggregate-to-edit', [secrets, ...workloads.map(withVerbs(write))], ['edit']),
    role('system:aggregate-to-admin', [rights], ['admin']),
  ]
}

function role(name: string, rules: readonly RbacRule[], aggregatedTo: readonly string[] = []): KubeObject {
  return { apiVersion, kind: 'ClusterRole', metadata: metadata(name, aggregatedTo), rules }
}

function aggregated(name: string, aggregatedTo: readonly string[]): KubeObject {
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [aggregateTo(name)]: 'true' } }] }
  return { apiVersion, kind: 'ClusterRole', metadata: metadata(name, aggregatedTo), aggregationRule, rules: [] }
}

const metadata = (name: string, aggregatedTo: readonly string[]) => ({
  name,
  labels: {
    'kubernetes.io/bootstrapping': 'rbac-defaults',
    ...Object.fromEntries(aggregatedTo.map((other) => [aggregateTo(other), 'true'])),
  },
})

function binding(name: string, group: string): KubeObject {
  const subjects = [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: group }]
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name }
  return { apiVersion, kind: 'ClusterRoleBinding', metadata: metadata(name, []), roleRef, subjects }
}
