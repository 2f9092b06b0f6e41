import { expect } from 'vitest'
import { rolloutCrd } from '../../../api/crds/rollout.ts'
import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { decisionResource, rolloutResource } from '../../../api/names.ts'
import { at, listAt } from '../../../cli/json.ts'
import { approval, goodSpec } from '../../api/bed.ts'
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
const withSteps = (...steps: readonly JsonObject[]) => ({ ...goodSpec, strategy: { canary: { steps } } })
const withGate = (gate: JsonObject) => withSteps({ weight: 5, gates: [gate] })
const traffic = (...names: readonly string[]) => ({
  ...goodSpec,
  traffic: names.map((name) => ({ ingress: { name } })),
})
const step = 'spec.strategy.canary.steps[0]'
const gate = `${step}.gates[0]`

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
  ['with one route twice', traffic('a', 'b', 'a'), 'spec.traffic'],
]

const wrongDecisions: readonly (readonly [string, JsonObject, string])[] = [
  ['that approves no step', { ...approval, step: undefined }, 'spec'],
  ['of a verb that is none', { ...approval, verb: 'promote' }, 'spec.verb'],
  ['with a hash that is none', { ...approval, stepHash: 'x' }, 'spec.stepHash'],
]

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
