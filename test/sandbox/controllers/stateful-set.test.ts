import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../api/json.ts'
import * as served from '../../../sandbox/controllers/resources.ts'
import { ascending, createWorld, imageOf, names, statefulSet, status, type World } from './world.ts'

const life = { startMs: 0, readyMs: 1_000, fate: 'healthy', lingerMs: 500 } as const
const set = (world: World) => world.get(served.statefulSets, 'db')
const images = (world: World) => world.list(served.pods).map(imageOf)
const revisions = (world: World) => world.list(served.controllerRevisions)

async function deployed(spec: JsonObject = {}, ms = 60_000) {
  const world = createWorld({ lifeOf: () => life })
  world.api.create(served.statefulSets, statefulSet({ spec }))
  await world.run(ms)
  return world
}

async function roll(world: World, image: string, ms = 60_000) {
  const containers = [{ name: 'web', image, ports: [{ name: 'http', containerPort: 8080 }] }]
  world.patch(served.statefulSets, 'db', { spec: { template: { spec: { containers } } } })
  await world.run(ms)
}

const partition = (value: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: value } },
})

describe('a StatefulSet', () => {
  it('makes its pods in order, each when the one before it is ready', async () => {
    const world = await deployed({}, 500)
    expect(names(world.list(served.pods))).toEqual(['db-0'])
    await world.run(1_000)
    expect(names(world.list(served.pods))).toEqual(['db-0', 'db-1'])
    await world.run(60_000)
    const [revision] = names(revisions(world))
    expect(world.get(served.pods, 'db-2').metadata.labels).toEqual({
      app: 'web',
      'apps.kubernetes.io/pod-index': '2',
      'controller-revision-hash': revision,
      'statefulset.kubernetes.io/pod-name': 'db-2',
    })
    expect(status(set(world))).toEqual({
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      currentRevision: revision,
      updateRevision: revision,
      collisionCount: 0,
    })
  })

  it('makes them all at once when it is Parallel', async () => {
    const world = await deployed({ podManagementPolicy: 'Parallel' }, 100)
    expect(names(world.list(served.pods))).toEqual(['db-0', 'db-1', 'db-2'])
  })

  it('renews them from the highest ordinal down, one at a time', async () => {
    const world = await deployed()
    await roll(world, 'db:v2', 1_600)
    expect(images(world)).toEqual(['db:v1', 'db:v1', 'db:v2'])
    await world.run(60_000)
    expect(images(world)).toEqual(['db:v2', 'db:v2', 'db:v2'])
    const { currentRevision, updateRevision } = status(set(world))
    expect(currentRevision).toBe(updateRevision)
  })

  it('leaves those below the partition alone, also when they are made anew', async () => {
    const world = await deployed(partition(2))
    await roll(world, 'db:v2')
    expect(images(world)).toEqual(['db:v1', 'db:v1', 'db:v2'])
    expect(status(set(world))).toMatchObject({ currentReplicas: 2, updatedReplicas: 1, replicas: 3 })
    world.api.delete(served.pods, world.named('db-0'))
    await world.run(60_000)
    expect(images(world)).toEqual(['db:v1', 'db:v1', 'db:v2'])
    world.patch(served.statefulSets, 'db', { spec: partition(0) })
    await world.run(60_000)
    expect(images(world)).toEqual(['db:v2', 'db:v2', 'db:v2'])
  })

  it('holds an update altogether with a partition beyond its replicas, also for pods of a later scaling', async () => {
    const world = await deployed(partition(2_147_483_647))
    await roll(world, 'db:v2')
    world.patch(served.statefulSets, 'db', { spec: { replicas: 4 } })
    await world.run(60_000)
    expect(images(world)).toEqual(['db:v1', 'db:v1', 'db:v1', 'db:v1'])
  })

  it('renews nothing by itself with OnDelete', async () => {
    const world = await deployed({ updateStrategy: { type: 'OnDelete' } })
    await roll(world, 'db:v2')
    world.api.delete(served.pods, world.named('db-1'))
    await world.run(60_000)
    expect(images(world)).toEqual(['db:v1', 'db:v2', 'db:v1'])
  })

  it('makes an earlier revision the newest again when its template returns', async () => {
    const world = await deployed()
    const [first] = names(revisions(world))
    await roll(world, 'db:v2')
    await roll(world, 'db:v1')
    expect(
      revisions(world)
        .map((one) => Number(one['revision']))
        .toSorted(ascending),
    ).toEqual([2, 3])
    expect(status(set(world))['currentRevision']).toBe(first)
  })

  it('stops at a pod that does not get ready', async () => {
    const world = createWorld()
    world.api.create(served.statefulSets, statefulSet())
    await world.run(60_000)
    world.patch(served.statefulSets, 'db', {
      spec: { template: { metadata: { annotations: { 'pod.sluice.test/never-ready': 'true' } } } },
    })
    await world.run(60_000)
    expect(status(set(world))).toMatchObject({ readyReplicas: 2, updatedReplicas: 1, currentReplicas: 2 })
  })

  it('shrinks from the highest ordinal down', async () => {
    const world = await deployed()
    world.patch(served.statefulSets, 'db', { spec: { replicas: 1 } })
    await world.run(300)
    expect(names(world.list(served.pods))).toEqual(['db-0', 'db-1', 'db-2'])
    expect(world.get(served.pods, 'db-1').metadata.deletionTimestamp).toBeUndefined()
    await world.run(60_000)
    expect(names(world.list(served.pods))).toEqual(['db-0'])
  })

  it('replaces a pod that its node has put out', async () => {
    const world = await deployed()
    const before = world.get(served.pods, 'db-1').metadata.uid
    world.kubelet.evict(world.named('db-1'))
    await world.run(60_000)
    expect(world.get(served.pods, 'db-1').metadata.uid).not.toBe(before)
    expect(status(set(world))).toMatchObject({ readyReplicas: 3 })
  })

  it('keeps no more revisions than its history may hold', async () => {
    const world = await deployed({ revisionHistoryLimit: 1 })
    for (const image of ['db:v2', 'db:v3', 'db:v4']) await roll(world, image)
    expect(
      revisions(world)
        .map((one) => Number(one['revision']))
        .toSorted(ascending),
    ).toEqual([3, 4])
  })
})
