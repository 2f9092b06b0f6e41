import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verbs } from '../../api/decision.ts'
import { decisionPolicyName, serviceAccountUser } from '../../api/names.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { until } from '../hold/until.ts'
import { approval, decision, startInstalled } from './bed.ts'

const group = 'rbac.authorization.k8s.io'

/** Who may do what: `maker` may only make Decisions, `approver` may also approve Rollout shop, `editor` has `edit`. */
const rights = [
  role('maker', [{ apiGroups: ['sluice.dev'], resources: ['decisions'], verbs: ['get', 'create', 'patch'] }]),
  role('approver', [
    { apiGroups: ['sluice.dev'], resources: ['rollouts'], resourceNames: ['shop'], verbs: ['approve'] },
  ]),
  bindingOf('maker', 'Role', 'maker', ['dev', 'ann']),
  bindingOf('approver', 'Role', 'approver', ['ann']),
  bindingOf('editor', 'ClusterRole', 'edit', ['eve']),
]

function role(name: string, rules: unknown) {
  return { apiVersion: `${group}/v1`, kind: 'Role', metadata: { name, namespace: 'default' }, rules }
}

function bindingOf(name: string, kind: string, roleName: string, users: readonly string[]) {
  const subjects = users.map((user) => ({ kind: 'User', apiGroup: group, name: user }))
  const roleRef = { apiGroup: group, kind, name: roleName }
  return { apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata: { name, namespace: 'default' }, subjects, roleRef }
}

describe('a Decision', () => {
  let cluster: Cluster
  let made = 0
  const decide = (user: string, spec: object) => {
    const input = JSON.stringify(decision(`d${++made}`, { ...approval, decidedBy: user, ...spec }))
    const env = { ...cluster.env, KUBECONFIG: cluster.kubeconfigFor(user) }
    return cluster.run('kubectl', ['create', '-f', '-'], { input, env })
  }

  beforeAll(async () => {
    cluster = await startInstalled({ users: { ann: [], eve: [] } })
    await cluster.apply(...rights)
    await until('the rights are known', async () => (await decide('ann', {})).code === 0)
    const forged = () => decide('ann', { decidedBy: 'bob' })
    await until('the policy is in force', async () => (await forged()).stderr.includes(decisionPolicyName))
  })
  afterAll(() => cluster?.stop())

  it('is taken from whoever may say that verb on that Rollout', async () => {
    expect(await decide('ann', {})).toMatchObject({ code: 0 })
  })

  it('in the name of another is refused, from an administrator too', async () => {
    for (const user of ['ann', 'admin']) {
      const { code, stderr } = await decide(user, { decidedBy: 'bob' })
      expect(code).not.toBe(0)
      expect(stderr).toContain(decisionPolicyName)
      expect(stderr).toContain(`spec.decidedBy is bob, but you are ${user}`)
    }
  })

  it('is refused from those who may make Decisions but not say that verb', async () => {
    const { code, stderr } = await decide('dev', {})
    expect(code).not.toBe(0)
    expect(stderr).toContain('dev may not approve Rollout shop in namespace default')
  })

  it('about another Rollout, or with another verb, takes another right', async () => {
    expect((await decide('ann', { rollout: 'other' })).stderr).toContain('ann may not approve Rollout other')
    expect((await decide('ann', { verb: 'rollback' })).stderr).toContain('ann may not rollback Rollout shop')
  })

  it('of every verb is taken from those who may edit', async () => {
    await expect.poll(async () => (await decide('eve', {})).code, { timeout: 10_000 }).toBe(0)
    for (const verb of verbs) expect(await decide('eve', { verb })).toMatchObject({ code: 0 })
  })
})

/** [verb, resource, more arguments] as `kubectl auth can-i` has them. */
const needed = [
  ['patch', 'deployments'],
  ['delete', 'deployments'],
  ['create', 'services'],
  ['delete', 'ingresses.networking.k8s.io'],
  ['create', 'podtemplates'],
  ['list', 'pods'],
  ['watch', 'endpointslices.discovery.k8s.io'],
  ['list', 'horizontalpodautoscalers.autoscaling'],
  ['patch', 'rollouts.sluice.dev'],
  ['update', 'rollouts.sluice.dev', '--subresource=status'],
  ['update', 'decisions.sluice.dev', '--subresource=status'],
  ['list', 'mutatingadmissionpolicies.admissionregistration.k8s.io'],
  ['create', 'events.events.k8s.io'],
  ['create', 'leases.coordination.k8s.io', '-n', 'sluice-system'],
  ['update', 'leases.coordination.k8s.io/sluice-controller', '-n', 'sluice-system'],
]
const refused = [
  ['get', 'secrets'],
  ['create', 'pods'],
  ['create', 'decisions.sluice.dev'],
  ['create', 'rollouts.sluice.dev'],
  ['approve', 'rollouts.sluice.dev'],
  ['patch', 'mutatingadmissionpolicies.admissionregistration.k8s.io'],
  ['update', 'leases.coordination.k8s.io/kube-scheduler', '-n', 'kube-system'],
  ['create', 'serviceaccounts', '--subresource=token'],
]

describe('our service account', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startInstalled()
  })
  afterAll(() => cluster?.stop())
  const mayI = async (what: readonly string[]) =>
    (await cluster.kubectl('auth', 'can-i', ...what, `--as=${serviceAccountUser}`)).stdout.trim()

  it('may do what the controller does, and no more', async () => {
    const answers = async (rows: readonly (readonly string[])[]) =>
      Promise.all(rows.map(async (row) => `${row.join(' ')}: ${await mayI(row)}`))
    expect(await answers(needed)).toEqual(needed.map((row) => `${row.join(' ')}: yes`))
    expect(await answers(refused)).toEqual(refused.map((row) => `${row.join(' ')}: no`))
  })
})
