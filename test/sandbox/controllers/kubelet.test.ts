import { describe, expect, it } from 'vitest'
import { objectOf, objectsOf } from '../../../api/json.ts'
import * as served from '../../../sandbox/controllers/resources.ts'
import type { PodLife } from '../../../sandbox/kubelet/pod-life.ts'
import { condition, createWorld, deployment, isReady, names, status, type World, type WorldOptions } from './world.ts'

async function onePod(options: WorldOptions = {}, annotations: Readonly<Record<string, string>> = {}, ms = 1_000) {
  const world = createWorld(options)
  world.api.create(served.deployments, deployment({ spec: { replicas: 1 }, annotations }))
  await world.run(ms)
  return world
}

const pod = (world: World) => world.list(served.pods)[0] ?? expect.unreachable('there is no pod')
const container = (world: World) => objectsOf(status(pod(world))['containerStatuses'])[0] ?? {}
const living = (life: Partial<PodLife>): WorldOptions => ({
  lifeOf: () => ({ startMs: 0, readyMs: 0, fate: 'healthy', lingerMs: 0, ...life }),
})

describe('a pod', () => {
  it('gets a node and an address of its own, runs and is ready', async () => {
    const world = await onePod()
    expect(objectOf(pod(world)['spec'])['nodeName']).toBe('node-1')
    expect(status(pod(world))).toMatchObject({
      phase: 'Running',
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }],
      hostIP: '192.168.0.1',
      startTime: '2026-01-01T00:00:00Z',
      containerStatuses: [{ name: 'web', image: 'web:v1', ready: true, started: true, restartCount: 0 }],
    })
    for (const type of ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']) {
      expect(condition(pod(world), type)).toMatchObject({ status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' })
    }
  })

  it('takes its time to start and to be ready', async () => {
    const world = await onePod(living({ startMs: 2_000, readyMs: 3_000 }))
    expect(status(pod(world))['podIP']).toBeUndefined()
    await world.run(2_000)
    expect([status(pod(world))['phase'], isReady(pod(world))]).toEqual(['Running', false])
    await world.run(3_000)
    expect(isReady(pod(world))).toBe(true)
  })

  it.each([
    [{ 'pod.sluice.test/ready-after-ms': '2000' }, false, true],
    [{ 'pod.sluice.test/never-ready': 'true' }, false, false],
    [{}, true, true],
  ])('behaves as its annotations %j say', async (annotations, atFirst, later) => {
    const world = await onePod({}, annotations)
    const first = isReady(pod(world))
    await world.run(60_000)
    expect([first, isReady(pod(world))]).toEqual([atFirst, later])
  })

  it('that crashes is started again and again, later each time', async () => {
    const world = await onePod({}, { 'pod.sluice.test/crash': 'true' })
    expect(container(world)).toMatchObject({
      ready: false,
      restartCount: 1,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    })
    expect(status(pod(world))['phase']).toBe('Running')
    await world.run(60_000)
    expect(container(world)['restartCount']).toBe(3)
  })

  it('without an image waits for it', async () => {
    const world = await onePod(living({ fate: 'no-image' }))
    expect(status(pod(world))['phase']).toBe('Pending')
    expect(container(world)['state']).toMatchObject({ waiting: { reason: 'ImagePullBackOff' } })
  })

  it('that is deleted stays for as long as it lingers', async () => {
    const world = await onePod({}, { 'pod.sluice.test/linger-ms': '5000' })
    const { name } = pod(world).metadata
    world.api.delete(served.pods, world.named(name))
    await world.run(4_990)
    expect(world.find(served.pods, name)?.metadata.deletionTimestamp).toBeDefined()
    await world.run(20)
    expect(world.find(served.pods, name)).toBeUndefined()
  })

  it('has three statuses written in a whole life, and no address twice', async () => {
    const world = await onePod(living({ startMs: 1_000, readyMs: 1_000 }), {}, 10_000)
    const before = Number(pod(world).metadata.resourceVersion)
    expect(before).toBeGreaterThan(0)
    const seen: string[] = []
    world.api.watch(served.pods, { resourceVersion: world.api.version() }, ({ type }) => seen.push(type))
    world.api.delete(served.pods, world.named(pod(world).metadata.name))
    await world.run(10_000)
    // marked, the next one made, gone, given a node, running, ready
    expect(seen.toSorted()).toEqual(['ADDED', 'DELETED', 'MODIFIED', 'MODIFIED', 'MODIFIED', 'MODIFIED'])
    expect(status(pod(world))['podIP']).toBe('10.0.0.2')
  })
})

describe('a runtime', () => {
  it('is started with the pod and stopped with it', async () => {
    const log: string[] = []
    const runtime = {
      start: (_pod: unknown, address: string) => log.push(`start ${address}`),
      stop: () => log.push('stop'),
    }
    const world = await onePod({ runtime, ...living({ lingerMs: 1_000 }) })
    world.api.delete(served.pods, world.named(pod(world).metadata.name))
    await world.run(500)
    expect(log).toEqual(['start 10.0.0.1', 'start 10.0.0.2'])
    await world.run(1_000)
    expect(log).toEqual(['start 10.0.0.1', 'start 10.0.0.2', 'stop'])
  })
})

describe('what happens to pods from outside', () => {
  it('makes a pod unready, and ready again', async () => {
    const world = await onePod()
    const name = world.named(pod(world).metadata.name)
    world.kubelet.setReady(name, false)
    await world.run(10)
    expect(condition(pod(world), 'Ready')).toMatchObject({ status: 'False', reason: 'ContainersNotReady' })
    world.kubelet.setReady(name, true)
    await world.run(10)
    expect(isReady(pod(world))).toBe(true)
  })

  it('crashes a pod, which is then started again', async () => {
    const world = await onePod()
    world.kubelet.crash(world.named(pod(world).metadata.name))
    await world.run(10)
    expect(container(world)).toMatchObject({
      ready: false,
      restartCount: 1,
      lastState: { terminated: { exitCode: 1 } },
    })
    await world.run(1_000)
    expect(container(world)).toMatchObject({ ready: true, restartCount: 1 })
  })

  it('puts a pod out, and another takes its place', async () => {
    const world = await onePod()
    const { name } = pod(world).metadata
    world.kubelet.evict(world.named(name))
    await world.run(1_000)
    expect(status(world.get(served.pods, name))).toMatchObject({ phase: 'Failed', reason: 'Evicted' })
    expect(world.list(served.pods).filter(isReady)).toHaveLength(1)
  })

  it('loses a node: its pods are unready at once, removed later and made elsewhere', async () => {
    const world = createWorld({ nodeCount: 2 })
    world.api.create(served.deployments, deployment({ spec: { replicas: 4 } }))
    await world.run(1_000)
    world.kubelet.loseNode('node-1', 60_000)
    await world.run(1_000)
    expect(world.list(served.pods).filter(isReady)).toHaveLength(2)
    expect(condition(world.api.get(served.nodes, { name: 'node-1' }), 'Ready')['status']).toBe('Unknown')
    await world.run(60_000)
    expect(world.list(served.pods).map((one) => objectOf(one['spec'])['nodeName'])).toEqual(Array(4).fill('node-2'))
    expect(world.list(served.pods).filter(isReady)).toHaveLength(4)
  })

  it('leaves pods pending while there is no node, and places them when one is back', async () => {
    const world = createWorld({ nodeCount: 1 })
    world.kubelet.loseNode('node-1')
    world.api.create(served.deployments, deployment())
    await world.run(1_000)
    expect(world.list(served.pods).map((one) => objectOf(one['spec'])['nodeName'])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    world.kubelet.restoreNode('node-1')
    await world.run(1_000)
    expect(names(world.list(served.pods).filter(isReady))).toHaveLength(3)
  })
})
