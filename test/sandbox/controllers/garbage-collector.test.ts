import { describe, expect, it } from 'vitest'
import type { OwnerReference } from '../../../api/kube-object.ts'
import * as served from '../../../sandbox/controllers/resources.ts'
import { createWorld, deployment, names, type World } from './world.ts'

const configMaps = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true }
const maps = (world: World) => names(world.list(configMaps))

function configMap(world: World, name: string, ownerReferences: readonly OwnerReference[] = []) {
  const metadata = { name, namespace: 'shop', ownerReferences }
  return world.api.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata }).object
}

const ownedBy = (name: string, uid: string | undefined, blockOwnerDeletion = false): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid: uid ?? '',
  blockOwnerDeletion,
})

async function deployed() {
  const life = { startMs: 0, readyMs: 0, fate: 'healthy', lingerMs: 2_000 } as const
  const world = createWorld({ lifeOf: () => life })
  world.api.create(served.deployments, deployment())
  await world.run(60_000)
  return world
}

describe('the garbage collector', () => {
  it('deletes what belonged to a deleted object, and what belonged to that', async () => {
    const world = await deployed()
    world.api.delete(served.deployments, world.named('web'))
    await world.run(100)
    expect(world.list(served.replicaSets)).toEqual([])
    expect(world.list(served.pods).every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true)
    await world.run(10_000)
    expect(world.list(served.pods)).toEqual([])
  })

  it('lets an object go after its dependents on a foreground deletion', async () => {
    const world = await deployed()
    world.api.delete(served.deployments, world.named('web'), { propagationPolicy: 'Foreground' })
    await world.run(1_000)
    expect(world.find(served.deployments, 'web')?.metadata).toMatchObject({ finalizers: ['foregroundDeletion'] })
    expect(world.list(served.replicaSets)[0]?.metadata).toMatchObject({ finalizers: ['foregroundDeletion'] })
    await world.run(10_000)
    expect([world.find(served.deployments, 'web'), world.list(served.replicaSets), world.list(served.pods)]).toEqual([
      undefined,
      [],
      [],
    ])
  })

  it('does not wait for dependents that do not block', async () => {
    const world = createWorld()
    const owner = configMap(world, 'owner')
    const held = configMap(world, 'held', [ownedBy('owner', owner.metadata.uid)])
    world.api.replace(configMaps, { ...held, metadata: { ...held.metadata, finalizers: ['test/keep'] } })
    world.api.delete(configMaps, world.named('owner'), { propagationPolicy: 'Foreground' })
    await world.run(100)
    expect(maps(world)).toEqual(['held'])
    expect(world.get(configMaps, 'held').metadata.deletionTimestamp).toBeDefined()
  })

  it('leaves the dependents alone, without an owner, on an orphaning one', async () => {
    const world = await deployed()
    world.api.delete(served.deployments, world.named('web'), { propagationPolicy: 'Orphan' })
    await world.run(10_000)
    expect(world.find(served.deployments, 'web')).toBeUndefined()
    expect(world.list(served.replicaSets)[0]?.metadata.ownerReferences ?? []).toEqual([])
    expect(world.list(served.pods)).toHaveLength(3)
  })

  it('deletes what names an owner that is not there under that uid', async () => {
    const world = createWorld()
    configMap(world, 'owner')
    configMap(world, 'child', [ownedBy('owner', 'another-uid')])
    await world.run(100)
    expect(maps(world)).toEqual(['owner'])
  })

  it('takes only the lost owner off an object that has another', async () => {
    const world = createWorld()
    const [a, b] = [configMap(world, 'a'), configMap(world, 'b')]
    configMap(world, 'child', [ownedBy('a', a.metadata.uid), ownedBy('b', b.metadata.uid)])
    world.api.delete(configMaps, world.named('a'))
    await world.run(100)
    expect(world.get(configMaps, 'child').metadata.ownerReferences).toEqual([ownedBy('b', b.metadata.uid)])
  })

  it('leaves alone what is owned by a kind that is not served', async () => {
    const world = createWorld()
    configMap(world, 'child', [{ apiVersion: 'example.org/v1', kind: 'Thing', name: 'x', uid: 'uid-x' }])
    await world.run(100)
    expect(maps(world)).toEqual(['child'])
  })
})

describe('a Namespace that is deleted', () => {
  it('loses its content, pods first, and then goes itself', async () => {
    const world = await deployed()
    configMap(world, 'settings')
    world.api.delete(served.namespaces, { name: 'shop' })
    await world.run(1_000)
    expect(maps(world)).toEqual(['settings'])
    expect(world.api.find(served.namespaces, { name: 'shop' })).toMatchObject({ status: { phase: 'Terminating' } })
    await world.run(60_000)
    expect(world.api.find(served.namespaces, { name: 'shop' })).toBeUndefined()
    expect([world.list(served.pods), world.list(served.deployments), maps(world)]).toEqual([[], [], []])
  })
})
