import { describe, expect, it } from 'vitest'
import * as served from '../../../sandbox/controllers/resources.ts'
import { forbidden } from '../../../sandbox/server/refusal.ts'
import {
  ascending,
  condition,
  count,
  createWorld,
  deployment,
  imageOf,
  isReady,
  names,
  replicas,
  status,
  type World,
} from './world.ts'

const revision = 'deployment.kubernetes.io/revision'
const sets = (world: World) => world.list(served.replicaSets)
const active = (world: World) => sets(world).filter((set) => replicas(set) > 0)
const web = (world: World) => world.get(served.deployments, 'web')

async function deployed(parts: Parameters<typeof deployment>[0] = {}, options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(options)
  world.api.create(served.deployments, deployment(parts))
  await world.run(60_000)
  return world
}

async function roll(world: World, image: string, ms = 60_000) {
  world.patch(served.deployments, 'web', { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } })
  await world.run(ms)
}

describe('a Deployment', () => {
  it('has one ReplicaSet for its template, named and labelled by the hash of it, and says what there is', async () => {
    const world = await deployed()
    const [set] = sets(world)
    const hash = set?.metadata.labels?.['pod-template-hash']
    expect(set?.metadata).toMatchObject({
      name: `web-${hash}`,
      annotations: {
        [revision]: '1',
        'deployment.kubernetes.io/desired-replicas': '3',
        'deployment.kubernetes.io/max-replicas': '4',
      },
      ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true, blockOwnerDeletion: true }],
    })
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/)
    expect(status(web(world))).toMatchObject({
      observedGeneration: web(world).metadata.generation,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
    })
    expect(condition(web(world), 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' })
    expect(condition(web(world), 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' })
    expect(web(world).metadata.annotations).toEqual({ [revision]: '1' })
  })

  it('does nothing when there is nothing to do', async () => {
    const world = await deployed()
    const version = world.api.version()
    await world.run(86_400_000)
    expect([world.api.version(), world.clock.pending()]).toEqual([version, 0])
  })

  it('waits for nothing when a pod falls ill after the roll', async () => {
    const world = await deployed()
    world.kubelet.setReady(world.named(names(world.list(served.pods))[0] ?? ''), false)
    await world.run(10_000)
    expect(status(web(world))).toMatchObject({ readyReplicas: 2, unavailableReplicas: 1 })
    expect(condition(web(world), 'Progressing')['reason']).toBe('NewReplicaSetAvailable')
    expect(world.clock.pending()).toBe(0)
  })

  it('never wants more pods than its surge allows, nor has fewer ready ones than it must have, while it rolls', async () => {
    const life = { startMs: 500, readyMs: 1_000, fate: 'healthy', lingerMs: 700 } as const
    const world = await deployed({ spec: { replicas: 10 } }, { lifeOf: () => life })
    let most = 0
    let least = 10
    world.api.watch(served.pods, {}, () => {
      const staying = world.list(served.pods).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      least = Math.min(least, staying.filter(isReady).length)
    })
    world.api.watch(served.replicaSets, {}, () => {
      most = Math.max(
        most,
        sets(world).reduce((sum, set) => sum + replicas(set), 0),
      )
    })
    await roll(world, 'web:v2')
    expect({ most, least }).toEqual({ most: 13, least: 8 })
    expect(new Set(world.list(served.pods).map(imageOf))).toEqual(new Set(['web:v2']))
    expect(status(web(world))).toMatchObject({ replicas: 10, updatedReplicas: 10 })
  })

  it('finds the ReplicaSet of an earlier template again, and makes its revision the newest', async () => {
    const world = await deployed()
    const [first] = names(sets(world))
    await roll(world, 'web:v2')
    await roll(world, 'web:v1')
    const pods = { containers: [{ name: 'web', image: 'web:v1', ports: [{ name: 'http', containerPort: 8080 }] }] }
    world.patch(served.deployments, 'web', { spec: { template: { spec: pods } } })
    await world.run(60_000)
    expect(names(active(world))).toEqual([first])
    expect(active(world)[0]?.metadata.annotations).toMatchObject({
      [revision]: '4',
      'deployment.kubernetes.io/revision-history': '1',
    })
    expect(web(world).metadata.annotations?.[revision]).toBe('4')
  })

  it('rolls over to a newer template in mid-roll', async () => {
    const life = { startMs: 0, readyMs: 5_000, fate: 'healthy', lingerMs: 0 } as const
    const world = await deployed({ spec: { replicas: 10 } }, { lifeOf: () => life })
    await roll(world, 'web:v2', 3_000)
    expect(active(world)).toHaveLength(2)
    await roll(world, 'web:v3')
    expect(new Set(world.list(served.pods).map(imageOf))).toEqual(new Set(['web:v3']))
    expect(active(world).map(replicas)).toEqual([10])
  })

  it('rolls nothing while it is paused, and says so', async () => {
    const world = await deployed({ spec: { paused: true } })
    expect(sets(world)).toEqual([])
    expect(condition(web(world), 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' })
    world.patch(served.deployments, 'web', { spec: { paused: false } })
    await world.run(10)
    expect(condition(web(world), 'Progressing')['reason']).not.toBe('DeploymentPaused')
    await world.run(60_000)
    expect(condition(web(world), 'Progressing')['reason']).toBe('NewReplicaSetAvailable')
  })

  it('keeps its pods when it is paused before a new template, and scales those', async () => {
    const world = await deployed()
    world.patch(served.deployments, 'web', { spec: { paused: true } })
    await roll(world, 'web:v2')
    expect(new Set(world.list(served.pods).map(imageOf))).toEqual(new Set(['web:v1']))
    world.patch(served.deployments, 'web', { spec: { replicas: 5 } })
    await world.run(60_000)
    expect(active(world).map(replicas)).toEqual([5])
    expect(status(web(world))).toMatchObject({
      replicas: 5,
      readyReplicas: 5,
      observedGeneration: web(world).metadata.generation,
    })
    expect(status(web(world))['updatedReplicas']).toBeUndefined()
  })

  it('scales the ReplicaSets of a paused roll in proportion', async () => {
    const life = { startMs: 0, readyMs: 5_000, fate: 'healthy', lingerMs: 0 } as const
    const world = await deployed({ spec: { replicas: 10 } }, { lifeOf: () => life })
    await roll(world, 'web:v2', 3_000)
    expect(active(world).map(replicas).toSorted(ascending)).toEqual([5, 8])
    world.patch(served.deployments, 'web', { spec: { paused: true, replicas: 20 } })
    await world.run(60_000)
    expect(active(world).map(replicas).toSorted(ascending)).toEqual([10, 15])
    expect(
      active(world).map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/desired-replicas']),
    ).toEqual(['20', '20'])
  })

  it('says when it has made no progress for too long, and takes it back when there is some', async () => {
    const world = await deployed({ spec: { progressDeadlineSeconds: 30 } })
    world.patch(served.deployments, 'web', {
      spec: { template: { metadata: { annotations: { 'pod.sluice.test/never-ready': 'true' } } } },
    })
    await world.run(29_000)
    expect(condition(web(world), 'Progressing')).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' })
    await world.run(5_000)
    expect(condition(web(world), 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' })
    expect(count(web(world), 'availableReplicas')).toBe(3)
    await roll(world, 'web:v3', 1)
    world.patch(served.deployments, 'web', {
      spec: { template: { metadata: { annotations: { 'pod.sluice.test/never-ready': null } } } },
    })
    await world.run(60_000)
    expect(condition(web(world), 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' })
  })

  it('counts a pod as available only after minReadySeconds', async () => {
    const world = await deployed({ spec: { minReadySeconds: 120 } })
    expect(status(web(world))).toMatchObject({ readyReplicas: 3, unavailableReplicas: 3 })
    expect(condition(web(world), 'Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' })
    await world.run(61_000)
    expect(status(web(world))).toMatchObject({ availableReplicas: 3 })
  })

  it('with Recreate makes no new pod before the last old one is gone', async () => {
    const life = { startMs: 0, readyMs: 0, fate: 'healthy', lingerMs: 4_000 } as const
    const world = await deployed({ spec: { strategy: { type: 'Recreate' } } }, { lifeOf: () => life })
    const mixes: number[] = []
    world.api.watch(served.pods, {}, () => mixes.push(new Set(world.list(served.pods).map(imageOf)).size))
    await roll(world, 'web:v2', 3_000)
    expect(world.list(served.pods).map(imageOf)).toEqual(['web:v1', 'web:v1', 'web:v1'])
    await world.run(60_000)
    expect(world.list(served.pods).map(imageOf)).toEqual(['web:v2', 'web:v2', 'web:v2'])
    expect(Math.max(...mixes)).toBe(1)
  })

  it('keeps as many old ReplicaSets as its history may hold', async () => {
    const world = await deployed({ spec: { revisionHistoryLimit: 2 } })
    for (const image of ['web:v2', 'web:v3', 'web:v4', 'web:v5']) await roll(world, image)
    const revisions = sets(world).map(({ metadata }) => Number(metadata.annotations?.[revision]))
    expect(revisions.toSorted(ascending)).toEqual([3, 4, 5])
  })

  it('says that the server refuses its pods, and goes on when it no longer does', async () => {
    let isRefused = true
    const refuse = ({
      resource,
      operation,
    }: {
      readonly resource: { readonly plural: string }
      readonly operation: string
    }) => {
      if (isRefused && resource.plural === 'pods' && operation === 'CREATE') throw forbidden('exceeded quota')
    }
    const world = await deployed({}, { refuse })
    expect(condition(web(world), 'ReplicaFailure')).toMatchObject({ reason: 'FailedCreate', message: 'exceeded quota' })
    isRefused = false
    await world.run(120_000)
    expect(condition(web(world), 'ReplicaFailure')).toEqual({})
    expect(count(web(world), 'readyReplicas')).toBe(3)
  })

  it('takes back ReplicaSets and pods that were left to themselves', async () => {
    const world = await deployed()
    const pods = names(world.list(served.pods))
    world.api.delete(served.deployments, world.named('web'), { propagationPolicy: 'Orphan' })
    await world.run(60_000)
    expect(sets(world)[0]?.metadata.ownerReferences ?? []).toEqual([])
    world.api.create(served.deployments, deployment())
    await world.run(60_000)
    expect(sets(world)[0]?.metadata.ownerReferences).toMatchObject([{ uid: web(world).metadata.uid }])
    expect(names(world.list(served.pods))).toEqual(pods)
  })

  it('lets go of a pod whose labels no longer fit, and makes another', async () => {
    const world = await deployed()
    const [name = ''] = names(world.list(served.pods))
    world.patch(served.pods, name, { metadata: { labels: { app: 'debug' } } })
    await world.run(60_000)
    expect(world.get(served.pods, name).metadata.ownerReferences ?? []).toEqual([])
    expect(world.list(served.pods)).toHaveLength(4)
  })

  it('deletes first what serves least', async () => {
    const world = await deployed({ spec: { replicas: 4 } })
    const [, second = ''] = names(world.list(served.pods))
    world.kubelet.setReady(world.named(second), false)
    await world.run(10)
    world.patch(served.deployments, 'web', { spec: { replicas: 3 } })
    await world.run(60_000)
    expect(names(world.list(served.pods))).not.toContain(second)
    expect(world.list(served.pods)).toHaveLength(3)
  })
})

describe('the whole', () => {
  it('does the same again, to the last version, for the same delays', async () => {
    const history = async () => {
      let seed = 7
      const delayMs = () => {
        seed = (seed * 48_271) % 2_147_483_647
        return seed % 50
      }
      const world = createWorld({ delayMs })
      const seen: string[] = []
      world.api.watch(served.pods, {}, ({ type, object }) =>
        seen.push(`${type} ${object.metadata.name} ${object.metadata.resourceVersion}`),
      )
      world.api.create(served.deployments, deployment({ spec: { replicas: 10 } }))
      await world.run(60_000)
      await roll(world, 'web:v2')
      return seen
    }
    const first = await history()
    expect(first.length).toBeGreaterThan(60)
    expect(await history()).toEqual(first)
  })
})
