import { describe, expect, it } from 'vitest'
import { analysisCrd } from '../../../api/crds/analysis.ts'
import { decisionCrd } from '../../../api/crds/decision.ts'
import { rolloutCrd } from '../../../api/crds/rollout.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { createCel } from '../../../sandbox/policy/cel.ts'
import { customKind } from '../../../sandbox/policy/custom-kind.ts'
import { analysis, approval, decision, goodAnalysis, goodSpec, rollout, threshold } from '../../api/bed.ts'

const cel = createCel()
const rollouts = customKind(rolloutCrd, 'v1alpha1', cel)
const analyses = customKind(analysisCrd, 'v1alpha1', cel)
const decisions = customKind(decisionCrd, 'v1alpha1', cel)

/** As it comes in: without the fields that are undefined. */
const sent = (object: KubeObject): KubeObject => JSON.parse(JSON.stringify(object))

/** What the server says of an object: unknown fields, then what is wrong. */
function saidOf(kind: typeof rollouts, given: KubeObject, old?: KubeObject): readonly string[] {
  const unknown: string[] = []
  const object = kind.complete(sent(given), (path) => unknown.push(`unknown field "${path}"`))
  return [...unknown, ...kind.validate(object, old).map(({ field, message }) => `${field}: ${message}`)]
}
const saidOfRollout = (spec: unknown, name = 'bad') => saidOf(rollouts, rollout(name, spec)).join('\n')

const withSteps = (...steps: unknown[]) => ({ ...goodSpec, strategy: { canary: { steps } } })
const withGate = (gate: unknown) => withSteps({ weight: 5, gates: [gate] })
const routes = (...names: string[]) => names.map((name) => ({ ingress: { name } }))
const workload = (workloadRef: unknown) => ({ ...goodSpec, workloadRef })

describe('a Rollout', () => {
  it('that is good is taken as it is', () => {
    const good = sent(rollout('good', goodSpec))
    expect(rollouts.complete(good)).toBe(good)
    expect(rollouts.validate(good)).toEqual([])
  })

  it.each<[string, unknown, string]>([
    ['no workload', { ...goodSpec, workloadRef: undefined }, 'spec.workloadRef: Required value'],
    ['a workload without a name', workload({ kind: 'Deployment' }), 'spec.workloadRef.name: Required value'],
    [
      'a name that is none',
      workload({ kind: 'Deployment', name: 'Shop_1' }),
      `spec.workloadRef.name: Invalid value: "Shop_1": spec.workloadRef.name in body should match`,
    ],
    [
      'another kind',
      workload({ kind: 'StatefulSet', name: 'shop' }),
      'spec.workloadRef.kind: Unsupported value: "StatefulSet": supported values: "Deployment"',
    ],
    [
      'another API version',
      workload({ apiVersion: 'apps/v2', kind: 'Deployment', name: 'shop' }),
      'spec.workloadRef.apiVersion',
    ],
    [
      'no step',
      withSteps(),
      'spec.strategy.canary.steps: Invalid value: 0: spec.strategy.canary.steps in body should have at least 1 items',
    ],
    [
      '51 steps',
      withSteps(...Array.from({ length: 51 }, () => ({ weight: 5 }))),
      'spec.strategy.canary.steps: Too many: 51: must have at most 50 items',
    ],
    [
      'a step that does nothing',
      withSteps({ gates: [] }),
      'spec.strategy.canary.steps[0]: Invalid value: must have weight, replicas or both',
    ],
    [
      'weight 0',
      withSteps({ weight: 0 }),
      'spec.strategy.canary.steps[0].weight: Invalid value: 0: spec.strategy.canary.steps[0].weight in body should be greater than or equal to 1',
    ],
    ['weight 101', withSteps({ weight: 101 }), 'spec.strategy.canary.steps[0].weight'],
    [
      'a weight that is text',
      withSteps({ weight: '5' }),
      'Invalid value: "string": spec.strategy.canary.steps[0].weight in body must be of type integer: "string"',
    ],
    ['a weight that falls', withSteps({ weight: 50 }, { replicas: 3 }, { weight: 20 }), 'weights never fall'],
    ['replicas 0', withSteps({ replicas: 0 }), 'spec.strategy.canary.steps[0].replicas'],
    ['replicas "0%"', withSteps({ replicas: '0%' }), 'spec.strategy.canary.steps[0].replicas'],
    ['replicas "101%"', withSteps({ replicas: '101%' }), 'spec.strategy.canary.steps[0].replicas'],
    ['a gate of no kind', withGate({}), 'must be exactly one of approval, pause'],
    ['a gate of two kinds', withGate({ approval: {}, pause: '1m' }), 'steps[0].gates[0]'],
    ['a pause of nothing', withGate({ pause: '0s' }), 'steps[0].gates[0].pause'],
    ['a pause without a unit', withGate({ pause: '10' }), 'steps[0].gates[0].pause'],
    ['a pause of two years', withGate({ pause: '17520h' }), 'steps[0].gates[0].pause'],
    ['a timeout of nothing', withGate({ approval: { timeout: '0s' } }), 'steps[0].gates[0].approval.timeout'],
    ['no traffic', { ...goodSpec, traffic: [] }, 'spec.traffic'],
    ['a route twice', { ...goodSpec, traffic: routes('a', 'b', 'a') }, 'names the same Ingress twice'],
    ['17 routes', { ...goodSpec, traffic: routes(...Array.from({ length: 17 }, (_, i) => `r${i}`)) }, 'spec.traffic'],
    ['a deadline of nothing', { ...goodSpec, progressDeadline: '0s' }, 'spec.progressDeadline'],
    ['a typing error', { ...goodSpec, trafic: [] }, 'unknown field "spec.trafic"'],
    [
      'a gate of a later version',
      withGate({ webhook: 'x' }),
      'unknown field "spec.strategy.canary.steps[0].gates[0].webhook"',
    ],
    [
      'such a gate, its field dropped',
      withGate({ webhook: 'x' }),
      'spec.strategy.canary.steps[0].gates[0]: Invalid value: must be exactly one of approval, pause, analysis',
    ],
    [
      'traffic of a later version',
      { ...goodSpec, traffic: [{ httpRoute: { name: 'x' } }] },
      'spec.traffic[0].ingress: Required value',
    ],
  ])('with %s is refused, and the field is named', (_, spec, said) => {
    expect(saidOfRollout(spec)).toContain(said)
  })

  it('with a name that cannot be the value of a label is refused', () => {
    expect(saidOfRollout(goodSpec, 'a'.repeat(64))).toContain('metadata.name may have at most 63 characters')
  })

  it('keeps its workload, and takes other steps', () => {
    const old = sent(rollout('moved', goodSpec))
    const elsewhere = rollout('moved', workload({ kind: 'Deployment', name: 'other' }))
    expect(saidOf(rollouts, elsewhere, old)).toEqual([
      'spec.workloadRef: Invalid value: cannot be changed: make another Rollout for another workload',
    ])
    expect(saidOf(rollouts, rollout('moved', withSteps({ weight: 100 })), old)).toEqual([])
  })

  it('with a step that has become invalid can still be changed elsewhere', () => {
    const old = sent(rollout('old', withSteps({ gates: [] })))
    const changed = sent({ ...old, spec: { ...Object(old['spec']), progressDeadline: '20m' } })
    expect(saidOf(rollouts, changed, old)).toEqual([])
  })

  it('that has become invalid can still be changed elsewhere, as it can in a cluster', () => {
    const old = sent(rollout('old', withSteps({ weight: 50 }, { weight: 20 })))
    const changed = sent({ ...old, spec: { ...Object(old['spec']), progressDeadline: '20m' } })
    expect(saidOf(rollouts, changed, old)).toEqual([])
  })

  it('is shown with where it is and what it waits for', () => {
    const status = { phase: 'Progressing', progress: '1/3', release: { weight: 20 }, waiting: { reason: 'Approval' } }
    const object = {
      ...rollout('shown', goodSpec),
      status,
      metadata: { name: 'shown', creationTimestamp: '2026-11-01T00:00:00Z' },
    }
    const now = Date.parse('2026-11-01T00:03:20Z')
    const shown = rollouts.columns
      .filter(({ priority }) => priority === 0)
      .map(({ name, cell }) => [name, cell(object, now)])
    expect(shown).toEqual([
      ['Name', 'shown'],
      ['Workload', 'shop'],
      ['Phase', 'Progressing'],
      ['Step', '1/3'],
      ['Weight', 20],
      ['Waiting', 'Approval'],
      ['Age', '3m20s'],
    ])
  })
})

describe('the kinds', () => {
  it('are served under the names that their definitions give', () => {
    expect(rollouts).toMatchObject({
      resource: { group: 'sluice.dev', version: 'v1alpha1', plural: 'rollouts', kind: 'Rollout', namespaced: true },
      singular: 'rollout',
      shortNames: ['sro'],
      categories: ['sluice', 'all'],
      subresources: ['status'],
      allowsBlindUpdate: false,
      patchesByStrategy: false,
    })
  })
})

describe('an Analysis', () => {
  const saidOfAnalysis = (...metrics: unknown[]) => saidOf(analyses, analysis('Analysis', 'a', { metrics }))
  const withHeaders = (...names: string[]) => {
    const headers = names.map((name) => ({ name, value: 'x' }))
    return { name: 'm', prometheus: { headers }, threshold }
  }
  const sides = { canary: 'a', stable: 'b' }

  it('that is good is taken', () => {
    expect(saidOf(analyses, analysis('Analysis', 'a', goodAnalysis))).toEqual([])
    expect(saidOfAnalysis(withHeaders('X-Scope-OrgID', 'Accept'))).toEqual([])
  })

  it.each(['Host', 'TRANSFER-encoding', 'Authorization', 'cookie'])('may not set the header %s', (name) => {
    expect(saidOfAnalysis(withHeaders('Accept', name)).join('\n')).toContain(
      'spec.metrics[0].prometheus.headers[1].name: Invalid value: this header cannot be set',
    )
  })

  it('may not set a header twice, in whatever case', () => {
    expect(saidOfAnalysis(withHeaders('X-Zone', 'x-zone')).join('\n')).toContain('names the same header twice')
  })

  it('may not count evidence over a range', () => {
    const evidence = { requests: sides, errors: sides }
    const range = { last: '5m', step: '30s' }
    expect(saidOfAnalysis({ name: 'm', prometheus: {}, evidence })).toEqual([])
    expect(saidOfAnalysis({ name: 'm', prometheus: { range }, evidence }).join('\n')).toContain(
      'spec.metrics[0]: Invalid value: range is not for evidence',
    )
  })
})

describe('a Decision', () => {
  const saidOfDecision = (spec: unknown, old?: KubeObject) => saidOf(decisions, decision('bad', spec), old).join('\n')

  it.each<[string, unknown, string]>([
    [
      'an approval of no step',
      { ...approval, step: undefined },
      'spec: Invalid value: must name attempt, step and stepHash',
    ],
    ['an approval of no attempt', { ...approval, attempt: undefined }, 'must name attempt, step and stepHash'],
    [
      'a verb that is none',
      { ...approval, verb: 'promote' },
      'spec.verb: Unsupported value: "promote": supported values: "approve", ',
    ],
    ['step 0', { ...approval, step: 0 }, 'spec.step'],
    ['a hash that is none', { ...approval, stepHash: 'x' }, 'spec.stepHash'],
    ['nobody', { ...approval, decidedBy: undefined }, 'spec.decidedBy: Required value'],
    [
      'a reason that is a book',
      { ...approval, reason: 'x'.repeat(2_000) },
      'spec.reason: Too long: may not be more than 1024 bytes',
    ],
  ])('with %s is refused', (_, spec, said) => {
    expect(saidOfDecision(spec)).toContain(said)
  })

  it('is written once', () => {
    const old = sent(decision('bad', approval))
    expect(saidOfDecision({ ...approval, verb: 'reject' }, old)).toContain('a decision is written once')
    const answered = { ...old, status: { outcome: 'Accepted', message: 'step 1 approved' } }
    expect(saidOf(decisions, answered, old)).toEqual([])
  })
})
