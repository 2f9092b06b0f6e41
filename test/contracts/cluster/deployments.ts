import { expect } from 'vitest'
import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { deploymentResource, podResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import { notFound, refusal } from './refusal.ts'
import { replicaSets } from './resources.ts'
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
  version,
  versionOf,
  wanted,
  web,
} from './rollouts-seen.ts'
import { crashing, deployment, lingering, neverReady } from './shop.ts'
import { sampling } from './watcher.ts'

const revision = 'deployment.kubernetes.io/revision'
const revisionOf = (object: KubeObject | undefined) => object?.metadata.annotations?.[revision]
const expectWanted = (bed: Bed, expected: JsonObject) =>
  eventually(async () => expect(await wanted(bed)).toEqual(expected))

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

const rolling: readonly ContractCase[] = [
  {
    title: 'a new template is rolled out in a new ReplicaSet, and the old one is kept without pods',
    async run(bed) {
      const before = await rolledOut(bed, { replicas: 2 })
      expect(revisionOf(before)).toBe('1')
      await change(bed, version('v2'))
      const after = await complete(bed)
      await expectWanted(bed, { v1: 0, v2: 2 })
      expect(revisionOf(after)).toBe('2')
      const sets = await setsOf(bed)
      expect(Object.fromEntries(sets.map((set) => [versionOf(set), revisionOf(set)]))).toEqual({ v1: '1', v2: '2' })
    },
  },
  {
    title: 'an old template that comes back gets its old ReplicaSet back, under the next revision',
    async run(bed) {
      await rolledOut(bed)
      const [first] = await setsOf(bed)
      await change(bed, version('v2'))
      await complete(bed)
      await expectWanted(bed, { v1: 0, v2: 1 })
      await change(bed, version('v1'))
      await complete(bed)
      await expectWanted(bed, { v1: 1, v2: 0 })
      const again = (await setsOf(bed)).find((set) => versionOf(set) === 'v1')
      expect(again?.metadata.uid).toBe(first?.metadata.uid)
      expect(revisionOf(again)).toBe('3')
      expect(again?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1')
    },
  },
  {
    title: 'of the old ReplicaSets as many are kept as revisionHistoryLimit says',
    async run(bed) {
      await rolledOut(bed, { spec: { revisionHistoryLimit: 1 } })
      for (const next of ['v2', 'v3']) {
        await change(bed, version(next))
        await complete(bed)
      }
      await expectWanted(bed, { v2: 0, v3: 1 })
    },
  },
  ...[
    { maxSurge: 1, maxUnavailable: 0, most: 5, least: 4 },
    { maxSurge: 0, maxUnavailable: 1, most: 4, least: 3 },
    { maxSurge: 2, maxUnavailable: 1, most: 6, least: 3 },
  ].map(
    ({ most, least, ...rollingUpdate }): ContractCase => ({
      title: `with a surge of ${rollingUpdate.maxSurge} and ${rollingUpdate.maxUnavailable} unavailable of four pods never more than ${most} are asked for and never fewer than ${least} ready while they roll`,
      async run(bed) {
        await rolledOut(bed, { replicas: 4, spec: { strategy: { rollingUpdate } } })
        const seen = { most: 0, least: 99 }
        const stops = [
          await sampling(bed.client, replicaSets, bed.namespace, (sets) => {
            const asked = sets.reduce((sum, set) => sum + Number(at(set, 'spec', 'replicas')), 0)
            seen.most = Math.max(seen.most, asked)
          }),
          await sampling(bed.client, podResource, bed.namespace, (pods) => {
            seen.least = Math.min(seen.least, pods.filter((pod) => isReady(pod) && !isLeaving(pod)).length)
          }),
        ]
        await change(bed, version('v2'))
        await complete(bed)
        await expectWanted(bed, { v1: 0, v2: 4 })
        for (const stop of stops) await stop()
        expect(seen.most).toBeLessThanOrEqual(most)
        expect(seen.least).toBeGreaterThanOrEqual(least)
      },
    }),
  ),
  {
    title: 'Recreate ends every old pod before it makes a new one',
    async run(bed) {
      await rolledOut(bed, { replicas: 2, spec: { strategy: { type: 'Recreate' } }, annotations: lingering(300) })
      const mixes: string[] = []
      const stop = await sampling(bed.client, podResource, bed.namespace, (pods) => {
        const versions = new Set(pods.map(({ metadata }) => metadata.annotations?.['version']))
        if (versions.size > 1) mixes.push([...versions].join())
      })
      await change(bed, version('v2'))
      await complete(bed)
      await stop()
      expect(mixes).toEqual([])
      expect(await wanted(bed)).toEqual({ v1: 0, v2: 2 })
    },
  },
]

const paused: readonly ContractCase[] = [
  {
    title: 'a paused Deployment rolls nothing, and its condition says why',
    async run(bed) {
      await rolledOut(bed)
      await change(bed, { paused: true, ...version('v2') })
      const object = await observed(bed)
      expect(await wanted(bed)).toEqual({ v1: 1 })
      expect(condition(object, 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' })
      expect(object['status']).toMatchObject({ replicas: 1, readyReplicas: 1 })
      expect(at(object, 'status', 'updatedReplicas') ?? 0).toBe(0)
      expect(revisionOf(object)).toBe('1')
    },
  },
  {
    title: 'a paused Deployment is scaled in its old version',
    async run(bed) {
      await rolledOut(bed)
      await change(bed, { paused: true, ...version('v2') })
      await observed(bed)
      await change(bed, { replicas: 3 })
      await expectWanted(bed, { v1: 3 })
      await eventually(async () => expect((await read(bed))['status']).toMatchObject({ availableReplicas: 3 }))
    },
  },
  {
    title: 'a Deployment that is resumed rolls, and says so',
    async run(bed) {
      await rolledOut(bed)
      await change(bed, { paused: true, ...version('v2') })
      await observed(bed)
      await change(bed, { paused: null })
      await complete(bed)
      await expectWanted(bed, { v1: 0, v2: 1 })
      expect(condition(await read(bed), 'Progressing')).toMatchObject({ status: 'True' })
    },
  },
  {
    title: 'a Deployment that is made paused makes no ReplicaSet',
    async run(bed) {
      await bed.make(deploymentResource, deployment('web', { spec: { paused: true } }))
      const object = await observed(bed)
      expect(await setsOf(bed)).toEqual([])
      expect(at(object, 'status', 'replicas') ?? 0).toBe(0)
    },
  },
  {
    title: 'a Deployment that is paused in mid-roll stays where it is, and goes on when it is resumed',
    async run(bed) {
      const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
      await rolledOut(bed, { replicas: 2, spec: { strategy } })
      await change(bed, version('v2', neverReady))
      await expectWanted(bed, { v1: 2, v2: 1 })
      await change(bed, { paused: true })
      await observed(bed)
      await change(bed, { ...version('v3', { 'pod.sluice.test/never-ready': null }) })
      await observed(bed)
      expect(await wanted(bed)).toEqual({ v1: 2, v2: 1 })
      await change(bed, { paused: false })
      await complete(bed)
      await expectWanted(bed, { v1: 0, v2: 0, v3: 2 })
    },
  },
]

const stuck: readonly ContractCase[] = [
  ...[
    { what: 'never get ready', how: neverReady },
    { what: 'crash', how: crashing },
  ].map(
    ({ what, how }): ContractCase => ({
      title: `a roll to pods that ${what} stops at its bounds and leaves the old pods that it may not miss`,
      async run(bed) {
        const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } }
        await rolledOut(bed, { replicas: 3, spec: { strategy } })
        await change(bed, version('v2', how))
        await eventually(async () => {
          expect(await wanted(bed)).toEqual({ v1: 2, v2: 2 })
          expect((await read(bed))['status']).toMatchObject({
            replicas: 4,
            updatedReplicas: 2,
            readyReplicas: 2,
            availableReplicas: 2,
            unavailableReplicas: 2,
          })
        })
        expect(condition(await read(bed), 'Available')).toMatchObject({ status: 'True' })
      },
    }),
  ),
  {
    title: 'a roll that stands still for its deadline says so, and is no longer said once the old template is back',
    async run(bed) {
      await rolledOut(bed, { spec: { progressDeadlineSeconds: 1 } })
      await change(bed, version('v2', neverReady))
      await eventually(async () =>
        expect(condition(await read(bed), 'Progressing')).toMatchObject({
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
        }),
      )
      await change(bed, version('v1', { 'pod.sluice.test/never-ready': null }))
      await complete(bed)
      await eventually(async () =>
        expect(condition(await read(bed), 'Progressing')).toMatchObject({
          status: 'True',
          reason: 'NewReplicaSetAvailable',
        }),
      )
      await expectWanted(bed, { v1: 1, v2: 0 })
    },
  },
  {
    title: 'a Deployment of which too few pods are ready is not available',
    async run(bed) {
      await bed.make(deploymentResource, deployment('web', { annotations: neverReady }))
      await eventually(async () => {
        const object = await read(bed)
        expect(condition(object, 'Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' })
        expect(condition(object, 'Progressing')).toMatchObject({ status: 'True' })
        expect(object['status']).toMatchObject({ replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 })
      })
    },
  },
  {
    title: 'a pod that crashes says so in the words of its container, which our CLI shows',
    async run(bed) {
      await bed.make(deploymentResource, deployment('web', { annotations: crashing }))
      await eventually(async () => {
        const [pod] = await podsOf(bed)
        expect(at(pod, 'status', 'containerStatuses', 0)).toMatchObject({
          ready: false,
          restartCount: 1,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 1 } },
        })
      })
    },
  },
  {
    title: 'a ReplicaSet that nobody owns is adopted by the Deployment of its labels',
    async run(bed) {
      await rolledOut(bed)
      const [set] = await setsOf(bed)
      await bed.client.delete(deploymentResource, web(bed), { propagationPolicy: 'Orphan' })
      await eventually(async () => expect(await refusal(read(bed))).toMatchObject(notFound))
      expect((await setsOf(bed))[0]?.metadata.ownerReferences).toBeUndefined()
      const object = await rolledOut(bed)
      const after = await bed.client.get(replicaSets, { namespace: bed.namespace, name: set?.metadata.name ?? '' })
      expect(after.metadata.uid).toBe(set?.metadata.uid)
      expect(after.metadata.ownerReferences).toMatchObject([{ uid: object.metadata.uid }])
      expect(await setsOf(bed)).toHaveLength(1)
    },
  },
]

export const deployments: Chapter = { concern: 'deployments', cases: [...life, ...rolling, ...paused, ...stuck] }
