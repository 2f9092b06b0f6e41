import { expect } from 'vitest'
import { deploymentResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import {
  change,
  complete,
  condition,
  expectWanted,
  observed,
  read,
  revisionOf,
  rolledOut,
  setsOf,
  version,
  wanted,
} from './rollouts-seen.ts'
import { deployment, neverReady } from './shop.ts'

/** A Deployment that is paused, and resumed. */
export const paused: readonly ContractCase[] = [
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
