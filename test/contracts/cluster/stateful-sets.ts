import { expect } from 'vitest'
import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { podResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { eventually } from './eventually.ts'
import { statefulSets } from './resources.ts'
import { isLeaving, isReady, podsOf, version, web } from './rollouts-seen.ts'
import { neverReady, statefulSet, type WorkloadParts } from './shop.ts'
import { sampling } from './watcher.ts'

const change = (bed: Bed, spec: JsonObject) =>
  bed.client.patch(statefulSets, web(bed), { type: 'merge', body: { spec } })

async function ready(bed: Bed, parts: WorkloadParts = {}): Promise<KubeObject> {
  await bed.make(statefulSets, statefulSet('web', { replicas: 3, annotations: { version: 'v1' }, ...parts }))
  return eventually(() => readyNow(bed))
}

async function readyNow(bed: Bed): Promise<KubeObject> {
  const object = await bed.client.get(statefulSets, web(bed))
  const replicas = at(object, 'spec', 'replicas')
  expect(object['status']).toMatchObject({
    observedGeneration: object.metadata.generation,
    replicas,
    readyReplicas: replicas,
  })
  return object
}

/** `{ 'web-0': 'v1' }` of the pods that are ready and stay. */
async function versions(bed: Bed): Promise<JsonObject> {
  const pods = (await podsOf(bed)).filter((pod) => isReady(pod) && !isLeaving(pod))
  return Object.fromEntries(pods.map(({ metadata }) => [metadata.name, metadata.annotations?.['version']]))
}

const expectVersions = (bed: Bed, expected: JsonObject) =>
  eventually(async () => expect(await versions(bed)).toEqual(expected))

export const statefulSetCases: Chapter = {
  concern: 'stateful sets',
  cases: [
    {
      title: 'a StatefulSet makes its pods one after another, each when the one before is ready',
      async run(bed) {
        const early: string[] = []
        const stop = await sampling(bed.client, podResource, bed.namespace, (pods) => {
          const names = new Map(pods.map((pod) => [pod.metadata.name, isReady(pod)]))
          if (names.has('web-1') && names.get('web-0') !== true) early.push('web-1')
          if (names.has('web-2') && names.get('web-1') !== true) early.push('web-2')
        })
        await ready(bed)
        await stop()
        expect(early).toEqual([])
        await expectVersions(bed, { 'web-0': 'v1', 'web-1': 'v1', 'web-2': 'v1' })
      },
    },
    {
      title: 'a pod of a StatefulSet is named by its ordinal, and labelled with name, ordinal and revision',
      async run(bed) {
        const object = await ready(bed, { replicas: 1 })
        const [pod] = await podsOf(bed)
        const hash = at(object, 'status', 'updateRevision')
        expect(pod).toMatchObject({
          metadata: {
            name: 'web-0',
            labels: {
              app: 'web',
              'statefulset.kubernetes.io/pod-name': 'web-0',
              'apps.kubernetes.io/pod-index': '0',
              'controller-revision-hash': hash,
            },
            ownerReferences: [{ kind: 'StatefulSet', name: 'web', uid: object.metadata.uid, controller: true }],
          },
          spec: { hostname: 'web-0', subdomain: 'web' },
        })
        expect(hash).toMatch(/^web-\w+$/)
        expect(at(object, 'status', 'currentRevision')).toBe(hash)
      },
    },
    {
      title: 'a StatefulSet that is scaled down loses the highest ordinals',
      async run(bed) {
        await ready(bed)
        await change(bed, { replicas: 1 })
        await eventually(async () =>
          expect((await podsOf(bed)).map(({ metadata }) => metadata.name)).toEqual(['web-0']),
        )
        await eventually(() => readyNow(bed))
      },
    },
    {
      title: 'a new template is rolled from the highest ordinal down, one at a time',
      async run(bed) {
        await ready(bed)
        const order: string[] = []
        const stop = await sampling(bed.client, podResource, bed.namespace, (pods) => {
          for (const { metadata } of pods) {
            if (metadata.annotations?.['version'] === 'v2' && !order.includes(metadata.name)) order.push(metadata.name)
          }
        })
        await change(bed, version('v2'))
        await expectVersions(bed, { 'web-0': 'v2', 'web-1': 'v2', 'web-2': 'v2' })
        await stop()
        expect(order).toEqual(['web-2', 'web-1', 'web-0'])
        await eventually(async () => {
          const { status } = await readyNow(bed)
          expect(at(status, 'currentRevision')).toBe(at(status, 'updateRevision'))
          expect(status).toMatchObject({ updatedReplicas: 3, currentReplicas: 3 })
        })
      },
    },
    {
      title: 'a partition lets only the ordinals from it on be updated',
      async run(bed) {
        await ready(bed, { spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } } })
        await change(bed, version('v2'))
        await expectVersions(bed, { 'web-0': 'v1', 'web-1': 'v1', 'web-2': 'v2' })
        await eventually(async () =>
          expect((await readyNow(bed))['status']).toMatchObject({ updatedReplicas: 1, currentReplicas: 2 }),
        )
        await change(bed, { updateStrategy: { rollingUpdate: { partition: 0 } } })
        await expectVersions(bed, { 'web-0': 'v2', 'web-1': 'v2', 'web-2': 'v2' })
      },
    },
    {
      title: 'a partition above all ordinals holds the update, and a scale-up makes pods of the old revision',
      async run(bed) {
        const partition = 2_147_483_647
        await ready(bed, { replicas: 1, spec: { updateStrategy: { rollingUpdate: { partition } } } })
        await change(bed, version('v2'))
        await eventually(() => readyNow(bed))
        await change(bed, { replicas: 2 })
        await expectVersions(bed, { 'web-0': 'v1', 'web-1': 'v1' })
        const { status } = await eventually(() => readyNow(bed))
        expect(at(status, 'currentRevision')).not.toBe(at(status, 'updateRevision'))
      },
    },
    {
      title: 'a roll of a StatefulSet waits at the first pod that does not get ready',
      async run(bed) {
        await ready(bed)
        await change(bed, version('v2', neverReady))
        await eventually(async () => {
          const pods = await podsOf(bed)
          const seen = pods.map(({ metadata }) => `${metadata.name} ${metadata.annotations?.['version']}`)
          expect([...seen].sort()).toEqual(['web-0 v1', 'web-1 v1', 'web-2 v2'])
        })
        await eventually(async () => {
          const { status } = await bed.client.get(statefulSets, web(bed))
          expect(status).toMatchObject({ readyReplicas: 2, updatedReplicas: 1 })
        })
      },
    },
    {
      title: 'OnDelete updates a pod when somebody deletes it',
      async run(bed) {
        await ready(bed, { replicas: 2, spec: { updateStrategy: { type: 'OnDelete' } } })
        await change(bed, version('v2'))
        await eventually(() => readyNow(bed))
        expect(await versions(bed)).toEqual({ 'web-0': 'v1', 'web-1': 'v1' })
        await bed.client.delete(podResource, { namespace: bed.namespace, name: 'web-1' })
        await expectVersions(bed, { 'web-0': 'v1', 'web-1': 'v2' })
      },
    },
    {
      title: 'Parallel makes all pods at once, ready or not',
      async run(bed) {
        const spec = { podManagementPolicy: 'Parallel' }
        await bed.make(statefulSets, statefulSet('web', { replicas: 3, annotations: neverReady, spec }))
        await eventually(async () => expect(await podsOf(bed)).toHaveLength(3))
      },
    },
    {
      title: 'with a StatefulSet go its pods',
      async run(bed) {
        await ready(bed, { replicas: 2 })
        await bed.client.delete(statefulSets, web(bed), { propagationPolicy: 'Background' })
        await eventually(async () => expect(await podsOf(bed)).toEqual([]))
      },
    },
  ],
}
