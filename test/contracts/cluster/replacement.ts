import { expect } from 'vitest'
import { deploymentResource } from '../../../api/names.ts'
import type { Bed } from './bed.ts'
import type { ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import { badRequest, conflict, notFound, refusal } from './refusal.ts'
import { configMaps } from './resources.ts'
import { configMap, deployment } from './shop.ts'

const named = (bed: Bed, name = 'a') => ({ namespace: bed.namespace, name })

/** Writes of what is there already. */
export const replacement: readonly ContractCase[] = [
  {
    title: 'a PUT with the version that was read is stored under a newer one',
    async run(bed) {
      const made = await bed.make(configMaps, configMap('a'))
      const stored = await bed.client.replace(configMaps, { ...made, data: { k: 'v' } })
      expect(stored['data']).toEqual({ k: 'v' })
      expect(Number(stored.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion))
      expect(stored.metadata).toMatchObject({
        uid: made.metadata.uid,
        creationTimestamp: made.metadata.creationTimestamp,
      })
    },
  },
  {
    title: 'a PUT with an older version is a Conflict, and changes nothing',
    async run(bed) {
      const made = await bed.make(configMaps, configMap('a'))
      const stored = await bed.client.replace(configMaps, { ...made, data: { k: '1' } })
      expect(await refusal(bed.client.replace(configMaps, { ...made, data: { k: '2' } }))).toMatchObject(conflict)
      expect(await bed.client.get(configMaps, named(bed))).toEqual(stored)
    },
  },
  {
    title: 'a PUT of a built-in kind without a version is taken',
    async run(bed) {
      await bed.make(deploymentResource, deployment('a', { replicas: 0 }))
      const blind = deployment('a', { replicas: 0, metadata: { namespace: bed.namespace, labels: { k: 'v' } } })
      expect((await bed.client.replace(deploymentResource, blind)).metadata.labels).toEqual({ k: 'v' })
    },
  },
  {
    title: 'a PUT with another uid is a Conflict',
    async run(bed) {
      const made = await bed.make(configMaps, configMap('a'))
      const other = { ...made, metadata: { ...made.metadata, uid: 'another' } }
      expect(await refusal(bed.client.replace(configMaps, other))).toMatchObject(conflict)
    },
  },
  {
    title: 'a PUT under another name than the body has is refused',
    async run(bed) {
      const made = await bed.make(configMaps, configMap('a'))
      const path = `/api/v1/namespaces/${bed.namespace}/configmaps/b`
      expect(await refusal(bed.client.request('PUT', path, made))).toMatchObject(badRequest)
    },
  },
  {
    title: 'a PUT of what is not there is NotFound',
    async run(bed) {
      const metadata = { namespace: bed.namespace }
      const absent = bed.client.replace(deploymentResource, deployment('a', { metadata }))
      expect(await refusal(absent)).toMatchObject(notFound)
    },
  },
  {
    title: 'a write that changes nothing keeps the version, by PUT and by every patch',
    async run(bed) {
      const made = await bed.make(deploymentResource, deployment('a', { replicas: 0, spec: { paused: true } }))
      await eventually(async () => {
        const { status } = await bed.client.get(deploymentResource, named(bed))
        expect(status).toMatchObject({ observedGeneration: 1, conditions: [{}, {}] })
      })
      const settled = await bed.client.get(deploymentResource, named(bed))
      const versions = [
        await bed.client.replace(deploymentResource, settled),
        await bed.client.patch(deploymentResource, named(bed), { type: 'merge', body: { spec: { paused: true } } }),
        await bed.client.patch(deploymentResource, named(bed), {
          type: 'json',
          body: [{ op: 'replace', path: '/spec/replicas', value: 0 }],
        }),
      ].map(({ metadata }) => metadata.resourceVersion)
      expect(new Set(versions)).toEqual(new Set([settled.metadata.resourceVersion]))
      expect(made.metadata.generation).toBe(1)
    },
  },
  {
    title: 'generation counts changes of the spec, and of a Deployment those of its annotations',
    async run(bed) {
      await bed.make(deploymentResource, deployment('a', { replicas: 0 }))
      const patch = async (body: unknown, status = false) => {
        const options = status ? ({ subresource: 'status' } as const) : {}
        const { metadata } = await bed.client.patch(deploymentResource, named(bed), { type: 'merge', body }, options)
        return metadata.generation
      }
      expect(await patch({ metadata: { labels: { k: 'v' } } })).toBe(1)
      expect(await patch({ spec: { minReadySeconds: 5 } })).toBe(2)
      expect(await patch({ spec: { minReadySeconds: 5 } })).toBe(2)
      expect(await patch({ status: { collisionCount: 1 } }, true)).toBe(2)
      expect(await patch({ metadata: { annotations: { k: 'v' } } })).toBe(3)
    },
  },
]
