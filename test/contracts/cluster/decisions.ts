import { expect } from 'vitest'
import type { JsonObject } from '../../../api/json.ts'
import { decisionResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import { approval } from '../../api/bed.ts'
import { allow } from './access-objects.ts'
import type { Bed } from './bed.ts'
import type { ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import { forbidden, refusal } from './refusal.ts'

const decide = (client: Bed['client'], bed: Bed, name: string, spec: JsonObject) =>
  client.create(decisionResource, {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'Decision',
    metadata: { name, namespace: bed.namespace },
    spec: { ...approval, ...spec },
  })
const makeDecisions = { apiGroups: ['sluice.dev'], resources: ['decisions'], verbs: ['create'] }
const approveShop = { apiGroups: ['sluice.dev'], resources: ['rollouts'], resourceNames: ['shop'], verbs: ['approve'] }

/** How our policy makes a Decision as good as a signature. */
export const signing: readonly ContractCase[] = [
  {
    title: 'a Decision in the name of another is refused, from an administrator too',
    async run(bed) {
      const refused = await refusal(decide(bed.client, bed, 'one', { decidedBy: 'bob' }))
      expect(refused).toMatchObject(forbidden)
      expect(refused.message).toContain(
        'spec.decidedBy is bob, but you are admin: nobody decides in the name of another',
      )
      expect((await decide(bed.client, bed, 'two', { decidedBy: 'admin' })).metadata.uid).toBeDefined()
    },
  },
  {
    title: 'a Decision takes the right to its verb on that Rollout, which the policy asks of RBAC',
    async run(bed) {
      const me = `system:serviceaccount:${bed.namespace}:default`
      const client = await bed.actingAs('default')
      await allow(bed, 'maker', [makeDecisions])
      const refused = await eventually(async () => {
        const answer = await refusal(decide(client, bed, 'one', { decidedBy: me }))
        expect(answer.message).toContain('may not approve Rollout shop')
        return answer
      })
      expect(refused).toMatchObject(forbidden)
      await allow(bed, 'approver', [approveShop])
      await eventually(() => decide(client, bed, 'two', { decidedBy: me }))
      const other = await refusal(decide(client, bed, 'three', { decidedBy: me, rollout: 'other' }))
      expect(other.message).toContain('may not approve Rollout other')
      const verb = await refusal(decide(client, bed, 'four', { decidedBy: me, verb: 'rollback' }))
      expect(verb.message).toContain('may not rollback Rollout shop')
      expect(
        at(await bed.client.get(decisionResource, { namespace: bed.namespace, name: 'two' }), 'spec', 'decidedBy'),
      ).toBe(me)
    },
  },
]
