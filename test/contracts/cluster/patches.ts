import { expect } from 'vitest'
import type { Resource } from '../../../api/kube-object.ts'
import { deploymentResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { JsonPatchOp } from '../../../kube/types.ts'
import type { Bed } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { badRequest, conflict, invalid, notFound, refusal } from './refusal.ts'
import { configMaps } from './resources.ts'
import { configMap, deployment } from './shop.ts'
import { strategics } from './strategic-patches.ts'

const named = (bed: Bed, name = 'a') => ({ namespace: bed.namespace, name })
const merge = (bed: Bed, body: unknown, resource: Resource = configMaps) =>
  bed.client.patch(resource, named(bed), { type: 'merge', body })
const json = (bed: Bed, ...body: readonly JsonPatchOp[]) =>
  bed.client.patch(configMaps, named(bed), { type: 'json', body })

const merges: readonly ContractCase[] = [
  {
    title: 'a merge patch sets what it names, removes what it nulls, and leaves the rest',
    async run(bed) {
      await bed.make(configMaps, configMap('a', { data: { one: '1', two: '2', three: '3' } }))
      expect((await merge(bed, { data: { one: 'x', two: null, four: '4' } }))['data']).toEqual({
        one: 'x',
        three: '3',
        four: '4',
      })
    },
  },
  {
    title: 'a merge patch replaces lists as a whole',
    async run(bed) {
      await bed.make(deploymentResource, deployment('a', { replicas: 0 }))
      const containers = [{ name: 'other', image: 'other' }]
      const object = await merge(bed, { spec: { template: { spec: { containers } } } }, deploymentResource)
      expect(at(object, 'spec', 'template', 'spec', 'containers')).toMatchObject(containers)
    },
  },
  {
    title: 'a merge patch with an older version is a Conflict, with this one it is taken',
    async run(bed) {
      const made = await bed.make(configMaps, configMap('a'))
      const { resourceVersion } = made.metadata
      const patch = (k: string) => merge(bed, { metadata: { resourceVersion }, data: { k } })
      expect((await patch('1'))['data']).toEqual({ k: '1' })
      expect(await refusal(patch('2'))).toMatchObject(conflict)
    },
  },
  {
    title: 'a patch cannot give another uid',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      expect(await refusal(merge(bed, { metadata: { uid: 'another' } }))).toMatchObject({
        ...invalid,
        fields: ['metadata.uid'],
      })
    },
  },
  {
    title: 'a patch of what is not there is NotFound',
    async run(bed) {
      expect(await refusal(merge(bed, { data: {} }))).toMatchObject(notFound)
    },
  },
  {
    title: 'a patch cannot give another name',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      expect(await refusal(merge(bed, { metadata: { name: 'b' } }))).toMatchObject(badRequest)
    },
  },
  {
    title: 'a patch whose outcome is invalid is refused by the field',
    async run(bed) {
      await bed.make(deploymentResource, deployment('a', { replicas: 0 }))
      const refused = await refusal(merge(bed, { spec: { replicas: -1 } }, deploymentResource))
      expect(refused).toMatchObject({ ...invalid, fields: ['spec.replicas'] })
    },
  },
  {
    title: 'a patch that is no JSON object is a BadRequest',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      const path = `/api/v1/namespaces/${bed.namespace}/configmaps/a`
      const answer = await bed.wire.send('PATCH', path, { body: '{"data":', type: 'application/merge-patch+json' })
      expect(answer.status).toBe(400)
    },
  },
  {
    title: 'a patch of an unknown kind is UnsupportedMediaType',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      const path = `/api/v1/namespaces/${bed.namespace}/configmaps/a`
      expect((await bed.wire.send('PATCH', path, { body: {} })).status).toBe(415)
    },
  },
]

const jsons: readonly ContractCase[] = [
  {
    title: 'a JSON patch adds, replaces, removes, copies and moves, with escaped keys',
    async run(bed) {
      await bed.make(configMaps, configMap('a', { data: { one: '1', two: '2' } }, { annotations: { 'a/b': 'x' } }))
      const object = await json(
        bed,
        { op: 'test', path: '/data/one', value: '1' },
        { op: 'replace', path: '/data/one', value: 'x' },
        { op: 'add', path: '/data/three', value: '3' },
        { op: 'copy', from: '/data/three', path: '/data/four' },
        { op: 'move', from: '/data/two', path: '/data/five' },
        { op: 'remove', path: '/metadata/annotations/a~1b' },
        { op: 'add', path: '/metadata/finalizers', value: ['contract.test/a'] },
        { op: 'add', path: '/metadata/finalizers/-', value: 'contract.test/b' },
      )
      expect(object['data']).toEqual({ one: 'x', three: '3', four: '3', five: '2' })
      expect(object.metadata.annotations).toBeUndefined()
      expect(object.metadata.finalizers).toEqual(['contract.test/a', 'contract.test/b'])
    },
  },
  {
    title: 'a JSON patch whose test fails is Invalid and changes nothing',
    async run(bed) {
      const made = await bed.make(configMaps, configMap('a', { data: { one: '1' } }))
      const patch = json(bed, { op: 'remove', path: '/data/one' }, { op: 'test', path: '/metadata/name', value: 'b' })
      expect(await refusal(patch)).toMatchObject({ status: 422, reason: 'Invalid' })
      expect(await bed.client.get(configMaps, named(bed))).toEqual(made)
    },
  },
  {
    title: 'a JSON patch whose path leads nowhere is Invalid',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      const replaced = json(bed, { op: 'replace', path: '/data/one', value: 'x' })
      expect(await refusal(replaced)).toMatchObject({ status: 422, reason: 'Invalid' })
      const removed = json(bed, { op: 'remove', path: '/data/one' })
      expect(await refusal(removed)).toMatchObject({ status: 422, reason: 'Invalid' })
      const deep = json(bed, { op: 'add', path: '/data/one', value: 'x' })
      expect(await refusal(deep)).toMatchObject({ status: 422, reason: 'Invalid' })
    },
  },
  {
    title: 'a JSON patch that tests the version is how our hold is lifted: stale, it is refused',
    async run(bed) {
      const made = await bed.make(configMaps, configMap('a'))
      const { resourceVersion = '' } = made.metadata
      const patch = (value: string) =>
        json(
          bed,
          { op: 'test', path: '/metadata/resourceVersion', value },
          { op: 'add', path: '/data', value: { k: 'v' } },
        )
      expect((await patch(resourceVersion))['data']).toEqual({ k: 'v' })
      expect(await refusal(patch(resourceVersion))).toMatchObject({ status: 422 })
    },
  },
]

export const patches: Chapter = { concern: 'patches', cases: [...merges, ...jsons, ...strategics] }
