import { describe, expect, it } from 'vitest'
import { rolloutCrd } from '../../../api/crds/rollout.ts'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import { deploymentResource, mutatingPolicyResource } from '../../../api/names.ts'
import { holdPolicy } from '../../../api/policies/hold.ts'
import { createCel } from '../../../sandbox/policy/cel.ts'
import { customKind } from '../../../sandbox/policy/custom-kind.ts'
import { judged } from '../../../sandbox/policy/judged.ts'

const cel = createCel()
const kindOf = (resource: Resource) => ({
  ...customKind(rolloutCrd, 'v1alpha1', cel),
  resource,
  validate: () => [{ field: 'metadata', message: 'its own' }],
})

describe('a kind of policies', () => {
  const kind = judged(kindOf(mutatingPolicyResource), cel)

  it('takes ours', () => {
    const [policy] = holdPolicy
    expect(policy && kind.validate(policy)).toEqual([{ field: 'metadata', message: 'its own' }])
  })

  it('refuses what cannot be evaluated, besides what it refuses itself', () => {
    const bad: KubeObject = { apiVersion: 'x/v1', kind: 'X', metadata: { name: 'bad' }, spec: { paramKind: {} } }
    expect(kind.validate(bad).map(({ field }) => field)).toEqual([
      'metadata',
      'spec.paramKind',
      'spec.matchConstraints.resourceRules',
    ])
  })
})

it('any other kind is left as it is', () => {
  const kind = kindOf(deploymentResource)
  expect(judged(kind, cel)).toBe(kind)
})
