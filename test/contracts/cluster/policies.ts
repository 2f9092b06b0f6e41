import { expect } from 'vitest'
import type { JsonObject, StringMap } from '../../../api/json.ts'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import {
  mutatingBindingResource,
  mutatingPolicyResource,
  validatingBindingResource,
  validatingPolicyResource,
} from '../../../api/names.ts'
import type { Bed } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { signing } from './decisions.ts'
import { eventually } from './eventually.ts'
import { forbidden, invalid, refusal } from './refusal.ts'
import { configMaps } from './resources.ts'
import { configMap } from './shop.ts'

/** Policies have no namespace, so each case matches only objects that carry a label of its own. */
const labelOf = (bed: Bed): StringMap => ({ 'contract.test/case': bed.namespace })

function constraints(bed: Bed, operations: readonly string[] = ['CREATE', 'UPDATE']): JsonObject {
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations, resources: ['configmaps'] }
  return { matchPolicy: 'Equivalent', objectSelector: { matchLabels: labelOf(bed) }, resourceRules: [rule] }
}

function policy({ kind }: Resource, bed: Bed, spec: JsonObject): KubeObject {
  const apiVersion = 'admissionregistration.k8s.io/v1'
  return { apiVersion, kind, metadata: { name: bed.namespace }, spec }
}

async function mutating(bed: Bed, expression: string, more: JsonObject = {}): Promise<void> {
  const mutations = [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }]
  const spec = { matchConstraints: constraints(bed), reinvocationPolicy: 'Never', mutations, ...more }
  await bed.client.create(mutatingPolicyResource, policy(mutatingPolicyResource, bed, spec))
  await bed.client.create(mutatingBindingResource, policy(mutatingBindingResource, bed, { policyName: bed.namespace }))
}

async function validating(bed: Bed, spec: JsonObject, ...validationActions: readonly string[]): Promise<void> {
  const whole = { matchConstraints: constraints(bed), ...spec }
  await bed.client.create(validatingPolicyResource, policy(validatingPolicyResource, bed, whole))
  const binding = { policyName: bed.namespace, validationActions }
  await bed.client.create(validatingBindingResource, policy(validatingBindingResource, bed, binding))
}

const tryOne = (bed: Bed, data: JsonObject = {}, client = bed.client) =>
  client.create(configMaps, configMap('try', { data }, { namespace: bed.namespace, labels: labelOf(bed) }), {
    dryRun: true,
  })
const inForce = (bed: Bed) =>
  eventually(async () => expect((await tryOne(bed))['data']).toMatchObject({ added: 'yes' }))
const addYes = "Object{data: {'added': 'yes'}}"

const mutatingCases: readonly ContractCase[] = [
  {
    title: 'a mutating policy changes what matches it, and nothing else',
    async run(bed) {
      await mutating(bed, addYes)
      await inForce(bed)
      expect((await tryOne(bed, { k: 'v' }))['data']).toEqual({ k: 'v', added: 'yes' })
      expect((await bed.make(configMaps, configMap('a', { data: { k: 'v' } })))['data']).toEqual({ k: 'v' })
    },
  },
  {
    title: 'a mutating policy holds back where a condition is not met',
    async run(bed) {
      const matchConditions = [{ name: 'not-free', expression: "!has(object.data) || !('free' in object.data)" }]
      await mutating(bed, addYes, { matchConditions })
      await inForce(bed)
      expect((await tryOne(bed, { free: 'yes' }))['data']).toEqual({ free: 'yes' })
    },
  },
  {
    title:
      'a condition that cannot be evaluated refuses the write under failurePolicy Fail, and lets it through under Ignore',
    async run(bed) {
      const matchConditions = [{ name: 'has-one', expression: "object.data.one == '1'" }]
      await mutating(bed, addYes, { matchConditions, failurePolicy: 'Fail' })
      await eventually(async () => expect((await tryOne(bed, { one: '1' }))['data']).toMatchObject({ added: 'yes' }))
      expect((await refusal(tryOne(bed, { two: '2' }))).status).toBeGreaterThanOrEqual(400)
      const patch = { type: 'merge', body: { spec: { failurePolicy: 'Ignore' } } } as const
      await bed.client.patch(mutatingPolicyResource, { name: bed.namespace }, patch)
      await eventually(async () => expect((await tryOne(bed, { two: '2' }))['data']).toEqual({ two: '2' }))
    },
  },
  {
    title: 'an expression sees the object as it was, and who writes',
    async run(bed) {
      const expression =
        "Object{data: {'before': string(oldObject.data['k']), 'by': request.userInfo.username, 'in': request.namespace}}"
      const rules = { matchConstraints: constraints(bed, ['UPDATE']) }
      await mutating(bed, expression, rules)
      await bed.make(configMaps, configMap('a', { data: { k: '1' } }, { labels: labelOf(bed) }))
      await eventually(async () => {
        const name = { namespace: bed.namespace, name: 'a' }
        const patch = { type: 'merge', body: { data: { k: '2' } } } as const
        const { data } = await bed.client.patch(configMaps, name, patch, { dryRun: true })
        expect(data).toEqual({ k: '2', before: '1', by: 'admin', in: bed.namespace })
      })
    },
  },
  {
    title: 'a policy that is deleted is in force no more, and is again once it is made again',
    async run(bed) {
      await mutating(bed, addYes)
      await inForce(bed)
      await bed.client.delete(mutatingPolicyResource, { name: bed.namespace })
      await eventually(async () => expect((await tryOne(bed, { k: 'v' }))['data']).toEqual({ k: 'v' }))
      await bed.client.delete(mutatingBindingResource, { name: bed.namespace })
      await mutating(bed, addYes)
      await inForce(bed)
    },
  },
  {
    title: 'a policy without a binding is in force no more',
    async run(bed) {
      await mutating(bed, addYes)
      await inForce(bed)
      await bed.client.delete(mutatingBindingResource, { name: bed.namespace })
      await eventually(async () => expect((await tryOne(bed, { k: 'v' }))['data']).toEqual({ k: 'v' }))
    },
  },
  {
    title: 'a mutating policy whose expression cannot be compiled is Invalid, by the field of the expression',
    async run(bed) {
      const refused = await refusal(mutating(bed, 'Object{data: '))
      expect(refused).toMatchObject({ ...invalid, fields: ['spec.mutations[0].applyConfiguration.expression'] })
    },
  },
]

const noBad = { expression: "!('bad' in object.data)", message: 'bad is bad' }
const denied = (bed: Bed) => eventually(async () => expect((await refusal(tryOne(bed, { bad: 'x' }))).status).toBe(422))

const validatingCases: readonly ContractCase[] = [
  {
    title: 'a validating policy denies with its message, naming itself and its binding',
    async run(bed) {
      await validating(bed, { validations: [noBad] }, 'Deny')
      await denied(bed)
      const refused = await refusal(tryOne(bed, { bad: 'x' }))
      expect(refused).toMatchObject({ status: 422, reason: 'Invalid' })
      expect(refused.message).toContain(
        `ValidatingAdmissionPolicy '${bed.namespace}' with binding '${bed.namespace}' denied request: bad is bad`,
      )
      expect((await tryOne(bed, { good: 'x' }))['data']).toEqual({ good: 'x' })
    },
  },
  {
    title: 'a validating policy denies with the code that its reason stands for, and an expression for a message',
    async run(bed) {
      const validation = { ...noBad, reason: 'Forbidden', messageExpression: "'not ' + object.data['bad']" }
      await validating(bed, { validations: [validation] }, 'Deny')
      const refused = await eventually(() => refusal(tryOne(bed, { bad: 'this' })))
      expect(refused).toMatchObject(forbidden)
      expect(refused.message).toContain('denied request: not this')
    },
  },
  {
    title: 'a validating policy that only warns lets through, and warns in a dry run too',
    async run(bed) {
      await validating(bed, { validations: [noBad] }, 'Warn')
      const { client, warnings } = bed.listening()
      await eventually(async () => {
        await tryOne(bed, { bad: 'x' }, client)
        expect(warnings).not.toEqual([])
      })
      expect(warnings[0]).toBe(
        `Validation failed for ValidatingAdmissionPolicy '${bed.namespace}' with binding '${bed.namespace}': bad is bad`,
      )
    },
  },
  {
    title: 'a validating policy sees what a mutating one has made',
    async run(bed) {
      await mutating(bed, addYes)
      await inForce(bed)
      await validating(bed, { validations: [{ expression: "!('added' in object.data)", message: 'seen' }] }, 'Deny')
      await eventually(async () => expect((await refusal(tryOne(bed))).message).toContain('seen'))
    },
  },
  {
    title: 'a validating policy whose expression cannot be compiled is Invalid, by the field of the expression',
    async run(bed) {
      const refused = await refusal(validating(bed, { validations: [{ expression: 'object.' }] }, 'Deny'))
      expect(refused).toMatchObject({ ...invalid, fields: ['spec.validations[0].expression'] })
    },
  },
]

export const policies: Chapter = { concern: 'policies', cases: [...mutatingCases, ...validatingCases, ...signing] }
