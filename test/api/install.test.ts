import { describe, expect, it } from 'vitest'
import type { Auth } from '../../api/analysis.ts'
import { installManifests, uninstallOrder } from '../../api/install.ts'
import { type JsonObject, objectsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { accessObjects, controllerRules } from '../../api/rbac.ts'

const kinds = installManifests({ image: 'registry.example.com/sluice:1' }).map(({ kind }) => kind)

describe('what Sluice installs', () => {
  it('comes in an order in which each object finds what it needs', () => {
    const first = (kind: string) => kinds.indexOf(kind)
    expect(first('Namespace')).toBe(0)
    expect(first('CustomResourceDefinition')).toBeLessThan(first('ValidatingAdmissionPolicy'))
    expect(first('ServiceAccount')).toBeLessThan(first('ClusterRoleBinding'))
    expect(first('MutatingAdmissionPolicy')).toBeLessThan(first('MutatingAdmissionPolicyBinding'))
    expect(kinds.at(-1)).toBe('Deployment')
  })

  it('has no controller of its own when it is given no image', () => {
    expect(installManifests().map(({ kind }) => kind)).not.toContain('Deployment')
  })

  it('goes in the opposite order: the controller before the policies, those before the CRDs', () => {
    expect(uninstallOrder().map(({ kind }) => kind)).toEqual(kinds.toReversed())
  })

  it('names every object once', () => {
    const names = installManifests({ image: 'x' }).map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe("people's rights", () => {
  it('let those who edit a namespace write an Analysis, and nobody but administrators a ClusterAnalysis', () => {
    const roles = accessObjects.filter(({ metadata }) => metadata.name.startsWith('sluice-')).map(({ rules }) => rules)
    const rules = roles.flatMap((list) => objectsOf(list))
    const mayWrite = (resource: string) =>
      rules.some((rule) => has(rule, 'resources', resource) && has(rule, 'verbs', 'create'))
    expect([mayWrite('analyses'), mayWrite('clusteranalyses')]).toEqual([true, false])
  })
})

describe('a controller that asks its Prometheus with a Secret', () => {
  const store = (auth?: Auth) => ({ address: 'https://mimir', headers: [], ...(auth && { auth }) })
  const installed = (auth?: Auth) => installManifests({ image: 'x', metrics: { prometheus: store(auth) } })
  const rulesOn = (resource: string, manifests: readonly KubeObject[]) =>
    manifests.flatMap(({ metadata, rules }) =>
      objectsOf(rules)
        .filter((rule) => has(rule, 'resources', resource))
        .map((rule) => ({ namespace: metadata.namespace, ...rule })),
    )

  it('may read that one, and nobody else may by it', () => {
    const manifests = installed({ type: 'bearer', secret: 'mimir' })
    expect(rulesOn('secrets', manifests)).toEqual([
      { namespace: 'sluice-system', apiGroups: [''], resources: ['secrets'], resourceNames: ['mimir'], verbs: ['get'] },
    ])
    expect(manifests.find(({ kind, metadata }) => kind === 'RoleBinding' && metadata.name === roleName)).toMatchObject({
      metadata: { namespace: 'sluice-system' },
      roleRef: { kind: 'Role', name: roleName },
      subjects: [{ kind: 'ServiceAccount', name: 'sluice-controller', namespace: 'sluice-system' }],
    })
  })

  it('loses the right when it is installed without', () => {
    expect(rulesOn('secrets', installed())).toEqual([])
    expect(installed().find(({ metadata }) => metadata.name === roleName)).toMatchObject({ kind: 'Role', rules: [] })
  })

  it('keeps it when only the kinds are brought up to date', () => {
    expect(installManifests().map(({ metadata }) => metadata.name)).not.toContain(roleName)
  })
})

const roleName = 'sluice-controller-prometheus'

const has = (rule: JsonObject, field: string, word: string) => {
  const words = rule[field]
  return Array.isArray(words) && words.includes(word)
}

describe("the controller's rights", () => {
  it('have no wildcard and no secrets, and nobody else is given rights by it', () => {
    const words = controllerRules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs])
    for (const word of ['*', 'secrets', 'clusterroles', 'rolebindings', 'impersonate', 'escalate', 'bind']) {
      expect(words).not.toContain(word)
    }
  })
})
