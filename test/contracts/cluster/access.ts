import { expect } from 'vitest'
import type { JsonObject } from '../../../api/json.ts'
import { deploymentResource, serviceAccountName, systemNamespace } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { KubeClient } from '../../../kube/types.ts'
import { allow, bind } from './access-objects.ts'
import { type Bed, tokenOf } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import { identity } from './identity.ts'
import { forbidden, refusal } from './refusal.ts'
import { clusterRoleBindings, clusterRoles, configMaps, roles } from './resources.ts'
import { configMap, deployment } from './shop.ts'

const rbac = 'rbac.authorization.k8s.io'
const apiVersion = `${rbac}/v1`
const named = (bed: Bed, name = 'a') => ({ namespace: bed.namespace, name })
const rule = (
  verbs: readonly string[],
  resources: readonly string[],
  apiGroups: readonly string[] = [''],
  more = {},
) => ({
  apiGroups,
  resources,
  verbs,
  ...more,
})

async function may(client: KubeClient, resourceAttributes: JsonObject): Promise<unknown> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } }
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  return at(await client.request('POST', path, body), 'status', 'allowed')
}

const rights: readonly ContractCase[] = [
  {
    title: 'who has no right is Forbidden, in the words that our CLI shows',
    async run(bed) {
      const client = await bed.actingAs('default')
      const refused = await refusal(client.get(deploymentResource, named(bed)))
      expect(refused).toMatchObject(forbidden)
      expect(refused.message).toContain(
        `deployments.apps "a" is forbidden: User "system:serviceaccount:${bed.namespace}:default" cannot get resource "deployments" in API group "apps" in the namespace "${bed.namespace}"`,
      )
      expect((await refusal(client.list(configMaps))).message).toContain(
        `configmaps is forbidden: User "system:serviceaccount:${bed.namespace}:default" cannot list resource "configmaps" in API group "" at the cluster scope`,
      )
    },
  },
  {
    title: 'a role gives its verbs on its resources in its namespace, soon after it is bound, and nothing else',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      const client = await bed.actingAs('default')
      await allow(bed, 'reader', [rule(['get', 'list'], ['configmaps'])])
      await eventually(() => client.get(configMaps, named(bed)))
      await client.list(configMaps, { namespace: bed.namespace })
      expect(await refusal(client.delete(configMaps, named(bed)))).toMatchObject(forbidden)
      expect(await refusal(client.list(configMaps))).toMatchObject(forbidden)
      expect(await refusal(client.list(configMaps, { namespace: 'default' }))).toMatchObject(forbidden)
    },
  },
  {
    title: 'a role that is taken away gives nothing any more',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      const client = await bed.actingAs('default')
      await allow(bed, 'reader', [rule(['get'], ['configmaps'])])
      await eventually(() => client.get(configMaps, named(bed)))
      await bed.client.delete(roles, named(bed, 'reader'))
      await eventually(async () => expect(await refusal(client.get(configMaps, named(bed)))).toMatchObject(forbidden))
    },
  },
  {
    title: 'a rule of names gives those objects alone',
    async run(bed) {
      await Promise.all(['a', 'b'].map((name) => bed.make(configMaps, configMap(name))))
      const client = await bed.actingAs('default')
      await allow(bed, 'reader', [rule(['get'], ['configmaps'], [''], { resourceNames: ['a'] })])
      await eventually(() => client.get(configMaps, named(bed)))
      expect(await refusal(client.get(configMaps, named(bed, 'b')))).toMatchObject(forbidden)
    },
  },
  {
    title: 'a subresource takes a right of its own',
    async run(bed) {
      await bed.make(deploymentResource, deployment('a', { replicas: 0 }))
      const client = await bed.actingAs('default')
      await allow(bed, 'scaler', [rule(['patch'], ['deployments/scale'], ['apps'])])
      const patch = { type: 'merge', body: { spec: { replicas: 0 } } } as const
      await eventually(() => client.patch(deploymentResource, named(bed), patch, { subresource: 'scale' }))
      expect(await refusal(client.patch(deploymentResource, named(bed), patch))).toMatchObject(forbidden)
    },
  },
  {
    title: 'each verb of the API is asked of RBAC by its name',
    async run(bed) {
      const client = await bed.actingAs('default')
      const verbs = async () =>
        Promise.all([
          refusal(client.list(configMaps, { namespace: bed.namespace })),
          refusal(client.create(configMaps, configMap('a', {}, { namespace: bed.namespace }))),
          refusal(client.replace(configMaps, configMap('a', {}, { namespace: bed.namespace }))),
          refusal(client.patch(configMaps, named(bed), { type: 'merge', body: {} })),
          refusal(client.delete(configMaps, named(bed))),
        ])
      const words = (await verbs()).map(({ message }) => / cannot (\w+) resource /.exec(message)?.[1])
      expect(words).toEqual(['list', 'create', 'update', 'patch', 'delete'])
      const watch = await bed.wire.send('GET', `/api/v1/namespaces/${bed.namespace}/configmaps?watch=1`, {
        token: await tokenOf(bed.client, bed.namespace, 'default'),
      })
      expect(watch.body['message']).toContain('cannot watch resource')
    },
  },
  {
    title: 'a cluster role gives its rights in one namespace or in all, as it is bound',
    async run(bed) {
      const name = bed.namespace
      const rules = [rule(['list'], ['configmaps'])]
      await bed.client.create(clusterRoles, { apiVersion, kind: 'ClusterRole', metadata: { name }, rules })
      await bind(bed, name, 'ClusterRole')
      const client = await bed.actingAs('default')
      await eventually(() => client.list(configMaps, { namespace: bed.namespace }))
      expect(await refusal(client.list(configMaps))).toMatchObject(forbidden)
      const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace: bed.namespace }]
      const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name }
      const binding = { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, subjects, roleRef }
      await bed.client.create(clusterRoleBindings, binding)
      await eventually(() => client.list(configMaps))
    },
  },
  {
    title: 'a role that says it belongs to `edit` adds its rules to it',
    async run(bed) {
      const client = await bed.actingAs('default')
      await bind(bed, 'edit', 'ClusterRole')
      const approve = {
        group: 'sluice.dev',
        resource: 'rollouts',
        name: 'shop',
        namespace: bed.namespace,
        verb: 'approve',
      }
      await eventually(async () => expect(await may(client, approve)).toBe(true))
      expect(await may(client, { ...approve, namespace: 'default' })).toBe(false)
      expect(await may(client, { group: '', resource: 'configmaps', namespace: bed.namespace, verb: 'create' })).toBe(
        true,
      )
    },
  },
  {
    title: 'a binding keeps its role',
    async run(bed) {
      await allow(bed, 'reader', [rule(['get'], ['configmaps'])])
      const path = `/apis/${rbac}/v1/namespaces/${bed.namespace}/rolebindings/reader`
      const body = { roleRef: { apiGroup: rbac, kind: 'Role', name: 'other' } }
      const { status } = await bed.wire.send('PATCH', path, { body, type: 'application/merge-patch+json' })
      expect(status).toBe(422)
    },
  },
]

/** As `kubectl auth can-i` has them. */
const needed: readonly JsonObject[] = [
  { verb: 'patch', group: 'apps', resource: 'deployments' },
  { verb: 'delete', group: 'apps', resource: 'deployments' },
  { verb: 'create', resource: 'services' },
  { verb: 'delete', group: 'networking.k8s.io', resource: 'ingresses' },
  { verb: 'create', resource: 'podtemplates' },
  { verb: 'list', resource: 'pods' },
  { verb: 'watch', group: 'discovery.k8s.io', resource: 'endpointslices' },
  { verb: 'patch', group: 'sluice.dev', resource: 'rollouts' },
  { verb: 'update', group: 'sluice.dev', resource: 'rollouts', subresource: 'status' },
  { verb: 'create', group: 'events.k8s.io', resource: 'events' },
  {
    verb: 'update',
    group: 'coordination.k8s.io',
    resource: 'leases',
    name: 'sluice-controller',
    namespace: systemNamespace,
  },
]
const refused: readonly JsonObject[] = [
  { verb: 'get', resource: 'secrets' },
  { verb: 'create', resource: 'pods' },
  { verb: 'create', group: 'sluice.dev', resource: 'decisions' },
  { verb: 'approve', group: 'sluice.dev', resource: 'rollouts' },
  { verb: 'create', resource: 'serviceaccounts', subresource: 'token' },
  { verb: 'update', group: 'coordination.k8s.io', resource: 'leases', name: 'other', namespace: systemNamespace },
]

const reviews: readonly ContractCase[] = [
  {
    title: 'our service account may do what the controller does, and no more, as it is told when it asks',
    async run(bed) {
      const client = await bed.actingAs(serviceAccountName, systemNamespace)
      const answers = (rows: readonly JsonObject[]) =>
        Promise.all(rows.map((row) => may(client, { namespace: bed.namespace, ...row })))
      expect(await answers(needed)).toEqual(needed.map(() => true))
      expect(await answers(refused)).toEqual(refused.map(() => false))
    },
  },
  {
    title: 'an administrator may do anything, also with a verb that nobody knows',
    async run(bed) {
      expect(
        await may(bed.client, { verb: 'juggle', group: 'circus.test', resource: 'balls', namespace: bed.namespace }),
      ).toBe(true)
    },
  },
]

export const access: Chapter = { concern: 'access', cases: [...identity, ...rights, ...reviews] }
