import { expect } from 'vitest'
import { podResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { ContractCase } from './contract.ts'
import { replicaSets } from './resources.ts'
import {
  change,
  complete,
  expectWanted,
  isLeaving,
  isReady,
  revisionOf,
  rolledOut,
  setsOf,
  version,
  versionOf,
  wanted,
} from './rollouts-seen.ts'
import { lingering } from './shop.ts'
import { sampling } from './watcher.ts'

/** How a new template replaces the old one. */
export const rolling: readonly ContractCase[] = [
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
