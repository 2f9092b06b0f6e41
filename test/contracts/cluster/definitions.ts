import { expect } from 'vitest'
import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import { at, listAt } from '../../../cli/json.ts'
import type { KubeClient } from '../../../kube/types.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import { assertEstablished } from './prepare.ts'
import { invalid, notFound, refusal } from './refusal.ts'
import { definitions } from './resources.ts'
import { definitionOf } from './widget.ts'

/** Each case has a group of its own: definitions have no namespace. */
const gadgets = (group: string): Resource => ({
  group,
  version: 'v1',
  plural: 'gadgets',
  kind: 'Gadget',
  namespaced: true,
})

const schemaOf = (properties: JsonObject) => ({
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
})

async function define(client: KubeClient, resource: Resource, version: JsonObject): Promise<KubeObject> {
  const definition = await client.create(definitions, definitionOf(resource, { version }))
  await eventually(() => assertEstablished(client, definition.metadata.name))
  await eventually(() => client.list(resource))
  return definition
}

const gadget = (resource: Resource, namespace: string, spec: JsonObject = {}): KubeObject => ({
  apiVersion: `${resource.group}/v1`,
  kind: resource.kind,
  metadata: { name: 'a', namespace },
  spec,
})

/** [what is wrong, the version as it is written] */
const wrongs: readonly (readonly [string, JsonObject])[] = [
  ['without a schema', {}],
  ['with a property without a type', schemaOf({ size: {} })],
  ['with a list without items', schemaOf({ list: { type: 'array' } })],
  ['with a default that its schema refuses', schemaOf({ size: { type: 'integer', default: 'x' } })],
  [
    'with a rule that cannot be compiled',
    schemaOf({ size: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >' }] } }),
  ],
]

const refusals = wrongs.map(
  ([what, version], index): ContractCase => ({
    title: `a definition ${what} is Invalid`,
    async run(bed) {
      const resource = gadgets(`wrong-${index}.contract.test`)
      const refused = await refusal(bed.client.create(definitions, definitionOf(resource, { version })))
      expect(refused).toMatchObject(invalid)
      expect(refused.fields.join()).toContain('spec.')
    },
  }),
)

export const definitionCases: Chapter = {
  concern: 'definitions',
  cases: [
    {
      title: 'a definition is established, its names accepted, and the kind is served',
      async run(bed) {
        const resource = gadgets('served.contract.test')
        await define(bed.client, resource, schemaOf({ size: { type: 'integer' } }))
        const definition = await bed.client.get(definitions, { name: 'gadgets.served.contract.test' })
        const conditions = listAt(definition, 'status', 'conditions')
        expect(conditions).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ type: 'Established', status: 'True' }),
            expect.objectContaining({ type: 'NamesAccepted', status: 'True' }),
          ]),
        )
        expect(at(definition, 'status', 'acceptedNames', 'kind')).toBe('Gadget')
        expect(at(definition, 'status', 'storedVersions')).toEqual(['v1'])
        const made = await bed.client.create(resource, gadget(resource, bed.namespace, { size: 1 }))
        expect(made).toMatchObject({ metadata: { generation: 1 }, spec: { size: 1 } })
      },
    },
    {
      title: 'a definition must be named after its kind and group',
      async run(bed) {
        const definition = definitionOf(gadgets('named.contract.test'), { version: schemaOf({}) })
        const other = { ...definition, metadata: { name: 'others.named.contract.test' } }
        expect(await refusal(bed.client.create(definitions, other))).toMatchObject({
          ...invalid,
          fields: ['metadata.name'],
        })
      },
    },
    ...refusals,
    {
      title: 'without a status subresource the status is written with the object, and generation counts it',
      async run(bed) {
        const resource = gadgets('plain.contract.test')
        const { schema } = schemaOf({})
        const properties = {
          ...schema.openAPIV3Schema.properties,
          status: { type: 'object', properties: { up: { type: 'boolean' } } },
        }
        await define(bed.client, resource, { schema: { openAPIV3Schema: { type: 'object', properties } } })
        const made = await bed.client.create(resource, { ...gadget(resource, bed.namespace), status: { up: true } })
        expect(made['status']).toEqual({ up: true })
        const stored = await bed.client.replace(resource, { ...made, status: { up: false } })
        expect(stored).toMatchObject({ status: { up: false }, metadata: { generation: 2 } })
        const missing = bed.client.replace(resource, stored, { subresource: 'status' })
        expect(await refusal(missing)).toMatchObject({ status: 404 })
      },
    },
    {
      title: 'a changed schema is in force soon, for what is there as for what is made',
      async run(bed) {
        const resource = gadgets('changed.contract.test')
        await define(bed.client, resource, schemaOf({ size: { type: 'integer' } }))
        const made = await bed.client.create(resource, gadget(resource, bed.namespace, { size: 5 }))
        const versions = [
          { name: 'v1', served: true, storage: true, ...schemaOf({ size: { type: 'integer', maximum: 3 } }) },
        ]
        const name = { name: 'gadgets.changed.contract.test' }
        await bed.client.patch(definitions, name, { type: 'merge', body: { spec: { versions } } })
        await eventually(async () => {
          const other = gadget(resource, bed.namespace, { size: 6 })
          const create = bed.client.create(
            resource,
            { ...other, metadata: { ...other.metadata, name: 'b' } },
            { dryRun: true },
          )
          expect(await refusal(create)).toMatchObject({ ...invalid, fields: ['spec.size'] })
        })
        const labelled = { ...made, metadata: { ...made.metadata, labels: { k: 'v' } } }
        expect((await bed.client.replace(resource, labelled)).metadata.labels).toEqual({ k: 'v' })
        const patch = { type: 'merge', body: { spec: { size: 7 } } } as const
        const refused = await refusal(bed.client.patch(resource, { namespace: bed.namespace, name: 'a' }, patch))
        expect(refused).toMatchObject({ ...invalid, fields: ['spec.size'] })
      },
    },
    {
      title: 'with a definition go its objects, and then the kind is served no more',
      async run(bed) {
        const resource = gadgets('gone.contract.test')
        await define(bed.client, resource, schemaOf({}))
        await bed.client.create(resource, gadget(resource, bed.namespace))
        const name = { name: 'gadgets.gone.contract.test' }
        await bed.client.delete(definitions, name)
        await eventually(async () => expect(await refusal(bed.client.get(definitions, name))).toMatchObject(notFound))
        await eventually(async () => expect((await refusal(bed.client.list(resource))).status).toBe(404))
      },
    },
    {
      title: 'a definition waits for the finalizers of its objects',
      async run(bed) {
        const resource = gadgets('kept.contract.test')
        await define(bed.client, resource, schemaOf({}))
        const object = gadget(resource, bed.namespace)
        await bed.client.create(resource, {
          ...object,
          metadata: { ...object.metadata, finalizers: ['contract.test/keep'] },
        })
        const name = { name: 'gadgets.kept.contract.test' }
        await bed.client.delete(definitions, name)
        await eventually(async () => {
          const { metadata } = await bed.client.get(resource, { namespace: bed.namespace, name: 'a' })
          expect(metadata.deletionTimestamp).toBeDefined()
        })
        expect((await bed.client.get(definitions, name)).metadata.deletionTimestamp).toBeDefined()
        const body = { metadata: { finalizers: null } }
        await bed.client.patch(resource, { namespace: bed.namespace, name: 'a' }, { type: 'merge', body })
        await eventually(async () => expect(await refusal(bed.client.get(definitions, name))).toMatchObject(notFound))
      },
    },
  ],
}
