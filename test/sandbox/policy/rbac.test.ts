import { describe, expect, it } from 'vitest'
import { verbs } from '../../../api/decision.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { serviceAccountName, systemNamespace } from '../../../api/names.ts'
import { decisionPolicy } from '../../../api/policies/decision.ts'
import { accessObjects } from '../../../api/rbac.ts'
import { createAdmission } from '../../../sandbox/policy/admission.ts'
import { bootstrapRoles } from '../../../sandbox/policy/bootstrap-roles.ts'
import { createCel } from '../../../sandbox/policy/cel.ts'
import { createAuthorizer, serviceAccount } from '../../../sandbox/policy/rbac.ts'
import { type Attributes, admin, type Caller } from '../../../sandbox/server/caller.ts'
import { approval, decision } from '../../api/bed.ts'
import { asUser, stored } from './stored.ts'

const group = 'rbac.authorization.k8s.io'
const roleOf = (name: string, rules: readonly object[], kind = 'Role'): KubeObject => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: kind === 'Role' ? { name, namespace: 'default' } : { name },
  rules,
})
const bound = (name: string, kind: string, role: string, ...subjects: readonly object[]): KubeObject => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: kind === 'RoleBinding' ? { name, namespace: 'default' } : { name },
  subjects,
  roleRef: { apiGroup: group, kind: role.startsWith('wide') || role === 'edit' ? 'ClusterRole' : 'Role', name: role },
})
const user = (name: string) => ({ kind: 'User', apiGroup: group, name })

const rights: readonly KubeObject[] = [
  roleOf('maker', [{ apiGroups: ['sluice.dev'], resources: ['decisions'], verbs: ['get', 'create', 'patch'] }]),
  roleOf('approver', [
    { apiGroups: ['sluice.dev'], resources: ['rollouts'], resourceNames: ['shop'], verbs: ['approve'] },
  ]),
  roleOf('wide-scaler', [{ apiGroups: ['apps'], resources: ['*/scale'], verbs: ['*'] }], 'ClusterRole'),
  bound('maker', 'RoleBinding', 'maker', user('dev'), user('ann')),
  bound('approver', 'RoleBinding', 'approver', user('ann')),
  bound('editor', 'RoleBinding', 'edit', user('eve')),
  bound('scalers', 'ClusterRoleBinding', 'wide-scaler', { kind: 'Group', name: 'system:serviceaccounts:ci' }),
]

const may = (caller: Caller, verb: string, what: string, extra: Partial<Attributes> = {}) => {
  const [resource = '', apiGroup = ''] = what.split(/\.(.*)/)
  const api = stored(...bootstrapRoles(), ...accessObjects, ...rights)
  return createAuthorizer(api)(caller, { verb, group: apiGroup, resource, namespace: 'default', ...extra })
}

describe('rights', () => {
  it.each<[string, Caller, string, string, Partial<Attributes>, boolean]>([
    ['of a role hold in its namespace', asUser('dev'), 'create', 'decisions.sluice.dev', {}, true],
    ['of a role hold nowhere else', asUser('dev'), 'create', 'decisions.sluice.dev', { namespace: 'other' }, false],
    ['hold for the verbs that are named', asUser('dev'), 'delete', 'decisions.sluice.dev', {}, false],
    ['on names hold for those', asUser('ann'), 'approve', 'rollouts.sluice.dev', { name: 'shop' }, true],
    ['on names hold for no other', asUser('ann'), 'approve', 'rollouts.sluice.dev', { name: 'other' }, false],
    ['on names need a name', asUser('ann'), 'approve', 'rollouts.sluice.dev', {}, false],
    ['reach a group', serviceAccount('ci', 'bot'), 'patch', 'statefulsets.apps', { subresource: 'scale' }, true],
    ['on a subresource are none on the object', serviceAccount('ci', 'bot'), 'patch', 'statefulsets.apps', {}, false],
    ['of edit come with those that we add to it', asUser('eve'), 'rollback', 'rollouts.sluice.dev', {}, true],
    ['of edit include those of view', asUser('eve'), 'list', 'endpointslices.discovery.k8s.io', {}, true],
    ['of edit are not those of admin', asUser('eve'), 'create', `roles.${group}`, {}, false],
    ['of a stranger are none', asUser('bob'), 'get', 'pods', {}, false],
    [
      'of whoever is known include asking for them',
      asUser('bob'),
      'create',
      'selfsubjectaccessreviews.authorization.k8s.io',
      {},
      true,
    ],
    ['of system:masters are all', admin, 'delete', 'nodes', {}, true],
  ])('%s', (_, caller, verb, what, extra, answer) => {
    expect(may(caller, verb, what, extra)).toBe(answer)
  })

  it('follow the objects, and are worked out once while those stay', () => {
    const api = stored(...rights)
    const authorize = createAuthorizer(api)
    const mayApprove = (username: string) =>
      authorize(asUser(username), {
        verb: 'approve',
        group: 'sluice.dev',
        resource: 'rollouts',
        namespace: 'default',
        name: 'shop',
      })
    expect([mayApprove('ann'), mayApprove('dev')]).toEqual([true, false])
    expect(api.lists()).toBe(4)
    api.put(bound('approver', 'RoleBinding', 'approver', user('dev')))
    expect([mayApprove('ann'), mayApprove('dev')]).toEqual([false, true])
  })
})

/** [verb, resource, subresource or name, namespace] */
type Row = readonly [verb: string, what: string, extra?: Partial<Attributes>]
const needed: readonly Row[] = [
  ['patch', 'deployments.apps'],
  ['create', 'services'],
  ['delete', 'ingresses.networking.k8s.io'],
  ['create', 'podtemplates'],
  ['list', 'pods'],
  ['watch', 'endpointslices.discovery.k8s.io'],
  ['patch', 'rollouts.sluice.dev'],
  ['update', 'rollouts.sluice.dev', { subresource: 'status' }],
  ['update', 'decisions.sluice.dev', { subresource: 'status' }],
  ['create', 'leases.coordination.k8s.io', { namespace: 'sluice-system' }],
  ['update', 'leases.coordination.k8s.io', { namespace: 'sluice-system', name: 'sluice-controller' }],
]
const refused: readonly Row[] = [
  ['get', 'secrets'],
  ['create', 'pods'],
  ['create', 'decisions.sluice.dev'],
  ['approve', 'rollouts.sluice.dev'],
  ['update', 'leases.coordination.k8s.io', { namespace: 'kube-system', name: 'kube-scheduler' }],
  ['create', 'serviceaccounts', { subresource: 'token' }],
]

it('our service account may do what the controller does, and no more', () => {
  const controller = serviceAccount(systemNamespace, serviceAccountName)
  expect(needed.filter(([verb, what, extra]) => !may(controller, verb, what, extra))).toEqual([])
  expect(refused.filter(([verb, what, extra]) => may(controller, verb, what, extra))).toEqual([])
})

describe('a Decision', () => {
  const api = stored(...bootstrapRoles(), ...accessObjects, ...rights, ...decisionPolicy)
  const admission = createAdmission({ api, authorize: createAuthorizer(api), cel: createCel() })
  const decide = (caller: Caller, spec: object) => () =>
    admission.validate({
      operation: 'CREATE',
      resource: { group: 'sluice.dev', version: 'v1alpha1', plural: 'decisions', kind: 'Decision', namespaced: true },
      object: decision('d1', { ...approval, decidedBy: caller.username, ...spec }),
      namespace: 'default',
      name: 'd1',
      caller,
      dryRun: false,
    })

  it('is taken from whoever may say that verb on that Rollout', () => {
    expect(decide(asUser('ann'), {})()).toEqual([])
  })

  it('in the name of another is refused with 403, from an administrator too', () => {
    for (const caller of [asUser('ann'), admin]) {
      const message = `decisions.sluice.dev "d1" is forbidden: ValidatingAdmissionPolicy 'sluice-decision' with binding 'sluice-decision' denied request: spec.decidedBy is bob, but you are ${caller.username}: nobody decides in the name of another`
      expect(decide(caller, { decidedBy: 'bob' })).toThrow(
        expect.objectContaining({ code: 403, reason: 'Forbidden', message }),
      )
    }
  })

  it('is refused from those who may make Decisions but not say that verb', () => {
    expect(decide(asUser('dev'), {})).toThrow('dev may not approve Rollout shop in namespace default')
  })

  it('about another Rollout, or with another verb, takes another right', () => {
    expect(decide(asUser('ann'), { rollout: 'other' })).toThrow('ann may not approve Rollout other')
    expect(decide(asUser('ann'), { verb: 'rollback' })).toThrow('ann may not rollback Rollout shop')
  })

  it('of every verb is taken from those who may edit', () => {
    for (const verb of verbs) expect(decide(asUser('eve'), { verb })()).toEqual([])
  })
})
