import { verbs } from './decision.ts'
import type { KubeObject, ObjectMeta } from './kube-object.ts'
import { group, leaseName, serviceAccountName, systemNamespace } from './names.ts'

export interface RbacRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

const apiVersion = 'rbac.authorization.k8s.io/v1'
const labels = { 'app.kubernetes.io/name': 'sluice' }
const read = ['get', 'list', 'watch']
const write = [...read, 'create', 'update', 'patch', 'delete']

/** What we look at and never write. */
const observed: readonly RbacRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: read },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: read },
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: read },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: [
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
    ],
    verbs: read,
  },
]

/**
 * The canary copies, Services and Ingresses that we make and remove. RBAC cannot tell ours from others by a label: that
 * we patch of a user's Deployment only what holds it, and write of the others only what we made, is kept by the code.
 */
const made: readonly RbacRule[] = [
  { apiGroups: ['apps'], resources: ['deployments'], verbs: write },
  { apiGroups: [''], resources: ['services', 'podtemplates'], verbs: write },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: write },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
]

/** Our own kinds. We read decisions, answer them and remove them with their Rollout; we never make one. */
const own: readonly RbacRule[] = [
  { apiGroups: [group], resources: ['rollouts'], verbs: [...read, 'update', 'patch'] },
  { apiGroups: [group], resources: ['rollouts/status', 'decisions/status'], verbs: ['get', 'update', 'patch'] },
  { apiGroups: [group], resources: ['decisions'], verbs: [...read, 'delete'] },
  { apiGroups: [group], resources: ['analyses', 'clusteranalyses'], verbs: read },
]

/** What the controller may do in the whole cluster: no secrets, no wildcards. */
export const controllerRules: readonly RbacRule[] = [...own, ...observed, ...made]

/** The lease by which one controller of several is chosen. RBAC cannot limit `create` to a name. */
const leaseRules: readonly RbacRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    resourceNames: [leaseName],
    verbs: ['get', 'update', 'patch'],
  },
]

const viewerRules: readonly RbacRule[] = [
  { apiGroups: [group], resources: ['rollouts', 'decisions', 'analyses', 'clusteranalyses'], verbs: read },
]

/**
 * Decisions are made, never edited. Each verb is asked for by the policy `sluice-decision`. A ClusterAnalysis may ask any
 * address: only those who administer the cluster write it.
 */
const operatorRules: readonly RbacRule[] = [
  { apiGroups: [group], resources: ['rollouts'], verbs: [...write, ...verbs] },
  { apiGroups: [group], resources: ['decisions'], verbs: [...read, 'create'] },
  { apiGroups: [group], resources: ['analyses'], verbs: write },
  { apiGroups: [group], resources: ['clusteranalyses'], verbs: read },
]

const subjects = [{ kind: 'ServiceAccount', name: serviceAccountName, namespace: systemNamespace }]

/** Who the controller is, what it may do, and the roles that people get through `view`, `edit` and `admin`. */
export const accessObjects: readonly KubeObject[] = [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: serviceAccountName, namespace: systemNamespace, labels },
  },
  role('ClusterRole', { name: serviceAccountName }, controllerRules),
  binding('ClusterRoleBinding', { name: serviceAccountName }, 'ClusterRole'),
  role('Role', { name: serviceAccountName, namespace: systemNamespace }, leaseRules),
  binding('RoleBinding', { name: serviceAccountName, namespace: systemNamespace }, 'Role'),
  role('ClusterRole', { name: 'sluice-viewer', labels: aggregatedTo('view') }, viewerRules),
  role('ClusterRole', { name: 'sluice-operator', labels: aggregatedTo('edit', 'admin') }, operatorRules),
]

/**
 * That the controller may read the one Secret by which it asks its Prometheus. Without a name the role is there and
 * allows nothing, so that an earlier one does not stay.
 */
export function prometheusAccess(secret: string | undefined): readonly KubeObject[] {
  const metadata = { name: `${serviceAccountName}-prometheus`, namespace: systemNamespace }
  const rules =
    secret === undefined ? [] : [{ apiGroups: [''], resources: ['secrets'], resourceNames: [secret], verbs: ['get'] }]
  return [role('Role', metadata, rules), binding('RoleBinding', metadata, 'Role')]
}

function role(kind: 'Role' | 'ClusterRole', metadata: ObjectMeta, rules: readonly RbacRule[]): KubeObject {
  return { apiVersion, kind, metadata: { ...metadata, labels: { ...labels, ...metadata.labels } }, rules }
}

function binding(kind: string, metadata: ObjectMeta, roleKind: 'Role' | 'ClusterRole'): KubeObject {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: metadata.name }
  return { apiVersion, kind, metadata: { ...metadata, labels }, roleRef, subjects }
}

function aggregatedTo(...roles: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(roles.map((name) => [`rbac.authorization.k8s.io/aggregate-to-${name}`, 'true']))
}
