import { expect } from 'vitest'
import type { KubeObject, OwnerReference } from '../../../api/kube-object.ts'
import { deploymentResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import { notFound, refusal } from './refusal.ts'
import { configMaps, namespaces } from './resources.ts'
import { podsOf, read, rolledOut, setsOf, web } from './rollouts-seen.ts'
import { configMap, lingering } from './shop.ts'

const named = (bed: Bed, name: string) => ({ namespace: bed.namespace, name })
const finalizers = ['contract.test/keep']

function ownedBy({ apiVersion, kind, metadata }: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', ...more }
}

const owned = (bed: Bed, name: string, ...ownerReferences: readonly OwnerReference[]) =>
  bed.make(configMaps, configMap(name, {}, { ownerReferences }))
const expectGone = (bed: Bed, name: string) =>
  eventually(async () => expect(await refusal(bed.client.get(configMaps, named(bed, name)))).toMatchObject(notFound))
const free = (bed: Bed, name: string) =>
  bed.client.patch(configMaps, named(bed, name), { type: 'merge', body: { metadata: { finalizers: null } } })

const owners: readonly ContractCase[] = [
  {
    title: 'with a Deployment that is deleted in the background go its ReplicaSets and pods',
    async run(bed) {
      await rolledOut(bed)
      await bed.client.delete(deploymentResource, web(bed), { propagationPolicy: 'Background' })
      expect(await refusal(read(bed))).toMatchObject(notFound)
      await eventually(async () => {
        expect(await setsOf(bed)).toEqual([])
        expect(await podsOf(bed)).toEqual([])
      })
    },
  },
  {
    title: 'a deletion that says nothing of dependents deletes them in the background',
    async run(bed) {
      await rolledOut(bed)
      await bed.client.delete(deploymentResource, web(bed))
      expect(await refusal(read(bed))).toMatchObject(notFound)
      await eventually(async () => expect(await podsOf(bed)).toEqual([]))
    },
  },
  {
    title: 'a Deployment that is deleted in the foreground stays, marked, until its pods are gone',
    async run(bed) {
      await rolledOut(bed, { annotations: lingering(500) })
      await bed.client.delete(deploymentResource, web(bed), { propagationPolicy: 'Foreground' })
      const marked = await read(bed)
      expect(marked.metadata).toMatchObject({
        finalizers: ['foregroundDeletion'],
        deletionTimestamp: expect.any(String),
      })
      await eventually(async () => expect(await refusal(read(bed))).toMatchObject(notFound))
      expect(await podsOf(bed)).toEqual([])
    },
  },
  {
    title: 'a Deployment that is deleted as an orphaner leaves its ReplicaSet and pods behind, owned by nobody',
    async run(bed) {
      await rolledOut(bed)
      await bed.client.delete(deploymentResource, web(bed), { propagationPolicy: 'Orphan' })
      await eventually(async () => expect(await refusal(read(bed))).toMatchObject(notFound))
      const [set] = await setsOf(bed)
      expect(set?.metadata.ownerReferences).toBeUndefined()
      expect(set?.metadata.deletionTimestamp).toBeUndefined()
      expect(await podsOf(bed)).toHaveLength(1)
    },
  },
  {
    title: 'an object whose owner was never there is collected',
    async run(bed) {
      await owned(bed, 'a', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: 'nobody',
        uid: '3f0a4b0e-0000-4000-8000-000000000000',
      })
      await expectGone(bed, 'a')
    },
  },
  {
    title: 'an object whose owner was made again under its name, with another uid, is collected',
    async run(bed) {
      const owner = await bed.make(configMaps, configMap('owner'))
      await bed.client.delete(configMaps, named(bed, 'owner'))
      await bed.make(configMaps, configMap('owner'))
      await owned(bed, 'a', ownedBy(owner))
      await expectGone(bed, 'a')
    },
  },
  {
    title: 'an object with two owners stays while one of them is there, and loses the reference to the other',
    async run(bed) {
      const [one, two] = [await bed.make(configMaps, configMap('one')), await bed.make(configMaps, configMap('two'))]
      await owned(bed, 'a', ownedBy(one), ownedBy(two))
      await bed.client.delete(configMaps, named(bed, 'one'))
      await eventually(async () => {
        const { metadata } = await bed.client.get(configMaps, named(bed, 'a'))
        expect(metadata.ownerReferences).toEqual([ownedBy(two)])
      })
      await bed.client.delete(configMaps, named(bed, 'two'))
      await expectGone(bed, 'a')
    },
  },
  {
    title: 'an owner that waits for its own finalizer keeps what it owns',
    async run(bed) {
      const owner = await bed.make(configMaps, configMap('owner', {}, { finalizers }))
      await owned(bed, 'a', ownedBy(owner))
      await bed.client.delete(configMaps, named(bed, 'owner'), { propagationPolicy: 'Background' })
      await owned(bed, 'b', { ...ownedBy(owner), uid: '3f0a4b0e-0000-4000-8000-000000000000' })
      await expectGone(bed, 'b')
      expect((await bed.client.get(configMaps, named(bed, 'a'))).metadata.deletionTimestamp).toBeUndefined()
      await free(bed, 'owner')
      await expectGone(bed, 'a')
    },
  },
  {
    title: 'an owner that is deleted in the foreground waits for the finalizers of a dependent that blocks it',
    async run(bed) {
      const owner = await bed.make(configMaps, configMap('owner'))
      const ownerReferences = [ownedBy(owner, { blockOwnerDeletion: true })]
      await bed.make(configMaps, configMap('a', {}, { ownerReferences, finalizers }))
      await bed.client.delete(configMaps, named(bed, 'owner'), { propagationPolicy: 'Foreground' })
      await eventually(async () => {
        const { metadata } = await bed.client.get(configMaps, named(bed, 'a'))
        expect(metadata.deletionTimestamp).toBeDefined()
      })
      expect((await bed.client.get(configMaps, named(bed, 'owner'))).metadata.finalizers).toEqual([
        'foregroundDeletion',
      ])
      await free(bed, 'a')
      await expectGone(bed, 'owner')
    },
  },
]

const places: readonly ContractCase[] = [
  {
    title: 'a namespace carries its own name as a label, and is Active',
    async run(bed) {
      const object = await bed.client.get(namespaces, { name: bed.namespace })
      expect(object).toMatchObject({
        metadata: { labels: { 'kubernetes.io/metadata.name': bed.namespace } },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      })
    },
  },
  {
    title: 'with a namespace goes all that is in it',
    async run(bed) {
      await rolledOut(bed)
      await bed.make(configMaps, configMap('a'))
      await bed.client.delete(namespaces, { name: bed.namespace })
      const gone = eventually(async () =>
        expect(await refusal(bed.client.get(namespaces, { name: bed.namespace }))).toMatchObject(notFound),
      )
      await gone
      expect(await podsOf(bed)).toEqual([])
      expect((await bed.client.list(configMaps, { namespace: bed.namespace })).items).toEqual([])
    },
  },
  {
    title: 'a namespace is Terminating until the finalizers in it are done',
    async run(bed) {
      await bed.make(configMaps, configMap('a', {}, { finalizers }))
      await bed.client.delete(namespaces, { name: bed.namespace })
      await eventually(async () => {
        const { metadata } = await bed.client.get(configMaps, named(bed, 'a'))
        expect(metadata.deletionTimestamp).toBeDefined()
      })
      const object = await bed.client.get(namespaces, { name: bed.namespace })
      expect(at(object, 'status', 'phase')).toBe('Terminating')
      await free(bed, 'a')
      await eventually(async () =>
        expect(await refusal(bed.client.get(namespaces, { name: bed.namespace }))).toMatchObject(notFound),
      )
    },
  },
]

export const garbage: Chapter = { concern: 'garbage', cases: [...owners, ...places] }
