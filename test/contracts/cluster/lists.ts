import { expect } from 'vitest'
import { deploymentResource, podResource } from '../../../api/names.ts'
import { at, listAt } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { badRequest, refusal } from './refusal.ts'
import { configMaps } from './resources.ts'
import { configMap, deployment } from './shop.ts'

const labelled = { a: { tier: 'web', env: 'prod' }, b: { tier: 'web' }, c: { tier: 'db', env: 'test' }, d: {} }

/** Four ConfigMaps, and a label by which to leave out those that the cluster itself makes. */
async function makeFour(bed: Bed): Promise<void> {
  await Promise.all(
    Object.entries(labelled).map(([name, labels]) =>
      bed.make(configMaps, configMap(name, {}, { labels: { ours: 'yes', ...labels } })),
    ),
  )
}

const namesIn = async (bed: Bed, selection: object) =>
  (await bed.client.list(configMaps, { namespace: bed.namespace, ...selection })).items.map(
    ({ metadata }) => metadata.name,
  )

const labelSelectors: readonly (readonly [string, readonly string[]])[] = [
  ['tier=web', ['a', 'b']],
  ['tier==web,env=prod', ['a']],
  ['tier!=web,ours', ['c', 'd']],
  ['tier in (web, db)', ['a', 'b', 'c']],
  ['tier notin (web),ours=yes', ['c', 'd']],
  ['env,ours', ['a', 'c']],
  ['!env,ours', ['b', 'd']],
  ['tier=nothing', []],
]

const selectors: readonly ContractCase[] = [
  ...labelSelectors.map(([labelSelector, names]) => ({
    title: `a list by the labels ${labelSelector} holds what matches`,
    async run(bed: Bed) {
      await makeFour(bed)
      expect(await namesIn(bed, { labelSelector })).toEqual(names)
    },
  })),
  {
    title: 'a label selector that cannot be read is a BadRequest',
    async run(bed) {
      expect(await refusal(bed.client.list(configMaps, { labelSelector: 'a in b' }))).toMatchObject(badRequest)
    },
  },
  {
    title: 'a list by the fields metadata.name and metadata.namespace holds what matches',
    async run(bed) {
      await makeFour(bed)
      expect(await namesIn(bed, { fieldSelector: 'metadata.name=b' })).toEqual(['b'])
      const others = { fieldSelector: 'metadata.name!=b', labelSelector: 'ours' }
      expect(await namesIn(bed, others)).toEqual(['a', 'c', 'd'])
      const everywhere = await bed.client.list(configMaps, {
        fieldSelector: `metadata.namespace=${bed.namespace}`,
        labelSelector: 'ours',
      })
      expect(everywhere.items).toHaveLength(4)
    },
  },
  {
    title: 'a field that a kind is not selected by is a BadRequest',
    async run(bed) {
      const refused = await refusal(bed.client.list(configMaps, { fieldSelector: 'data.k=v' }))
      expect(refused).toMatchObject(badRequest)
    },
  },
  {
    title: 'pods are selected by their phase and their node',
    async run(bed) {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p' },
        spec: { nodeName: 'nowhere', containers: [{ name: 'a', image: 'a' }] },
      }
      await bed.make(podResource, pod)
      const count = async (fieldSelector: string) =>
        (await bed.client.list(podResource, { namespace: bed.namespace, fieldSelector })).items.length
      expect(await count('spec.nodeName=nowhere')).toBe(1)
      expect(await count('spec.nodeName=node-0')).toBe(0)
      expect(await count('status.phase=Failed')).toBe(0)
      expect(await count('status.phase!=Failed')).toBe(1)
    },
  },
]

const pages: readonly ContractCase[] = [
  {
    title: 'a list is in the order of names, and has a version',
    async run(bed) {
      for (const name of ['c', 'a', 'b']) await bed.make(configMaps, configMap(name, {}, { labels: { ours: 'yes' } }))
      const list = await bed.client.list(configMaps, { namespace: bed.namespace, labelSelector: 'ours' })
      expect(list.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c'])
      expect(Number(list.resourceVersion)).toBeGreaterThan(0)
    },
  },
  {
    title: 'pages of a list hold every object once, and all are of one version',
    async run(bed) {
      await makeFour(bed)
      const all = { namespace: bed.namespace, limit: 2 }
      const first = await bed.client.list(configMaps, all)
      expect(first).toMatchObject({ items: [{}, {}], continue: expect.any(String) })
      await bed.make(configMaps, configMap('zz'))
      const rest = await bed.client.listAll(configMaps, { ...all, continue: first.continue ?? '' })
      const names = [...first.items, ...rest.items].map(({ metadata }) => metadata.name)
      expect(names.filter((name) => name.length < 3).sort()).toEqual(['a', 'b', 'c', 'd'])
      expect(rest.resourceVersion).toBe(first.resourceVersion)
    },
  },
  {
    title: 'pages of what labels select are filled with what matches',
    async run(bed) {
      await makeFour(bed)
      const selection = { namespace: bed.namespace, labelSelector: 'tier=web', limit: 1 }
      const first = await bed.client.list(configMaps, selection)
      const rest = await bed.client.listAll(configMaps, { ...selection, continue: first.continue ?? '' })
      const names = [...first.items, ...rest.items].map(({ metadata }) => metadata.name)
      expect(names).toEqual(['a', 'b'])
    },
  },
  {
    title: 'a page token that is none is a BadRequest',
    async run(bed) {
      const refused = await refusal(bed.client.list(configMaps, { continue: 'nonsense', limit: 5 }))
      expect(refused).toMatchObject(badRequest)
    },
  },
  {
    title: 'a list of all namespaces has each object with its namespace',
    async run(bed) {
      await bed.make(configMaps, configMap('a', {}, { labels: { everywhere: bed.namespace } }))
      const { items } = await bed.client.list(configMaps, { labelSelector: `everywhere=${bed.namespace}` })
      expect(items.map(({ metadata }) => metadata.namespace)).toEqual([bed.namespace])
    },
  },
  {
    title: 'a list with resourceVersion 0 answers, and is a list to watch from',
    async run(bed) {
      const list = await bed.client.list(configMaps, { namespace: bed.namespace, resourceVersion: '0' })
      expect(Number(list.resourceVersion)).toBeGreaterThan(0)
    },
  },
]

const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

const tables: readonly ContractCase[] = [
  {
    title: 'a list as a table has the columns that kubectl shows, and the metadata of each row',
    async run(bed) {
      await bed.make(deploymentResource, deployment('web', { replicas: 0 }))
      const path = `/apis/apps/v1/namespaces/${bed.namespace}/deployments`
      const { body } = await bed.wire.send('GET', path, { accept: asTable })
      expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' })
      const columns = listAt(body, 'columnDefinitions').filter((column) => at(column, 'priority') === 0)
      expect(columns.map((column) => at(column, 'name'))).toEqual(['Name', 'Ready', 'Up-to-date', 'Available', 'Age'])
      expect(listAt(body, 'rows')).toMatchObject([
        {
          cells: expect.arrayContaining(['web', '0/0']),
          object: { kind: 'PartialObjectMetadata', metadata: { name: 'web' } },
        },
      ])
    },
  },
  {
    title: 'one object as a table is a table of one row',
    async run(bed) {
      await bed.make(configMaps, configMap('a', { data: { k: 'v' } }))
      const path = `/api/v1/namespaces/${bed.namespace}/configmaps/a`
      const { body } = await bed.wire.send('GET', path, { accept: asTable })
      expect(listAt(body, 'columnDefinitions').map((column) => at(column, 'name'))).toEqual(['Name', 'Data', 'Age'])
      expect(listAt(body, 'rows').map((row) => at(row, 'cells'))).toEqual([['a', 1, expect.any(String)]])
    },
  },
]

export const lists: Chapter = { concern: 'lists', cases: [...selectors, ...pages, ...tables] }
