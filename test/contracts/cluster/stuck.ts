import { expect } from 'vitest'
import { deploymentResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import { notFound, refusal } from './refusal.ts'
import { replicaSets } from './resources.ts'
import {
  change,
  complete,
  condition,
  expectWanted,
  podsOf,
  read,
  rolledOut,
  setsOf,
  version,
  wanted,
  web,
} from './rollouts-seen.ts'
import { crashing, deployment, neverReady } from './shop.ts'

/** Rolls that do not come to their end. */
export const stuck: readonly ContractCase[] = [
  {
    title: 'a roll that is stuck gives way to the next version, and its unready pods are the first to go',
    async run(bed) {
      const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
      await rolledOut(bed, { replicas: 2, spec: { strategy } })
      await change(bed, version('v2', neverReady))
      await expectWanted(bed, { v1: 2, v2: 1 })
      await change(bed, version('v3', { 'pod.sluice.test/never-ready': null }))
      await complete(bed)
      await expectWanted(bed, { v1: 0, v2: 0, v3: 2 })
    },
  },
  {
    title: 'a Deployment that is scaled in mid-roll shares the new pods out between its versions',
    async run(bed) {
      const strategy = { rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } }
      await rolledOut(bed, { replicas: 4, spec: { strategy } })
      await change(bed, version('v2', neverReady))
      await expectWanted(bed, { v1: 4, v2: 2 })
      await change(bed, { replicas: 10 })
      await expectWanted(bed, { v1: 8, v2: 4 })
    },
  },
  {
    title: 'shares of replicas are rounded up for the surge and down for what may be missing',
    async run(bed) {
      await rolledOut(bed, { replicas: 5 })
      await change(bed, version('v2', neverReady))
      await expectWanted(bed, { v1: 4, v2: 3 })
    },
  },
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
