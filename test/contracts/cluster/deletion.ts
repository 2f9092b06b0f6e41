import { expect } from 'vitest'
import type { KubeObject } from '../../../api/kube-object.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { conflict, invalid, notFound, refusal } from './refusal.ts'
import { configMaps, replicaSets } from './resources.ts'
import { configMap, deployment } from './shop.ts'

const finalizers = ['contract.test/one', 'contract.test/two']
const named = (bed: Bed) => ({ namespace: bed.namespace, name: 'a' })
const read = (bed: Bed) => bed.client.get(configMaps, named(bed))
const set = (bed: Bed, metadata: unknown) =>
  bed.client.patch(configMaps, named(bed), { type: 'merge', body: { metadata } })

async function marked(bed: Bed): Promise<KubeObject> {
  await bed.make(configMaps, configMap('a', {}, { finalizers }))
  await bed.client.delete(configMaps, named(bed))
  return read(bed)
}

export const deletion: Chapter = {
  concern: 'deletion',
  cases: [
    {
      title: 'a deleted object is gone, and gone is NotFound',
      async run(bed) {
        await bed.make(configMaps, configMap('a'))
        await bed.client.delete(configMaps, named(bed))
        expect(await refusal(read(bed))).toMatchObject(notFound)
        expect(await refusal(bed.client.delete(configMaps, named(bed)))).toMatchObject(notFound)
      },
    },
    {
      title: 'a deletion that means another uid is a Conflict, and deletes nothing',
      async run(bed) {
        const made = await bed.make(configMaps, configMap('a'))
        const refused = await refusal(bed.client.delete(configMaps, named(bed), { uid: 'another' }))
        expect(refused).toMatchObject(conflict)
        expect(await read(bed)).toEqual(made)
      },
    },
    {
      title: 'a deletion that means another version is a Conflict, that which means this one deletes',
      async run(bed) {
        const made = await bed.make(configMaps, configMap('a'))
        const { uid = '', resourceVersion = '' } = await set(bed, { labels: { k: 'v' } }).then(
          ({ metadata }) => metadata,
        )
        const late = bed.client.delete(configMaps, named(bed), {
          uid,
          resourceVersion: made.metadata.resourceVersion ?? '',
        })
        expect(await refusal(late)).toMatchObject(conflict)
        await bed.client.delete(configMaps, named(bed), { uid, resourceVersion })
        expect(await refusal(read(bed))).toMatchObject(notFound)
      },
    },
    {
      title: 'an object that is made again under the name has another uid',
      async run(bed) {
        const first = await bed.make(configMaps, configMap('a'))
        await bed.client.delete(configMaps, named(bed))
        const second = await bed.make(configMaps, configMap('a'))
        expect(second.metadata.uid).not.toBe(first.metadata.uid)
      },
    },
    {
      title: 'an object with finalizers is only marked, and stays to be read and written',
      async run(bed) {
        const object = await marked(bed)
        expect(object.metadata.deletionTimestamp).toMatch(/Z$/)
        expect(object.metadata.finalizers).toEqual(finalizers)
        expect((await set(bed, { labels: { k: 'v' } })).metadata.labels).toEqual({ k: 'v' })
      },
    },
    {
      title: 'a second deletion changes nothing',
      async run(bed) {
        const object = await marked(bed)
        await bed.client.delete(configMaps, named(bed))
        expect(await read(bed)).toEqual(object)
      },
    },
    {
      title: 'the mark of deletion cannot be taken off',
      async run(bed) {
        const object = await marked(bed)
        const after = await set(bed, { deletionTimestamp: null, labels: { k: 'v' } })
        expect(after.metadata.deletionTimestamp).toBe(object.metadata.deletionTimestamp)
      },
    },
    {
      title: 'a finalizer cannot be added once the object is marked',
      async run(bed) {
        await marked(bed)
        const refused = await refusal(set(bed, { finalizers: [...finalizers, 'contract.test/three'] }))
        expect(refused).toMatchObject({ ...invalid, fields: ['metadata.finalizers'] })
      },
    },
    {
      title: 'with its last finalizer the object goes, by PUT as by patch',
      async run(bed) {
        const object = await marked(bed)
        const [first = ''] = finalizers
        const fewer = await bed.client.replace(configMaps, {
          ...object,
          metadata: { ...object.metadata, finalizers: [first] },
        })
        expect(fewer.metadata.finalizers).toEqual([first])
        await set(bed, { finalizers: null })
        expect(await refusal(read(bed))).toMatchObject(notFound)
      },
    },
    {
      title: 'the mark of deletion counts as a change of the spec',
      async run(bed) {
        const { spec } = deployment('a', { replicas: 0 })
        const { template, selector } = Object(spec)
        const object = {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: { name: 'a', finalizers },
          spec: { replicas: 0, template, selector },
        }
        await bed.make(replicaSets, object)
        await bed.client.delete(replicaSets, named(bed), { propagationPolicy: 'Background' })
        expect((await bed.client.get(replicaSets, named(bed))).metadata.generation).toBe(2)
      },
    },
    {
      title: 'kubectl’s and helm’s DELETE without a body deletes in the background',
      async run(bed) {
        await bed.make(configMaps, configMap('a'))
        const path = `/api/v1/namespaces/${bed.namespace}/configmaps/a`
        const answer = await bed.wire.send('DELETE', path)
        expect(answer).toMatchObject({
          status: 200,
          body: { kind: 'Status', status: 'Success', details: { name: 'a' } },
        })
      },
    },
    {
      title: 'a collection is deleted by its labels',
      async run(bed) {
        await Promise.all(['a', 'b'].map((name) => bed.make(configMaps, configMap(name, {}, { labels: { name } }))))
        await bed.wire.send('DELETE', `/api/v1/namespaces/${bed.namespace}/configmaps?labelSelector=name%3Da`)
        const { items } = await bed.client.list(configMaps, { namespace: bed.namespace, labelSelector: 'name' })
        expect(items.map(({ metadata }) => metadata.name)).toEqual(['b'])
      },
    },
  ],
}
