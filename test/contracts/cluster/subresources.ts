import { expect } from 'vitest'
import { deploymentResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { eventually } from './eventually.ts'
import { conflict, refusal } from './refusal.ts'
import { deployment } from './shop.ts'

const named = (bed: Bed) => ({ namespace: bed.namespace, name: 'a' })
const scalePath = (bed: Bed) => `/apis/apps/v1/namespaces/${bed.namespace}/deployments/a/scale`
const make = (bed: Bed) => bed.make(deploymentResource, deployment('a', { replicas: 0 }))
/** After the controller's own writes have ended. */
const settled = (bed: Bed) =>
  eventually(async () => {
    const object = await bed.client.get(deploymentResource, named(bed))
    expect(object['status']).toMatchObject({ observedGeneration: object.metadata.generation, conditions: [{}, {}] })
    return object
  })

export const subresources: Chapter = {
  concern: 'subresources',
  cases: [
    {
      title: 'a write of the object leaves its status alone',
      async run(bed) {
        await make(bed)
        const object = await settled(bed)
        const stored = await bed.client.replace(deploymentResource, { ...object, status: { replicas: 7 } })
        expect(stored['status']).toEqual(object['status'])
        const body = { status: { replicas: 7 } }
        const patched = await bed.client.patch(deploymentResource, named(bed), { type: 'merge', body })
        expect(patched['status']).toEqual(object['status'])
      },
    },
    {
      title: 'a write of the status leaves the spec and the labels alone',
      async run(bed) {
        await make(bed)
        const object = await settled(bed)
        const changed = {
          ...object,
          metadata: { ...object.metadata, labels: { k: 'v' } },
          spec: { ...Object(object['spec']), paused: true },
          status: { ...Object(object['status']), collisionCount: 3 },
        }
        const stored = await bed.client.replace(deploymentResource, changed, { subresource: 'status' })
        expect(stored['spec']).toEqual(object['spec'])
        expect(stored.metadata.labels).toBeUndefined()
        expect(at(stored, 'status', 'collisionCount')).toBe(3)
      },
    },
    {
      title: 'a write of the status with an older version is a Conflict',
      async run(bed) {
        await make(bed)
        const object = await settled(bed)
        await bed.client.patch(deploymentResource, named(bed), {
          type: 'merge',
          body: { metadata: { labels: { k: 'v' } } },
        })
        const late = bed.client.replace(deploymentResource, object, { subresource: 'status' })
        expect(await refusal(late)).toMatchObject(conflict)
      },
    },
    {
      title: 'a created object has no status of the sender’s',
      async run(bed) {
        const made = await bed.make(deploymentResource, {
          ...deployment('a', { replicas: 0 }),
          status: { replicas: 7 },
        })
        expect(made['status']).toEqual({})
      },
    },
    {
      title: 'the scale of a Deployment says how many are wanted, are there, and how they are selected',
      async run(bed) {
        await make(bed)
        const { body } = await bed.wire.send('GET', scalePath(bed))
        expect(body).toMatchObject({
          apiVersion: 'autoscaling/v1',
          kind: 'Scale',
          metadata: { name: 'a', namespace: bed.namespace },
          spec: {},
          status: { replicas: 0, selector: 'app=a' },
        })
        expect(at(body, 'metadata', 'uid')).toBe((await bed.client.get(deploymentResource, named(bed))).metadata.uid)
      },
    },
    {
      title: 'a PUT of the scale changes the replicas and counts as a change of the spec',
      async run(bed) {
        await make(bed)
        await settled(bed)
        const { body } = await bed.wire.send('GET', scalePath(bed))
        const answer = await bed.wire.send('PUT', scalePath(bed), { body: { ...body, spec: { replicas: 2 } } })
        expect(answer).toMatchObject({ status: 200, body: { kind: 'Scale', spec: { replicas: 2 } } })
        const object = await bed.client.get(deploymentResource, named(bed))
        expect(object).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 2 } })
      },
    },
    {
      title: 'a merge patch of the scale changes the replicas and nothing else',
      async run(bed) {
        const before = await make(bed)
        await bed.client.patch(
          deploymentResource,
          named(bed),
          { type: 'merge', body: { spec: { replicas: 2, paused: true } } },
          { subresource: 'scale' },
        )
        const { spec } = await bed.client.get(deploymentResource, named(bed))
        expect(spec).toEqual({ ...Object(before['spec']), replicas: 2 })
      },
    },
    {
      title: 'a PUT of the scale with an older version is a Conflict',
      async run(bed) {
        await make(bed)
        await settled(bed)
        const { body } = await bed.wire.send('GET', scalePath(bed))
        await bed.client.patch(deploymentResource, named(bed), {
          type: 'merge',
          body: { metadata: { labels: { k: 'v' } } },
        })
        const { status } = await bed.wire.send('PUT', scalePath(bed), { body: { ...body, spec: { replicas: 2 } } })
        expect(status).toBe(409)
      },
    },
    {
      title: 'a scale below nothing is refused by its field',
      async run(bed) {
        await make(bed)
        const patch = { type: 'merge', body: { spec: { replicas: -1 } } } as const
        const refused = await refusal(bed.client.patch(deploymentResource, named(bed), patch, { subresource: 'scale' }))
        expect(refused).toMatchObject({ status: 422, fields: ['spec.replicas'] })
      },
    },
  ],
}
