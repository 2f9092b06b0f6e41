import type { RbacRule } from '../../../api/rbac.ts'
import type { Bed } from './bed.ts'
import { roleBindings, roles } from './resources.ts'

const group = 'rbac.authorization.k8s.io'
const apiVersion = `${group}/v1`

/** Gives the namespace's default service account those rights in it. */
export async function allow(bed: Bed, name: string, rules: readonly RbacRule[]): Promise<void> {
  await bed.make(roles, { apiVersion, kind: 'Role', metadata: { name }, rules })
  await bind(bed, name, 'Role')
}

/** Binds the namespace's default service account to a role there. */
export async function bind(bed: Bed, role: string, kind: 'Role' | 'ClusterRole'): Promise<void> {
  const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace: bed.namespace }]
  const roleRef = { apiGroup: group, kind, name: role }
  await bed.make(roleBindings, { apiVersion, kind: 'RoleBinding', metadata: { name: role }, subjects, roleRef })
}
