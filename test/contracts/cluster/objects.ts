import { expect } from 'vitest'
import type { Bed } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import { badRequest, exists, forbidden, invalid, notFound, refusal } from './refusal.ts'
import { replacement } from './replacement.ts'
import { configMaps, namespaces, secrets } from './resources.ts'
import { configMap } from './shop.ts'

const named = (bed: Bed, name = 'a') => ({ namespace: bed.namespace, name })

const creation: readonly ContractCase[] = [
  {
    title: 'a created object has a uid of its own, a version, a time, and what was sent',
    async run(bed) {
      const [a, b] = await Promise.all([
        bed.make(configMaps, configMap('a', { data: { k: 'v' } })),
        bed.make(configMaps, configMap('b')),
      ])
      expect(a).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { k: 'v' } })
      expect(a.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
      expect(a.metadata.uid).not.toBe(b.metadata.uid)
      expect(a.metadata.resourceVersion).toMatch(/^[0-9]+$/)
      expect(a.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      expect(await bed.client.get(configMaps, named(bed))).toEqual(a)
    },
  },
  {
    title: 'a name that is taken is AlreadyExists',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      expect(await refusal(bed.make(configMaps, configMap('a')))).toMatchObject(exists)
    },
  },
  {
    title: 'an object cannot be created with a resourceVersion',
    async run(bed) {
      const versioned = configMap('a', {}, { resourceVersion: '1' })
      expect((await refusal(bed.make(configMaps, versioned))).status).toBeGreaterThanOrEqual(400)
      expect(await refusal(bed.client.get(configMaps, named(bed)))).toMatchObject(notFound)
    },
  },
  {
    title: 'generateName is continued with five characters, another time with others',
    async run(bed) {
      const path = `/api/v1/namespaces/${bed.namespace}/configmaps`
      const body = { metadata: { generateName: 'made-' } }
      const made = await Promise.all([bed.client.request('POST', path, body), bed.client.request('POST', path, body)])
      const { items } = await bed.client.list(configMaps, { namespace: bed.namespace })
      const names = items.map(({ metadata }) => metadata.name).filter((name) => /^made-[a-z0-9]{5}$/.test(name))
      expect(new Set(names).size).toBe(made.length)
    },
  },
  {
    title: 'a namespace that is not there is NotFound',
    async run(bed) {
      expect(await refusal(bed.make(configMaps, configMap('a', {}, { namespace: 'nowhere' })))).toMatchObject(notFound)
    },
  },
  {
    title: 'a namespace in deletion takes nothing new, and says why',
    async run(bed) {
      await bed.make(configMaps, configMap('a', {}, { finalizers: ['contract.test/keep'] }))
      await bed.client.delete(namespaces, { name: bed.namespace })
      const { body, status } = await eventually(async () => {
        const answer = await bed.wire.send('POST', `/api/v1/namespaces/${bed.namespace}/configmaps`, {
          body: configMap('b'),
        })
        if (answer.status === 201) throw new Error('it is taken still')
        return answer
      })
      expect({ status, reason: body.reason }).toEqual(forbidden)
      expect(body['message']).toContain(`namespace ${bed.namespace} because it is being terminated`)
      const unkept = { metadata: { finalizers: null } }
      await bed.client.patch(configMaps, named(bed), { type: 'merge', body: unkept })
    },
  },
  {
    title: 'a namespace in the body must be that of the path',
    async run(bed) {
      const path = `/api/v1/namespaces/${bed.namespace}/configmaps`
      const body = configMap('a', {}, { namespace: 'default' })
      expect(await refusal(bed.client.request('POST', path, body))).toMatchObject(badRequest)
    },
  },
  {
    title: 'an object without a name is refused by that field',
    async run(bed) {
      const path = `/api/v1/namespaces/${bed.namespace}/configmaps`
      const refused = await refusal(bed.client.request('POST', path, { metadata: {} }))
      expect(refused).toMatchObject({ ...invalid, fields: ['metadata.name'] })
    },
  },
  {
    title: 'a body of another kind than the path is refused',
    async run(bed) {
      const path = `/api/v1/namespaces/${bed.namespace}/configmaps`
      const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }
      expect(await refusal(bed.client.request('POST', path, body))).toMatchObject(badRequest)
    },
  },
  {
    title: 'a Secret keeps stringData as base64 data',
    async run(bed) {
      const secret = await bed.make(secrets, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'a', labels: { owner: 'helm' } },
        type: 'helm.sh/release.v1',
        data: { release: 'aGVsbG8=' },
        stringData: { more: 'hello' },
      })
      expect(secret).toMatchObject({ type: 'helm.sh/release.v1', data: { release: 'aGVsbG8=', more: 'aGVsbG8=' } })
      expect(secret['stringData']).toBeUndefined()
    },
  },
]

const names: readonly (readonly [string, string])[] = [
  ['in capitals', 'Shop'],
  ['with an underscore', 'a_b'],
  ['that begins with a dash', '-a'],
  ['of 254 characters', 'a'.repeat(254)],
]

const badMetadata: readonly ContractCase[] = [
  ...names.map(([what, name]) => ({
    title: `a name ${what} is refused by its field`,
    async run(bed: Bed) {
      expect(await refusal(bed.make(configMaps, configMap(name)))).toMatchObject({
        ...invalid,
        fields: ['metadata.name'],
      })
    },
  })),
  {
    title: 'a label with a value of 64 characters is refused by its field',
    async run(bed) {
      const refused = await refusal(bed.make(configMaps, configMap('a', {}, { labels: { k: 'x'.repeat(64) } })))
      expect(refused).toMatchObject({ ...invalid, fields: ['metadata.labels'] })
    },
  },
  {
    title: 'an annotation with a key that is none is refused by its field',
    async run(bed) {
      const refused = await refusal(bed.make(configMaps, configMap('a', {}, { annotations: { 'a b': 'x' } })))
      expect(refused).toMatchObject({ ...invalid, fields: ['metadata.annotations'] })
    },
  },
  {
    title: 'a finalizer without a slash is refused',
    async run(bed) {
      const refused = await refusal(bed.make(configMaps, configMap('a', {}, { finalizers: ['keep'] })))
      expect(refused).toMatchObject({ ...invalid, fields: ['metadata.finalizers[0]'] })
    },
  },
]

export const objects: Chapter = { concern: 'objects', cases: [...creation, ...replacement, ...badMetadata] }
