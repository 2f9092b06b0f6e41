import { expect } from 'vitest'
import type { JsonObject } from '../../../api/json.ts'
import { at, listAt } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { ContractCase } from './contract.ts'
import { invalid, refusal } from './refusal.ts'
import { widget, widgets } from './widget.ts'

const named = (bed: Bed) => ({ namespace: bed.namespace, name: 'a' })
const path = (bed: Bed, more = '') => `/apis/contract.test/v1/namespaces/${bed.namespace}/widgets${more}`
const patch = (bed: Bed, body: unknown) => bed.client.patch(widgets, named(bed), { type: 'merge', body })

/** [what is wrong, of the spec, the field that is named, what is said of it: our CLI shows that] */
const wrongs: readonly (readonly [string, JsonObject, string, string])[] = [
  ['without what is required', { size: undefined }, 'spec.size', 'Required value'],
  [
    'with text where a number belongs',
    { size: 'x' },
    'spec.size',
    'Invalid value: "string": spec.size in body must be of type integer: "string"',
  ],
  [
    'with a fraction where an integer belongs',
    { size: 1.5 },
    'spec.size',
    'Invalid value: "number": spec.size in body must be of type integer: "number"',
  ],
  [
    'with a number where text belongs',
    { code: 1 },
    'spec.code',
    'Invalid value: "integer": spec.code in body must be of type string: "integer"',
  ],
  [
    'with text where a truth value belongs',
    { open: 'yes' },
    'spec.open',
    'Invalid value: "string": spec.open in body must be of type boolean: "string"',
  ],
  [
    'with an object where a list belongs',
    { tags: {} },
    'spec.tags',
    'Invalid value: "object": spec.tags in body must be of type array: "object"',
  ],
  [
    'below the minimum',
    { size: 0 },
    'spec.size',
    'Invalid value: 0: spec.size in body should be greater than or equal to 1',
  ],
  [
    'above the maximum',
    { size: 10 },
    'spec.size',
    'Invalid value: 10: spec.size in body should be less than or equal to 9',
  ],
  [
    'with text where a number with a fraction belongs',
    { share: '1' },
    'spec.share',
    'Invalid value: "string": spec.share in body must be of type number: "string"',
  ],
  [
    'below a minimum with a fraction',
    { share: 0.25 },
    'spec.share',
    'Invalid value: 0.25: spec.share in body should be greater than or equal to 0.5',
  ],
  [
    'with a number in a map of texts',
    { notes: { a: 1 } },
    'spec.notes.a',
    'Invalid value: "integer": spec.notes.a in body must be of type string: "integer"',
  ],
  [
    'outside of the enumeration',
    { color: 'blue' },
    'spec.color',
    'Unsupported value: "blue": supported values: "red", "green"',
  ],
  ['off the pattern', { code: 'ABC' }, 'spec.code', `Invalid value: "ABC": spec.code in body should match '^[a-z]+$'`],
  ['too short', { code: 'a' }, 'spec.code', 'Invalid value: "a": spec.code in body should be at least 2 chars long'],
  ['too long', { code: 'abcde' }, 'spec.code', 'Too long: may not be more than 4 bytes'],
  [
    'with a time that is none',
    { since: 'yesterday' },
    'spec.since',
    'Invalid value: "yesterday": spec.since in body must be of type date-time: "yesterday"',
  ],
  [
    'with a list too short',
    { tags: [] },
    'spec.tags',
    'Invalid value: 0: spec.tags in body should have at least 1 items',
  ],
  ['with a list too long', { tags: ['a', 'b', 'c', 'd'] }, 'spec.tags', 'Too many: 4: must have at most 3 items'],
  ['with a bad item of a list', { tags: ['a', 'abcdef'] }, 'spec.tags[1]', 'Too long: may not be more than 5 bytes'],
  [
    'with a bad value of a map',
    { limits: { cpu: 10 } },
    'spec.limits.cpu',
    'Invalid value: 10: spec.limits.cpu in body should be less than or equal to 9',
  ],
  [
    'with a truth value for a number or text',
    { amount: true },
    'spec.amount',
    'Invalid value: "boolean": spec.amount in body must be of type integer,string: "boolean"',
  ],
  [
    'with text off the pattern for a number or text',
    { amount: '5' },
    'spec.amount',
    `Invalid value: "5": spec.amount in body should match '^[0-9]+%$'`,
  ],
  ['with an item without its key', { parts: [{ weight: 1 }] }, 'spec.parts[0].name', 'Required value'],
  [
    'with two items of one key',
    { parts: [{ name: 'x' }, { name: 'x' }] },
    'spec.parts[1]',
    'Duplicate value: {"name":"x"}',
  ],
  ['with one thing twice in a set', { set: ['x', 'x'] }, 'spec.set[1]', 'Duplicate value: "x"'],
  ['against a rule', { wait: '0s' }, 'spec.wait', `Invalid value: "0s": failed rule: duration(self) > duration('0s')`],
  ['against a rule that cannot be evaluated', { wait: 'soon' }, 'spec.wait', 'Invalid value: "string": '],
  [
    'against a rule of an item',
    { parts: [{ name: 'x' }, { name: 'y', weight: -1 }] },
    'spec.parts[1]',
    'Invalid value: has no weight',
  ],
  [
    'against a rule that names a field',
    { size: 3, replicas: 2 },
    'spec.replicas',
    'Invalid value: needs more replicas',
  ],
]

/** What a schema asks of a custom resource. */
export const schemas: readonly ContractCase[] = [
  ...wrongs.map(([what, spec, field, said]) => ({
    title: `a custom resource ${what} is refused by its field, and told why`,
    async run(bed: Bed) {
      const refused = await refusal(bed.make(widgets, widget('a', spec)))
      expect(refused).toMatchObject({ ...invalid, fields: [field] })
      expect(refused.message).toContain(`${field}: ${said}`)
    },
  })),
  {
    title: 'a custom resource with one of everything is taken as it is',
    async run(bed) {
      const spec = {
        size: 9,
        color: 'green',
        code: 'abc',
        since: '2026-11-01T00:00:00Z',
        fixed: 'x',
        wait: '1m30s',
        ratio: 0.5,
        open: false,
        amount: '50%',
        replicas: 9,
        free: { any: { thing: [1] } },
        limits: { cpu: 9 },
        nested: { depth: 1 },
        tags: ['a'],
        set: ['x', 'y'],
        parts: [{ name: 'x', weight: 0 }],
      }
      expect((await bed.make(widgets, widget('a', spec)))['spec']).toEqual(spec)
    },
  },
  ...[0, -1.5e-9, 'text', true, [1, { a: [] }], { deep: { er: 1 } }].map((anything) => ({
    title: `a field that takes anything keeps ${JSON.stringify(anything)} as it is`,
    async run(bed: Bed) {
      const made = await bed.make(widgets, widget('a', { anything, share: 0.5, notes: { a: '', 'b.c': 'd' } }))
      expect(made['spec']).toEqual({ size: 1, color: 'red', anything, share: 0.5, notes: { a: '', 'b.c': 'd' } })
    },
  })),
  {
    title: 'the message of a rule is what it was declared to be, or what its expression says',
    async run(bed) {
      const named = await refusal(bed.make(widgets, { ...widget('a'), metadata: { name: 'a'.repeat(21) } }))
      expect(named.message).toContain('has too long a name')
      const many = await refusal(bed.make(widgets, widget('a', { size: 6, replicas: 2 })))
      expect(many.message).toContain('spec.replicas: Invalid value: needs many replicas')
    },
  },
  {
    title: 'rules are left unchecked while the schema is not met, and a cause about no field says so',
    async run(bed) {
      const answer = await bed.wire.send('POST', path(bed), { body: widget('a', { size: 'x', wait: '0s' }) })
      const causes = listAt(answer.body, 'details', 'causes')
      expect(causes.map((cause) => at(cause, 'field'))).toEqual(['spec.size', '<nil>'])
    },
  },
  {
    title: 'a rule about a change holds for changes alone',
    async run(bed) {
      await bed.make(widgets, widget('a', { fixed: 'x' }))
      expect(await refusal(patch(bed, { spec: { fixed: 'y' } }))).toMatchObject({ ...invalid, fields: ['spec.fixed'] })
      expect(at(await patch(bed, { spec: { fixed: null } }), 'spec')).not.toHaveProperty('fixed')
      expect(at(await patch(bed, { spec: { fixed: 'z' } }), 'spec', 'fixed')).toBe('z')
    },
  },
  {
    title:
      'defaults are filled in, nested ones where their parent is there, and null is as good as nothing where it is not allowed',
    async run(bed) {
      expect((await bed.make(widgets, widget('a')))['spec']).toEqual({ size: 1, color: 'red' })
      const nested = await bed.make(widgets, widget('b', { nested: {}, note: null, color: null, ratio: null }))
      expect(nested['spec']).toEqual({ size: 1, color: 'red', nested: { depth: 3 }, note: null })
    },
  },
  {
    title: 'unknown fields are dropped, with a warning, but where they are to be kept',
    async run(bed) {
      const body = { ...widget('a', { sise: 2, nested: { deep: 1 }, free: { x: { y: 1 } } }), more: 1 }
      const { body: stored, warnings } = await bed.wire.send('POST', path(bed), { body })
      expect(stored['spec']).toEqual({ size: 1, color: 'red', nested: { depth: 3 }, free: { x: { y: 1 } } })
      expect(stored).not.toHaveProperty('more')
      expect([...warnings].sort()).toEqual([
        'unknown field "more"',
        'unknown field "spec.nested.deep"',
        'unknown field "spec.sise"',
      ])
    },
  },
  {
    title: 'unknown fields are refused under fieldValidation=Strict, by name',
    async run(bed) {
      const answer = await bed.wire.send('POST', path(bed, '?fieldValidation=Strict'), {
        body: widget('a', { sise: 2 }),
      })
      expect(answer).toMatchObject({ status: 400, body: { reason: 'BadRequest' } })
      expect(answer.body['message']).toContain('unknown field "spec.sise"')
    },
  },
]
