import { describe, expect, it } from 'vitest'
import { type VariableFacts, variablesOf } from '../../analysis/variables.ts'

const facts: VariableFacts = {
  rollout: 'shop-rollout',
  namespace: 'prod',
  workload: 'shop',
  interval: '10s',
  routes: ['web', 'admin'],
  stableServices: ['shop'],
  canaryServices: ['shop-canary'],
  stableRevision: 'abcdef0123',
  canaryRevision: '0123456789',
  args: [
    { name: 'job', value: 'x' },
    { name: 'none', value: '' },
  ],
}

describe('the variables of a template', () => {
  it('are what is known of the Rollout, its two sides and the arguments', () => {
    expect(variablesOf(facts)).toMatchObject({
      rollout: 'shop-rollout',
      namespace: 'prod',
      workload: 'shop',
      interval: '10s',
      route: 'web|admin',
      'stable.service': 'shop',
      'canary.service': 'shop-canary',
      'stable.workload': 'shop',
      'canary.workload': 'shop-canary',
      'stable.revision': 'abcdef0123',
      'canary.revision': '0123456789',
      'args.job': 'x',
      'args.none': '',
    })
    expect(variablesOf(facts)['stable.pods']).toMatch(/^shop-/)
    expect(variablesOf(facts)['canary.pods']).toMatch(/^shop-canary-/)
  })

  it('have no name for what is not known: it would match everything', () => {
    const names = Object.keys(variablesOf({ ...facts, routes: [], canaryServices: [], canaryRevision: '' }))
    for (const name of ['route', 'canary.service', 'canary.revision']) expect(names).not.toContain(name)
  })

  it('have no pods where the name of the workload is too long to tell them apart', () => {
    const names = Object.keys(variablesOf({ ...facts, workload: 'a'.repeat(56) }))
    expect(names).not.toContain('stable.pods')
    expect(names).not.toContain('canary.pods')
  })
})
