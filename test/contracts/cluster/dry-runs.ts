import { expect } from 'vitest'
import { deploymentResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { exists, invalid, notFound, refusal } from './refusal.ts'
import { configMaps } from './resources.ts'
import { configMap, deployment } from './shop.ts'

const named = (bed: Bed) => ({ namespace: bed.namespace, name: 'a' })
const dryRun = { dryRun: true }

export const dryRuns: Chapter = {
  concern: 'dry runs',
  cases: [
    {
      title: 'a dry run of a create answers with what would be stored, defaults and all, and stores nothing',
      async run(bed) {
        const object = deployment('a', { metadata: { namespace: bed.namespace } })
        const answer = await bed.client.create(deploymentResource, object, dryRun)
        expect(answer.metadata.uid).toBeDefined()
        expect(at(answer, 'spec', 'revisionHistoryLimit')).toBe(10)
        expect(await refusal(bed.client.get(deploymentResource, named(bed)))).toMatchObject(notFound)
      },
    },
    {
      title: 'a dry run of a create is refused as the create would be',
      async run(bed) {
        await bed.make(configMaps, configMap('a'))
        const taken = bed.client.create(configMaps, configMap('a', {}, { namespace: bed.namespace }), dryRun)
        expect(await refusal(taken)).toMatchObject(exists)
        const wrong = bed.client.create(configMaps, configMap('A', {}, { namespace: bed.namespace }), dryRun)
        expect(await refusal(wrong)).toMatchObject(invalid)
      },
    },
    {
      title: 'a dry run of a PUT or a patch answers with the change and leaves the object as it was',
      async run(bed) {
        const made = await bed.make(configMaps, configMap('a', { data: { k: '1' } }))
        const put = await bed.client.replace(configMaps, { ...made, data: { k: '2' } }, dryRun)
        const patch = { type: 'merge', body: { data: { k: '3' } } } as const
        const patched = await bed.client.patch(configMaps, named(bed), patch, dryRun)
        expect([put['data'], patched['data']]).toEqual([{ k: '2' }, { k: '3' }])
        expect(await bed.client.get(configMaps, named(bed))).toEqual(made)
      },
    },
    {
      title: 'a dry run of an apply makes nothing',
      async run(bed) {
        const body = configMap('a', { data: { k: '1' } }, { namespace: bed.namespace })
        const patch = { type: 'apply', body, fieldManager: 'me' } as const
        expect((await bed.client.patch(configMaps, named(bed), patch, dryRun))['data']).toEqual({ k: '1' })
        expect(await refusal(bed.client.get(configMaps, named(bed)))).toMatchObject(notFound)
      },
    },
    {
      title: 'a dry run of a delete deletes nothing',
      async run(bed) {
        const made = await bed.make(configMaps, configMap('a'))
        await bed.client.delete(configMaps, named(bed), dryRun)
        expect(await bed.client.get(configMaps, named(bed))).toEqual(made)
      },
    },
    {
      title: 'a dry run of a scale scales nothing',
      async run(bed) {
        await bed.make(deploymentResource, deployment('a', { replicas: 0 }))
        const patch = { type: 'merge', body: { spec: { replicas: 2 } } } as const
        const options = { dryRun: true, subresource: 'scale' } as const
        expect(at(await bed.client.patch(deploymentResource, named(bed), patch, options), 'spec', 'replicas')).toBe(2)
        expect(at(await bed.client.get(deploymentResource, named(bed)), 'spec', 'replicas')).toBe(0)
      },
    },
  ],
}
