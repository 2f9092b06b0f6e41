import { expect } from 'vitest'
import { rolloutCrd } from '../../../api/crds/rollout.ts'
import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { analysisResource, clusterAnalysisResource, decisionResource, rolloutResource } from '../../../api/names.ts'
import { at, listAt } from '../../../cli/json.ts'
import { approval, goodAnalysis, goodSpec } from '../../api/bed.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { invalid, refusal } from './refusal.ts'
import { definitions } from './resources.ts'

const rollout = (spec: JsonObject, name = 'shop'): KubeObject => ({
  apiVersion: 'sluice.dev/v1alpha1',
  kind: 'Rollout',
  metadata: { name },
  spec,
})
const decision = (spec: JsonObject): KubeObject => ({ ...rollout(spec, 'one'), kind: 'Decision' })
const analysis = (spec: JsonObject, name = 'one'): KubeObject => ({ ...rollout(spec, name), kind: 'Analysis' })
const withSteps = (...steps: readonly JsonObject[]) => ({ ...goodSpec, strategy: { canary: { steps } } })
const withGate = (gate: JsonObject) => withSteps({ weight: 5, gates: [gate] })
const traffic = (...names: readonly string[]) => ({
  ...goodSpec,
  traffic: names.map((name) => ({ ingress: { name } })),
})
const canary = (more: JsonObject) => ({ ...goodSpec, strategy: { canary: { ...goodSpec.strategy.canary, ...more } } })
const analysed = (...analysis: readonly JsonObject[]) => canary({ analysis })
const step = 'spec.strategy.canary.steps[0]'
const gates = `${step}.gates`
const gate = `${gates}[0]`
const background = 'spec.strategy.canary.analysis'
const one = { name: 'a' }
const sides = { canary: 'a', stable: 'b' }
const arg = { name: 'x', value: '' }

const wrongRollouts: readonly (readonly [string, JsonObject, string])[] = [
  ['without a workload', { ...goodSpec, workloadRef: undefined }, 'spec.workloadRef'],
  ['of a workload of another kind', { ...goodSpec, workloadRef: { kind: 'Job', name: 'a' } }, 'spec.workloadRef.kind'],
  ['without steps', withSteps(), 'spec.strategy.canary.steps'],
  ['with a step that does nothing', withSteps({ gates: [] }), step],
  ['with a weight of 0', withSteps({ weight: 0 }), `${step}.weight`],
  ['with a weight that falls', withSteps({ weight: 50 }, { weight: 20 }), 'spec.strategy.canary.steps'],
  ['of 101 % of the replicas', withSteps({ replicas: '101%' }), `${step}.replicas`],
  ['with a gate of two kinds', withGate({ approval: {}, pause: '1m' }), gate],
  ['with a pause of nothing', withGate({ pause: '0s' }), `${gate}.pause`],
  ['with a pause of two years', withGate({ pause: '17520h' }), `${gate}.pause`],
  ['with one analysis twice in a step', withSteps({ weight: 5, gates: [{ analysis: one }, { analysis: one }] }), gates],
  ['with one analysis twice in the background', analysed(one, one), `${background}[1]`],
  ['with a built-in of another kind', analysed({ name: 'kubernetes', kind: 'Analysis' }), `${background}[0]`],
  ['with a deadline of nothing for an analysis', analysed({ ...one, deadline: '0s' }), `${background}[0].deadline`],
  ['with an argument twice', analysed({ ...one, args: [arg, arg] }), `${background}[0].args[1]`],
  [
    'with an argument that is a number',
    analysed({ ...one, args: [{ ...arg, value: 1 }] }),
    `${background}[0].args[0].value`,
  ],
  ['with one route twice', traffic('a', 'b', 'a'), 'spec.traffic'],
]

const threshold = { query: 'up', pass: 'value > 0' }
const measuring = (more: JsonObject) => ({ metrics: [{ name: 'm', prometheus: {}, threshold, ...more }] })
const comparing = (more: JsonObject) =>
  measuring({ threshold: undefined, compare: { canary: 'a', stable: 'b', better: 'lower', ...more } })
const metric = 'spec.metrics[0]'

const wrongAnalyses: readonly (readonly [string, JsonObject, string])[] = [
  ['without metrics', { metrics: [] }, 'spec.metrics'],
  ['with two sources', measuring({ kubernetes: {} }), metric],
  ['without a condition', measuring({ threshold: undefined }), metric],
  ['measured too often', measuring({ interval: '999ms' }), `${metric}.interval`],
  [
    'with credentials in its address',
    measuring({ prometheus: { address: 'http://a:b@c' } }),
    `${metric}.prometheus.address`,
  ],
  [
    'with a control character in its address',
    measuring({ prometheus: { address: 'http://a/\t' } }),
    `${metric}.prometheus.address`,
  ],
  ['with a margin of nothing', comparing({ margin: {} }), `${metric}.compare.margin`],
  ['with a margin below 0', comparing({ margin: { absolute: -0.5 } }), `${metric}.compare.margin.absolute`],
  [
    'with errors and good ones',
    measuring({ threshold: undefined, evidence: { requests: sides, errors: sides, good: sides } }),
    `${metric}.evidence`,
  ],
]

const wrongDecisions: readonly (readonly [string, JsonObject, string])[] = [
  ['that approves no step', { ...approval, step: undefined }, 'spec'],
  ['of a verb that is none', { ...approval, verb: 'promote' }, 'spec.verb'],
  ['with a hash that is none', { ...approval, stepHash: 'x' }, 'spec.stepHash'],
]

const emptyStatus = { phase: 'RolledBack', message: 'x', attempts: 1, decisions: [], conditions: [] }
const since = '2026-11-01T00:00:00Z'
const rejected = { revision: 'x', at: since, by: 'sluice', message: 'x' }
const sample = { at: since, verdict: 'fail', canary: 1e-9, stable: 0 }
const measured = {
  name: 'm',
  verdict: 'fail',
  why: 'x',
  figures: { canary: 0.5, needed: 3 },
  samples: [sample],
  away: false,
  queries: { 'requests.canary': 'up' },
  state: '{"counters":[["a",1.5]],"seen":[]}',
}
const run = {
  id: 'step-1/a',
  scope: 'step',
  analysis: 'a',
  kind: 'Analysis',
  hash: 'x',
  startedAt: since,
  verdict: 'fail',
  why: 'x',
  advisory: false,
  awayMs: 0,
  metrics: [measured],
}

/** Sluice's own kinds, as `sluice install` makes them. */
export const ownKinds: Chapter = {
  concern: 'own kinds',
  cases: [
    {
      title: 'a good Rollout is taken as it was written',
      async run(bed) {
        expect((await bed.make(rolloutResource, rollout(goodSpec)))['spec']).toEqual(goodSpec)
      },
    },
    ...wrongRollouts.map(([what, spec, field]) => ({
      title: `a Rollout ${what} is refused by its field`,
      async run(bed: Bed) {
        const refused = await refusal(bed.make(rolloutResource, rollout(spec)))
        expect(refused).toMatchObject({ ...invalid, fields: [field] })
      },
    })),
    {
      title: 'a Rollout keeps its workload, and takes other steps',
      async run(bed) {
        await bed.make(rolloutResource, rollout(goodSpec))
        const patch = (spec: JsonObject) =>
          bed.client.patch(
            rolloutResource,
            { namespace: bed.namespace, name: 'shop' },
            { type: 'merge', body: { spec } },
          )
        const moved = await refusal(patch({ workloadRef: { name: 'other' } }))
        expect(moved).toMatchObject({ ...invalid, fields: ['spec.workloadRef'] })
        expect(moved.message).toContain('cannot be changed: make another Rollout for another workload')
        expect((await patch({ strategy: { canary: { steps: [{ weight: 100 }] } } })).metadata.generation).toBe(2)
      },
    },
    {
      title: 'a Rollout of a name too long for a label is refused',
      async run(bed) {
        const refused = await refusal(bed.make(rolloutResource, rollout(goodSpec, 'a'.repeat(64))))
        expect(refused.message).toContain('metadata.name may have at most 63 characters')
      },
    },
    {
      title: 'a good Analysis is taken as it was written',
      async run(bed) {
        expect((await bed.make(analysisResource, analysis(goodAnalysis)))['spec']).toEqual(goodAnalysis)
      },
    },
    ...wrongAnalyses.map(([what, spec, field]) => ({
      title: `an Analysis ${what} is refused by its field`,
      async run(bed: Bed) {
        const refused = await refusal(bed.make(analysisResource, analysis(spec)))
        expect(refused).toMatchObject({ ...invalid, fields: [field] })
      },
    })),
    {
      title: 'an Analysis of the name of one that comes with Sluice is refused',
      async run(bed) {
        const refused = await refusal(bed.make(analysisResource, analysis(goodAnalysis, 'kubernetes')))
        expect(refused.message).toContain('metadata.name is that of an analysis that comes with Sluice')
      },
    },
    {
      title: 'a ClusterAnalysis is in no namespace',
      async run(bed) {
        const name = `in-none-${bed.namespace}`
        const made = await bed.client.create(clusterAnalysisResource, {
          ...analysis(goodAnalysis, name),
          kind: 'ClusterAnalysis',
        })
        expect(made.metadata.namespace).toBeUndefined()
        expect(made['spec']).toEqual(goodAnalysis)
        await bed.client.delete(clusterAnalysisResource, { name })
      },
    },
    {
      title: 'the status of a Rollout keeps what its analyses measured, whatever its judge remembers',
      async run(bed) {
        await bed.make(rolloutResource, rollout(goodSpec))
        const name = { namespace: bed.namespace, name: 'shop' }
        const body = { status: { ...emptyStatus, rejected: { ...rejected, analyses: [run] } } }
        await bed.client.patch(rolloutResource, name, { type: 'merge', body }, { subresource: 'status' })
        const stored = await bed.client.get(rolloutResource, name)
        expect(at(stored, 'status', 'rejected', 'analyses')).toEqual([run])
      },
    },
    ...wrongDecisions.map(([what, spec, field]) => ({
      title: `a Decision ${what} is refused by its field`,
      async run(bed: Bed) {
        const refused = await refusal(bed.make(decisionResource, decision(spec)))
        expect(refused).toMatchObject({ ...invalid, fields: [field] })
      },
    })),
    {
      title: 'a Decision is written once',
      async run(bed) {
        await bed.make(decisionResource, decision(approval))
        const body = { spec: { verb: 'reject' } }
        const patch = bed.client.patch(
          decisionResource,
          { namespace: bed.namespace, name: 'one' },
          { type: 'merge', body },
        )
        expect((await refusal(patch)).message).toContain('a decision is written once')
      },
    },
    {
      title: 'the table of Rollouts shows what `kubectl get` is to show',
      async run(bed) {
        await bed.make(rolloutResource, rollout(goodSpec))
        const path = `/apis/sluice.dev/v1alpha1/namespaces/${bed.namespace}/rollouts`
        const { body } = await bed.wire.send('GET', path, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
        const shown = listAt(body, 'columnDefinitions').filter((column) => at(column, 'priority') === 0)
        expect(shown.map((column) => at(column, 'name'))).toEqual([
          'Name',
          'Workload',
          'Phase',
          'Step',
          'Weight',
          'Waiting',
          'Age',
        ])
        expect(listAt(body, 'rows', 0, 'cells').slice(0, 2)).toEqual(['shop', 'shop'])
      },
    },
    {
      title: 'the same definition applied again keeps its generation',
      async run(bed) {
        const name = { name: rolloutCrd.metadata.name }
        const before = await bed.client.get(definitions, name)
        const patch = { type: 'apply', body: rolloutCrd, fieldManager: 'contract', force: true } as const
        const after = await bed.client.patch(definitions, name, patch)
        expect(after.metadata.generation).toBe(before.metadata.generation)
      },
    },
  ],
}
