import { expect } from 'vitest'
import type { Resource } from '../../../api/kube-object.ts'
import { at, listAt } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { invalid, refusal } from './refusal.ts'
import { schemas } from './schemas.ts'
import { widget, widgets } from './widget.ts'

const named = (bed: Bed) => ({ namespace: bed.namespace, name: 'a' })
const path = (bed: Bed, more = '') => `/apis/contract.test/v1/namespaces/${bed.namespace}/widgets${more}`
const patch = (bed: Bed, body: unknown) => bed.client.patch(widgets, named(bed), { type: 'merge', body })

const subresources: readonly ContractCase[] = [
  {
    title: 'a custom resource is made without a status, and a write of it leaves the status alone',
    async run(bed) {
      const made = await bed.make(widgets, widget('a', {}, { status: { phase: 'Up' } }))
      expect(made).not.toHaveProperty('status')
      expect(await patch(bed, { spec: { size: 2 }, status: { phase: 'Up' } })).not.toHaveProperty('status')
    },
  },
  {
    title: 'a write of the status changes nothing else, neither spec nor labels nor generation',
    async run(bed) {
      const made = await bed.make(widgets, widget('a'))
      const changed = {
        ...made,
        metadata: { ...made.metadata, labels: { k: 'v' } },
        spec: { size: 9 },
        status: { phase: 'Up', lost: 1 },
      }
      const stored = await bed.client.replace(widgets, changed, { subresource: 'status' })
      expect(stored).toMatchObject({ spec: made['spec'], status: { phase: 'Up' }, metadata: { generation: 1 } })
      expect(stored['status']).toEqual({ phase: 'Up' })
      expect(stored.metadata.labels).toBeUndefined()
    },
  },
  {
    title: 'a status is checked by its schema, and dropped fields of it are none',
    async run(bed) {
      await bed.make(widgets, widget('a'))
      const write = bed.client.patch(
        widgets,
        named(bed),
        { type: 'merge', body: { status: { phase: 'Left' } } },
        { subresource: 'status' },
      )
      expect(await refusal(write)).toMatchObject({ ...invalid, fields: ['status.phase'] })
    },
  },
  {
    title: 'generation of a custom resource counts changes of the spec, not of labels or annotations',
    async run(bed) {
      await bed.make(widgets, widget('a'))
      expect(
        (await patch(bed, { metadata: { labels: { k: 'v' }, annotations: { k: 'v' } } })).metadata.generation,
      ).toBe(1)
      expect((await patch(bed, { spec: { size: 2 } })).metadata.generation).toBe(2)
    },
  },
  {
    title: 'a PUT of a custom resource needs a version, of its status too',
    async run(bed) {
      const made = await bed.make(widgets, widget('a'))
      const { resourceVersion: _left, ...metadata } = made.metadata
      for (const options of [{}, { subresource: 'status' } as const]) {
        const refused = await refusal(bed.client.replace(widgets, { ...made, metadata }, options))
        expect(refused).toMatchObject({ ...invalid, fields: ['metadata.resourceVersion'] })
      }
    },
  },
  {
    title: 'the scale of a custom resource is read and written where its definition says',
    async run(bed) {
      await bed.make(widgets, widget('a', { replicas: 2 }))
      const status = { replicas: 1, selector: 'app=a' }
      await bed.client.patch(widgets, named(bed), { type: 'merge', body: { status } }, { subresource: 'status' })
      const { body } = await bed.wire.send('GET', path(bed, '/a/scale'))
      expect(body).toMatchObject({ kind: 'Scale', spec: { replicas: 2 }, status: { replicas: 1, selector: 'app=a' } })
      await bed.wire.send('PUT', path(bed, '/a/scale'), { body: { ...body, spec: { replicas: 5 } } })
      expect(at(await bed.client.get(widgets, named(bed)), 'spec', 'replicas')).toBe(5)
    },
  },
]

const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

const shown: readonly ContractCase[] = [
  {
    title: 'a table of custom resources has the columns of the definition',
    async run(bed) {
      await bed.make(widgets, widget('a', { size: 3, note: 'hi' }))
      const { body } = await bed.wire.send('GET', path(bed), { accept: asTable })
      const columns = listAt(body, 'columnDefinitions').map((column) => [
        at(column, 'name'),
        at(column, 'type'),
        at(column, 'priority'),
      ])
      expect(columns).toEqual([
        ['Name', 'string', 0],
        ['Size', 'integer', 0],
        ['Phase', 'string', 0],
        ['Note', 'string', 1],
        ['Age', 'date', 0],
      ])
      expect(listAt(body, 'rows').map((row) => at(row, 'cells'))).toEqual([['a', 3, null, 'hi', expect.any(String)]])
    },
  },
  {
    title: 'discovery lists a custom resource with its verbs, short names, categories and subresources',
    async run(bed) {
      const resources = listAt(await bed.client.request('GET', '/apis/contract.test/v1'), 'resources')
      expect(resources).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            name: 'widgets',
            singularName: 'widget',
            namespaced: true,
            kind: 'Widget',
            shortNames: ['wd'],
            categories: ['contract'],
          }),
          expect.objectContaining({ name: 'widgets/status', kind: 'Widget' }),
          expect.objectContaining({ name: 'widgets/scale', kind: 'Scale', group: 'autoscaling', version: 'v1' }),
        ]),
      )
      const verbs = listAt(
        resources.find((one) => at(one, 'name') === 'widgets'),
        'verbs',
      )
      expect(verbs.map(String).sort()).toEqual([
        'create',
        'delete',
        'deletecollection',
        'get',
        'list',
        'patch',
        'update',
        'watch',
      ])
      const groups = listAt(await bed.client.request('GET', '/apis'), 'groups')
      expect(groups).toContainEqual(
        expect.objectContaining({
          name: 'contract.test',
          preferredVersion: { groupVersion: 'contract.test/v1', version: 'v1' },
        }),
      )
    },
  },
  {
    title: 'a version that the definition does not have is not served',
    async run(bed) {
      const other: Resource = { ...widgets, version: 'v2' }
      expect((await refusal(bed.client.list(other))).status).toBe(404)
    },
  },
]

export const customResources: Chapter = { concern: 'custom resources', cases: [...schemas, ...subresources, ...shown] }
