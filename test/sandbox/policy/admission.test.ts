import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../api/kube-object.ts'
import {
  mutatingBindingResource,
  mutatingPolicyResource,
  validatingBindingResource,
  validatingPolicyResource,
} from '../../../api/names.ts'
import { admissionObject } from '../../../api/policies/policy.ts'
import { createAdmission } from '../../../sandbox/policy/admission.ts'
import { createCel } from '../../../sandbox/policy/cel.ts'
import { policyProblems } from '../../../sandbox/policy/policy-problems.ts'
import { deploymentWith } from '../../builders/deployment.ts'
import { stored, updateOf } from './stored.ts'

const everyUpdate = {
  resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }],
}
const apply = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } })

/** A policy and its binding. */
const validating = (spec: object, binding: object = { validationActions: ['Deny'] }) => [
  admissionObject(validatingPolicyResource, 'rule', { matchConstraints: everyUpdate, ...spec }),
  admissionObject(validatingBindingResource, 'rule', { policyName: 'rule', ...binding }),
]
const mutating = (name: string, spec: object) => [
  admissionObject(mutatingPolicyResource, name, { matchConstraints: everyUpdate, ...spec }),
  admissionObject(mutatingBindingResource, name, { policyName: name }),
]

const namespace = (labels: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels },
})

const admission = (...objects: readonly KubeObject[]) =>
  createAdmission({ api: stored(...objects), authorize: () => true, cel: createCel() })

const old = deploymentWith({ metadata: { labels: { tier: 'front' } } })
const object = deploymentWith({ metadata: { labels: { tier: 'back' } }, spec: { replicas: 5 } })
const request = updateOf(old, object)
const validate = (...objects: readonly KubeObject[]) => admission(...objects).validate(request)
const refused = { validations: [{ expression: 'object.spec.replicas < 5' }] }
const admitted = 'admitted'
/** The refusal's message. */
function saidOf(judge: () => unknown): string {
  try {
    judge()
    return admitted
  } catch (error) {
    return String(error)
  }
}
const says = 'failed expression: object.spec.replicas < 5'

describe('a validating policy', () => {
  it('denies in the words of the API server', () => {
    expect(() => validate(...validating(refused))).toThrow(
      expect.objectContaining({
        code: 422,
        reason: 'Invalid',
        message: `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'rule' with binding 'rule' denied request: ${says}`,
        causes: [
          { field: '', message: `ValidatingAdmissionPolicy 'rule' with binding 'rule' denied request: ${says}` },
        ],
      }),
    )
  })

  it.each([
    ['Forbidden', 403],
    ['Unauthorized', 401],
    ['RequestEntityTooLarge', 413],
    ['Invalid', 422],
  ])('that gives %s as its reason answers %i', (reason, code) => {
    const spec = { validations: [{ expression: 'false', reason, message: 'no' }] }
    expect(() => validate(...validating(spec))).toThrow(expect.objectContaining({ code, reason }))
  })

  it('that only audits says nothing', () => {
    expect(validate(...validating(refused, { validationActions: ['Audit'] }))).toEqual([])
  })

  it('without a binding is not in force', () => {
    expect(validate(...validating(refused).slice(0, 1))).toEqual([])
  })

  it.each<[string, object, string]>([
    ['its message expression', { messageExpression: "'has ' + string(object.spec.replicas)", message: 'x' }, 'has 5'],
    ['its message where the expression fails', { messageExpression: 'object.none', message: ' plain ' }, 'plain'],
    ['its message where the expression gives two lines', { messageExpression: "'a\\nb'", message: 'plain' }, 'plain'],
  ])('says %s', (_, message, said) => {
    const spec = { validations: [{ expression: 'false', ...message }] }
    const [warning] = validate(...validating(spec, { validationActions: ['Warn'] }))
    expect(warning).toBe(`Validation failed for ValidatingAdmissionPolicy 'rule' with binding 'rule': ${said}`)
  })

  it.each<[string, object, boolean]>([
    ['the labels that an object had', { objectSelector: { matchLabels: { tier: 'front' } } }, true],
    ['the labels that an object has', { objectSelector: { matchLabels: { tier: 'back' } } }, true],
    ['other labels', { objectSelector: { matchLabels: { tier: 'none' } } }, false],
    ['the labels of the Namespace', { namespaceSelector: { matchLabels: { env: 'prod' } } }, true],
    ['another Namespace', { namespaceSelector: { matchLabels: { env: 'test' } } }, false],
    ['what is excluded', { excludeResourceRules: everyUpdate.resourceRules }, false],
    ['an empty selector', { objectSelector: {}, namespaceSelector: {} }, true],
  ])('chosen by %s, by the policy or by the binding', (_, match, applies) => {
    const warned = { validationActions: ['Warn'] }
    const byPolicy = validating({ ...refused, matchConstraints: { ...everyUpdate, ...match } }, warned)
    const byBinding = validating(refused, { ...warned, matchResources: match })
    for (const objects of [byPolicy, byBinding]) {
      expect(validate(namespace({ env: 'prod' }), ...objects)).toHaveLength(applies ? 1 : 0)
    }
  })

  it.each<[string, string, boolean]>([
    ['deployments', '', true],
    ['deployments', 'scale', false],
    ['deployments/scale', 'scale', true],
    ['deployments/*', 'scale', true],
    ['*/scale', 'scale', true],
    ['*', 'scale', false],
    ['*/*', 'scale', true],
    ['pods', '', false],
  ])('about %s, asked for subresource "%s": %s', (resources, subresource, applies) => {
    const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: [resources] }
    const objects = validating({ ...refused, matchConstraints: { resourceRules: [rule] } })
    const asked = subresource === '' ? request : { ...request, subresource }
    expect(saidOf(() => admission(...objects).validate(asked))).toContain(applies ? says : admitted)
  })

  const broken = "expression 'object.none' resulted in error: no such key: none"
  it.each<[string, readonly string[], string, string]>([
    ['all true', ['true', "request.operation == 'UPDATE'"], says, says],
    ['one false, whatever fails beside it', ['object.none', 'false'], admitted, admitted],
    ['one that fails', ['true', 'object.none'], broken, admitted],
  ])('with conditions, %s', (_, expressions, said, saidIgnoring) => {
    const matchConditions = expressions.map((expression, index) => ({ name: `c${index}`, expression }))
    const failing = saidOf(() => validate(...validating({ ...refused, matchConditions })))
    const ignoring = { ...refused, matchConditions, failurePolicy: 'Ignore' }
    expect(failing).toContain(said)
    expect(saidOf(() => validate(...validating(ignoring)))).toContain(saidIgnoring)
  })

  it('has variables, each of the ones before it', () => {
    const variables = [
      { name: 'count', expression: 'object.spec.replicas' },
      { name: 'twice', expression: 'variables.count * 2' },
    ]
    const spec = { variables, validations: [{ expression: 'variables.twice == 10 && variables.twice < 10' }] }
    expect(() => validate(...validating(spec))).toThrow('failed expression')
    const broken = { variables, validations: [{ expression: 'variables.none == 1' }] }
    expect(() => validate(...validating(broken))).toThrow('no such key: none')
  })

  it('sees the request, its Namespace and the rights of its caller', () => {
    const seen =
      "request.userInfo.username == 'ann' && request.kind.kind == 'Deployment' && request.resource.resource == 'deployments' && request.name == 'web' && request.namespace == 'shop' && !request.dryRun && namespaceObject.metadata.labels.env == 'prod' && authorizer.group('').resource('pods').check('get').allowed()"
    expect(validate(namespace({ env: 'prod' }), ...validating({ validations: [{ expression: seen }] }))).toEqual([])
  })

  it('never judges policies', () => {
    const resource = validatingPolicyResource
    expect(admission(...validating(refused)).validate({ ...request, resource })).toEqual([])
  })
})

describe('a mutating policy', () => {
  const mark = (name: string, expression: string, spec: object = {}) =>
    mutating(name, { mutations: [apply(expression)], ...spec })
  const labelled = (key: string, value: string) => `Object{metadata: Object.metadata{labels: {'${key}': ${value}}}}`
  const marked = (...objects: readonly KubeObject[]) => admission(...objects).mutate(request)?.metadata.labels

  it('merges what it applies and shares what it leaves', () => {
    const changed = admission(...mark('a', 'Object{spec: Object.spec{paused: true}}')).mutate(request)
    expect(changed).toEqual({ ...object, spec: { ...Object(object['spec']), paused: true } })
    expect(changed?.metadata).toBe(object.metadata)
  })

  it('that applies what is there already gives the very same object', () => {
    expect(admission(...mark('a', 'Object{spec: Object.spec{replicas: 5}}')).mutate(request)).toBe(object)
  })

  it('sees what those before it have changed', () => {
    const second = mark('b', labelled('second', 'object.metadata.labels.first'))
    expect(marked(...mark('a', labelled('first', "'1'")), ...second)).toMatchObject({ first: '1', second: '1' })
  })

  it('is invoked again after a later one if it asks for that', () => {
    const copy = "has(object.metadata.labels.late) ? object.metadata.labels.late : 'none'"
    const late = mark('b', labelled('late', "'yes'"))
    expect(marked(...mark('a', labelled('early', copy)), ...late)).toMatchObject({ early: 'none' })
    const again = { reinvocationPolicy: 'IfNeeded' }
    expect(marked(...mark('a', labelled('early', copy), again), ...late)).toMatchObject({ early: 'yes' })
  })

  it('that fails denies with 403, or is passed over', () => {
    const fails = () => marked(...mark('a', labelled('x', 'object.none')))
    expect(fails).toThrow(
      expect.objectContaining({
        code: 403,
        reason: 'Invalid',
        message: expect.stringContaining("policy 'a' with binding 'a' denied request: expression"),
      }),
    )
    expect(marked(...mark('a', labelled('x', 'object.none'), { failurePolicy: 'Ignore' }))).toEqual({ tier: 'back' })
  })

  it('that would have to merge two lists is refused rather than obeyed in part', () => {
    const template = "Object.spec.template{spec: Object.spec.template.spec{containers: [{'name': 'sidecar'}]}}"
    const sidecar = mark('a', `Object{spec: Object.spec{template: ${template}}}`)
    expect(() => marked(...sidecar)).toThrow('containers: applying a list to a list')
  })
})

describe('a policy that cannot be evaluated here', () => {
  it.each<[string, readonly KubeObject[], string]>([
    [
      'an expression that is none',
      validating({ validations: [{ expression: 'object.' }] }),
      'spec.validations[0].expression',
    ],
    ['parameters', validating({ ...refused, paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }), 'spec.paramKind'],
    ['a JSON patch', mutating('a', { mutations: [{ patchType: 'JSONPatch' }] }), 'spec.mutations[0].patchType'],
    ['no rules', validating({ ...refused, matchConstraints: {} }), 'spec.matchConstraints.resourceRules'],
  ])('is refused when it has %s', (_, [policy], field) => {
    expect(policy && policyProblems(policy, createCel())).toMatchObject([{ field }])
  })
})
