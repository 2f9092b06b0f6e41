import { describe, expect, it } from 'vitest'
import { decisionCrd } from '../../../api/crds/decision.ts'
import { rolloutCrd } from '../../../api/crds/rollout.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { createCel } from '../../../sandbox/policy/cel.ts'
import { customKind, customKinds } from '../../../sandbox/policy/custom-kind.ts'
import { definitionProblems } from '../../../sandbox/policy/definition-problems.ts'
import { established } from '../../../sandbox/policy/established.ts'

const cel = createCel()

/** The definition of Widgets whose spec has this schema. */
function definition(spec: object, version: object = {}): KubeObject {
  const openAPIV3Schema = { type: 'object', properties: { spec } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, ...version }],
    },
  }
}

const kindOf = (spec: object, version?: object) => customKind(definition(spec, version), 'v1', cel)
const widget = (spec: unknown): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'w' },
  spec,
})
const completed = (schema: object, spec: unknown) => kindOf(schema).complete(widget(spec))['spec']
const causes = (schema: object, spec: unknown, old?: unknown) =>
  kindOf(schema)
    .validate(widget(spec), old === undefined ? undefined : widget(old))
    .map(({ field, message }) => `${field}: ${message}`)
const object = (properties: object, extras: object = {}) => ({ type: 'object', properties, ...extras })
const text = { type: 'string' }
const integer = { type: 'integer' }

describe('an object that comes in', () => {
  it.each<[string, object, unknown, unknown]>([
    ['loses what nobody knows', object({ a: text }), { a: 'x', b: 1 }, { a: 'x' }],
    [
      'keeps it where the schema says so',
      object({ a: text }, { 'x-kubernetes-preserve-unknown-fields': true }),
      { b: 1 },
      { b: 1 },
    ],
    [
      'keeps what is in a map',
      { type: 'object', additionalProperties: object({ a: text }) },
      { k: { a: 'x', b: 1 } },
      { k: { a: 'x' } },
    ],
    ['loses it in lists', { type: 'array', items: object({ a: text }) }, [{ b: 1 }, { a: 'x' }], [{}, { a: 'x' }]],
    ['is given defaults', object({ a: { ...text, default: 'x' } }), {}, { a: 'x' }],
    [
      'is given defaults in defaults',
      object({ in: object({ a: { ...text, default: 'x' } }, { default: {} }) }),
      {},
      { in: { a: 'x' } },
    ],
    ['is given no defaults in what is missing', object({ in: object({ a: { ...text, default: 'x' } }) }), {}, {}],
    ['loses null', object({ a: text }), { a: null }, {}],
    ['has null replaced by the default', object({ a: { ...text, default: 'x' } }), { a: null }, { a: 'x' }],
    [
      'keeps null where it is a value',
      object({ a: { ...text, nullable: true, default: 'x' } }),
      { a: null },
      { a: null },
    ],
    [
      'keeps the kind of an object in it',
      object({}, { 'x-kubernetes-embedded-resource': true }),
      { kind: 'Pod', b: 1 },
      { kind: 'Pod' },
    ],
  ])('%s', (_, schema, spec, wanted) => {
    expect(completed(schema, spec)).toEqual(wanted)
  })

  it('is the very same object where nothing is to do', () => {
    const given = widget({ a: 'x', list: [{ b: 1 }] })
    const kind = kindOf(
      object({ a: { ...text, default: 'y' }, list: { type: 'array', items: object({ b: integer }) } }),
    )
    expect(kind.complete(given)).toBe(given)
  })
})

describe('a value', () => {
  it.each<[string, object, unknown, string]>([
    [
      'of another type',
      integer,
      'x',
      'spec.v: Invalid value: "string": spec.v in body must be of type integer: "string"',
    ],
    [
      'that is null',
      { type: 'array', items: integer },
      [null],
      'spec.v[0]: Invalid value: "null": spec.v[0] in body must be of type integer: "null"',
    ],
    [
      'neither number nor text',
      { 'x-kubernetes-int-or-string': true },
      true,
      'spec.v: Invalid value: "boolean": spec.v in body must be of type integer,string: "boolean"',
    ],
    [
      'too short',
      { ...text, minLength: 2 },
      'x',
      'spec.v: Invalid value: "x": spec.v in body should be at least 2 chars long',
    ],
    [
      'too large',
      { ...integer, maximum: 3 },
      4,
      'spec.v: Invalid value: 4: spec.v in body should be less than or equal to 3',
    ],
    [
      'at an open limit',
      { ...integer, minimum: 3, exclusiveMinimum: true },
      3,
      'spec.v: Invalid value: 3: spec.v in body should be greater than 3',
    ],
    [
      'without enough keys',
      { type: 'object', additionalProperties: text, minProperties: 1 },
      {},
      'spec.v: Invalid value: 0: spec.v in body should have at least 1 properties',
    ],
    [
      'that is no time',
      { ...text, format: 'date-time' },
      'now',
      'spec.v: Invalid value: "now": spec.v in body must be of type date-time: "now"',
    ],
    ['not among numbers', { ...integer, enum: [1, 2] }, 3, 'spec.v: Unsupported value: 3: supported values: "1", "2"'],
    [
      'twice in a set',
      { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
      ['a', 'a'],
      'spec.v[1]: Duplicate value: "a"',
    ],
    [
      'of no alternative',
      { ...integer, anyOf: [{ minimum: 5 }, { maximum: 1 }] },
      3,
      'spec.v: Invalid value: 3: spec.v in body must validate at least one schema (anyOf)',
    ],
    [
      'of two alternatives',
      { ...integer, oneOf: [{ minimum: 1 }, { maximum: 5 }] },
      3,
      'spec.v: Invalid value: 3: spec.v in body must validate one and only one schema (oneOf)',
    ],
  ])('%s is refused in the words of the API server', (_, schema, value, said) => {
    expect(causes(object({ v: schema }), { v: value })).toEqual([said])
  })

  const keyed = {
    type: 'array',
    items: object({ name: text, n: integer }),
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  }
  it('with the keys of another item of its list is refused', () => {
    const items = [{ name: 'a' }, { name: 'b' }, { name: 'a' }]
    expect(causes(object({ v: keyed }), { v: items })).toEqual(['spec.v[2]: Duplicate value: {"name":"a"}'])
  })

  it('that was wrong before and has not changed is let be, also in a list with keys', () => {
    const strict = { ...keyed, items: object({ name: text, n: { ...integer, maximum: 1 } }) }
    const old = { v: [{ name: 'a', n: 9 }] }
    expect(
      causes(
        object({ v: strict }),
        {
          v: [
            { name: 'b', n: 1 },
            { name: 'a', n: 9 },
          ],
        },
        old,
      ),
    ).toEqual([])
    expect(causes(object({ v: strict }), { v: [{ name: 'a', n: 8 }] }, old)).toHaveLength(1)
  })
})

describe('a rule', () => {
  const ruled = (...rules: readonly object[]) =>
    object({ a: integer, b: integer }, { 'x-kubernetes-validations': rules })

  it.each<[string, object, string]>([
    ['by its message', { rule: 'self.a < 1', message: ' too many ' }, 'spec: Invalid value: too many'],
    [
      'by an expression',
      { rule: 'self.a < 1', messageExpression: "'has ' + string(self.a)" },
      'spec: Invalid value: has 3',
    ],
    ['by itself', { rule: 'self.a < 1' }, 'spec: Invalid value: failed rule: self.a < 1'],
    ['at another field', { rule: 'self.a < 1', message: 'no', fieldPath: '.a' }, 'spec.a: Invalid value: no'],
    ['as forbidden', { rule: 'false', message: 'no', reason: 'FieldValueForbidden' }, 'spec: Forbidden: no'],
    [
      'as an error where it fails',
      { rule: 'self.none', message: 'none' },
      'spec: Invalid value: "object": no such key: none evaluating rule: none',
    ],
  ])('is told %s', (_, rule, said) => {
    expect(causes(ruled(rule), { a: 3 })).toEqual([said])
  })

  it('about a change says nothing where there was nothing, and speaks of what has not changed too', () => {
    const grows = ruled({ rule: 'self.a > oldSelf.a', message: 'must grow' })
    expect(causes(grows, { a: 1 })).toEqual([])
    expect(causes(grows, { a: 2 }, { a: 1 })).toEqual([])
    expect(causes(grows, { a: 1 }, { a: 1 })).toEqual(['spec: Invalid value: must grow'])
  })

  it('is not asked of what lacks what it needs, which is said', () => {
    const schema = { ...ruled({ rule: 'self.a < self.b' }), required: ['b'] }
    expect(causes(schema, { a: 3 })).toEqual([
      'spec.b: Required value',
      '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ])
  })
})

describe('a kind', () => {
  it('has the subresources and columns of its version', () => {
    const scale = {
      specReplicasPath: '.spec.n',
      statusReplicasPath: '.status.n',
      labelSelectorPath: '.status.selector',
    }
    const ready = {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      priority: 1,
    }
    const team = { name: 'Team', type: 'string', jsonPath: '.metadata.labels.example\\.com/team' }
    const broken = { name: 'Count', type: 'integer', jsonPath: '.spec.n' }
    const kind = kindOf(object({}), {
      subresources: { status: {}, scale },
      additionalPrinterColumns: [ready, team, broken],
    })
    expect(kind.subresources).toEqual(['status', 'scale'])
    expect(kind.scale).toEqual({ spec: '.spec.n', status: '.status.n', selector: '.status.selector' })
    const shown: KubeObject = {
      ...widget({ n: 'text' }),
      metadata: { name: 'w', labels: { 'example.com/team': 'red' } },
      status: {
        conditions: [
          { type: 'Other', status: 'False' },
          { type: 'Ready', status: 'True' },
        ],
      },
    }
    expect(kind.columns.map(({ name, priority, cell }) => [name, priority, cell(shown, 0)])).toEqual([
      ['Name', 0, 'w'],
      ['Ready', 1, 'True'],
      ['Team', 0, 'red'],
      ['Count', 0, null],
    ])
    expect(kindOf(object({})).columns.map(({ name }) => name)).toEqual(['Name', 'Age'])
  })

  it('is there for each version that is served', () => {
    const twice = definition(object({}))
    const [v1] = (twice['spec'] as { versions: object[] }).versions
    const versions = [
      { ...v1, name: 'v1' },
      { ...v1, name: 'v2', storage: false },
      { ...v1, name: 'v3', served: false, storage: false },
    ]
    const kinds = customKinds({ ...twice, spec: { ...Object(twice['spec']), versions } }, cel)
    expect(kinds.map(({ resource }) => resource.version)).toEqual(['v1', 'v2'])
  })
})

describe('a CustomResourceDefinition', () => {
  const changed = (change: object): KubeObject => {
    const good = definition(object({ a: text }))
    return { ...good, spec: { ...Object(good['spec']), ...change } }
  }
  const version = (name: string, extras: object = {}) => ({
    name,
    served: true,
    storage: true,
    schema: { openAPIV3Schema: object({}) },
    ...extras,
  })
  const schemaOf = (spec: object) => ({ versions: [version('v1', { schema: { openAPIV3Schema: object({ spec }) } })] })

  it('of ours is good', () => {
    for (const crd of [rolloutCrd, decisionCrd, definition(object({}))])
      expect(definitionProblems(crd, cel)).toEqual([])
  })

  it.each<[string, KubeObject, string]>([
    ['another name', changed({ names: { plural: 'gadgets', kind: 'Gadget' } }), 'metadata.name'],
    ['no scope', changed({ scope: undefined }), 'spec.scope'],
    ['two storage versions', changed({ versions: [version('v1'), version('v2')] }), 'spec.versions'],
    ['no schema', changed({ versions: [version('v1', { schema: {} })] }), 'spec.versions[0].schema.openAPIV3Schema'],
    [
      'a field without a type',
      changed(schemaOf({ properties: {} })),
      'spec.versions[0].schema.openAPIV3Schema.properties[spec].type',
    ],
    [
      'a rule that is none',
      changed(schemaOf(object({}, { 'x-kubernetes-validations': [{ rule: 'self.' }] }))),
      'spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule',
    ],
    [
      'a pattern that is none',
      changed(schemaOf({ ...text, pattern: '(' })),
      'spec.versions[0].schema.openAPIV3Schema.properties[spec].pattern',
    ],
    ['conversion by webhook', changed({ conversion: { strategy: 'Webhook' } }), 'spec.conversion.strategy'],
  ])('with %s is refused', (_, crd, field) => {
    expect(definitionProblems(crd, cel).map((cause) => cause.field)).toEqual([field])
  })

  it('is established with the names that it has, once', () => {
    const done = established(definition(object({})), '2026-11-01T00:00:00Z')
    expect(done).toMatchObject({
      spec: { names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' } },
      status: {
        acceptedNames: { plural: 'widgets', kind: 'Widget' },
        storedVersions: ['v1'],
        conditions: [
          { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
          {
            type: 'Established',
            status: 'True',
            reason: 'InitialNamesAccepted',
            lastTransitionTime: '2026-11-01T00:00:00Z',
          },
        ],
      },
    })
    expect(established(done, '2026-12-01T00:00:00Z')).toBe(done)
  })
})
