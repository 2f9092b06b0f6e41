import { expect } from 'vitest'
import { deploymentResource, podResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import { paused } from './paused.ts'
import { rolling } from './rolling.ts'
import {
  change,
  complete,
  condition,
  isLeaving,
  isReady,
  observed,
  podsOf,
  read,
  rolledOut,
  setsOf,
  wanted,
  web,
} from './rollouts-seen.ts'
import { deployment } from './shop.ts'
import { stuck } from './stuck.ts'

const life: readonly ContractCase[] = [
  {
    title: 'a Deployment makes a ReplicaSet of its template and gets ready, and its status says so',
    async run(bed) {
      const object = await rolledOut(bed, { replicas: 2 })
      expect(object['status']).toMatchObject({
        observedGeneration: 1,
        replicas: 2,
        updatedReplicas: 2,
        readyReplicas: 2,
        availableReplicas: 2,
      })
      expect(condition(object, 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' })
      await eventually(async () =>
        expect(condition(await read(bed), 'Progressing')).toMatchObject({
          status: 'True',
          reason: 'NewReplicaSetAvailable',
        }),
      )
    },
  },
  {
    title: 'the ReplicaSet and the pods of a Deployment are named, labelled and owned as kubectl and we expect',
    async run(bed) {
      const object = await rolledOut(bed)
      const [set] = await setsOf(bed)
      const hash = set?.metadata.labels?.['pod-template-hash'] ?? ''
      expect(set).toMatchObject({
        metadata: { name: `web-${hash}`, labels: { app: 'web', 'pod-template-hash': hash } },
        spec: { selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } },
      })
      expect(set?.metadata.ownerReferences).toEqual([
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: 'web',
          uid: object.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ])
      const [pod] = await podsOf(bed)
      expect(pod?.metadata.name).toMatch(new RegExp(`^web-${hash}-[a-z0-9]{5}$`))
      expect(pod?.metadata).toMatchObject({
        labels: { app: 'web', 'pod-template-hash': hash },
        annotations: { version: 'v1' },
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'ReplicaSet',
            name: set?.metadata.name,
            uid: set?.metadata.uid,
            controller: true,
          },
        ],
      })
    },
  },
  {
    title: 'a ready pod is Running, has an address, and says that its container runs',
    async run(bed) {
      await rolledOut(bed)
      const [pod] = await podsOf(bed)
      expect(pod?.['status']).toMatchObject({
        phase: 'Running',
        podIP: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
        containerStatuses: [{ name: 'web', ready: true, restartCount: 0, state: { running: {} } }],
      })
      expect(condition(pod, 'Ready')).toMatchObject({ status: 'True' })
      expect(condition(pod, 'PodScheduled')).toMatchObject({ status: 'True' })
      expect(at(pod, 'spec', 'nodeName')).toMatch(/./)
    },
  },
  {
    title: 'a Deployment is scaled up and down, without a new ReplicaSet',
    async run(bed) {
      await rolledOut(bed)
      await change(bed, { replicas: 3 })
      await complete(bed)
      await change(bed, { replicas: 1 })
      await complete(bed)
      await eventually(async () => expect(await podsOf(bed)).toHaveLength(1))
      expect(await wanted(bed)).toEqual({ v1: 1 })
    },
  },
  {
    title: 'a Deployment that is scaled to nothing has no pods, and keeps its ReplicaSet',
    async run(bed) {
      await rolledOut(bed)
      await change(bed, { replicas: 0 })
      await complete(bed)
      await eventually(async () => expect(await podsOf(bed)).toEqual([]))
      expect(await wanted(bed)).toEqual({ v1: 0 })
    },
  },
  {
    title: 'a pod that is deleted is replaced',
    async run(bed) {
      await rolledOut(bed)
      const [pod] = await podsOf(bed)
      await bed.client.delete(podResource, { namespace: bed.namespace, name: pod?.metadata.name ?? '' })
      await eventually(async () => {
        const [other, ...more] = (await podsOf(bed)).filter((one) => !isLeaving(one))
        expect(more).toEqual([])
        expect(other?.metadata.uid).not.toBe(pod?.metadata.uid)
        expect(other && isReady(other)).toBe(true)
      })
    },
  },
  {
    title: 'labels and annotations of the Deployment itself roll nothing; the annotations reach its ReplicaSet',
    async run(bed) {
      await rolledOut(bed)
      const body = { metadata: { labels: { k: 'v' }, annotations: { k: 'v' } } }
      await bed.client.patch(deploymentResource, web(bed), { type: 'merge', body })
      await observed(bed)
      await eventually(async () => expect((await setsOf(bed))[0]?.metadata.annotations).toMatchObject({ k: 'v' }))
      expect(await wanted(bed)).toEqual({ v1: 1 })
    },
  },
  {
    title: 'pods that are not ready for minReadySeconds are ready and not available',
    async run(bed) {
      await bed.make(deploymentResource, deployment('web', { spec: { minReadySeconds: 2 } }))
      const ready = await eventually(async () => {
        const object = await read(bed)
        expect(object['status']).toMatchObject({ readyReplicas: 1 })
        return object
      })
      expect(ready['status']).toMatchObject({ unavailableReplicas: 1 })
      const after = await complete(bed)
      expect(after['status']).toMatchObject({ availableReplicas: 1 })
      const [pod] = await podsOf(bed)
      const readySince = Date.parse(String(at(condition(pod, 'Ready'), 'lastTransitionTime')))
      const availableSince = Date.parse(String(at(condition(after, 'Available'), 'lastTransitionTime')))
      expect(availableSince - readySince).toBeGreaterThanOrEqual(1_000)
    },
  },
]

export const deployments: Chapter = { concern: 'deployments', cases: [...life, ...rolling, ...paused, ...stuck] }
