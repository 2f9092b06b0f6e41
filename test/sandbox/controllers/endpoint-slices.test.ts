import { describe, expect, it } from 'vitest'
import { type JsonObject, objectOf, objectsOf } from '../../../api/json.ts'
import * as served from '../../../sandbox/controllers/resources.ts'
import { createWorld, deployment, names, type World, type WorldOptions } from './world.ts'

const slices = (world: World) => world.list(served.endpointSlices)
const endpoints = (world: World) => slices(world).flatMap((slice) => objectsOf(slice['endpoints']))
const shown = (world: World) =>
  endpoints(world).map(({ conditions }) => {
    const { ready, serving, terminating } = objectOf(conditions)
    return [ready && 'ready', serving && 'serving', terminating && 'terminating'].filter(Boolean).join(' ')
  })

const service = (spec: JsonObject = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', labels: { team: 'shop' } },
  spec: {
    clusterIP: '10.96.0.1',
    selector: { app: 'web' },
    ports: [{ name: 'web', port: 80, targetPort: 'http' }],
    ...spec,
  },
})

async function served_(spec: JsonObject = {}, options: WorldOptions = {}, replicas = 3) {
  const world = createWorld(options)
  world.api.create(served.services, service(spec))
  world.api.create(served.deployments, deployment({ spec: { replicas } }))
  await world.run(60_000)
  return world
}

describe('the endpoints of a Service', () => {
  it('are the addresses of the pods that it selects, at the port that they call by that name', async () => {
    const world = await served_()
    const [slice] = slices(world)
    expect(slice?.metadata).toMatchObject({
      generateName: 'web-',
      labels: {
        team: 'shop',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [{ kind: 'Service', name: 'web', controller: true }],
    })
    expect(slice).toMatchObject({ addressType: 'IPv4', ports: [{ name: 'web', port: 8080, protocol: 'TCP' }] })
    const [pod] = world.list(served.pods)
    expect(endpoints(world)).toHaveLength(3)
    expect(endpoints(world)[0]).toEqual({
      addresses: [objectOf(pod?.['status'])['podIP']],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: objectOf(pod?.['spec'])['nodeName'],
      targetRef: { kind: 'Pod', namespace: 'shop', name: pod?.metadata.name, uid: pod?.metadata.uid },
    })
  })

  it('are not ready as soon as the pod is deleted, and gone when it is', async () => {
    const life = { startMs: 0, readyMs: 0, fate: 'healthy', lingerMs: 5_000 } as const
    const world = await served_({}, { lifeOf: () => life }, 1)
    world.patch(served.deployments, 'web', { spec: { replicas: 0 } })
    await world.run(100)
    expect(shown(world)).toEqual(['serving terminating'])
    await world.run(5_000)
    expect(shown(world)).toEqual([])
    expect(slices(world)).toHaveLength(1)
  })

  it('are ready when the pods are, or at once where the Service says so', async () => {
    const life = { startMs: 0, readyMs: 0, fate: 'never-ready', lingerMs: 0 } as const
    expect(shown(await served_({}, { lifeOf: () => life }, 1))).toEqual([''])
    expect(shown(await served_({ publishNotReadyAddresses: true }, { lifeOf: () => life }, 1))).toEqual(['ready'])
  })

  it('are left to others when it selects nothing', async () => {
    expect(slices(await served_({ selector: undefined }))).toEqual([])
  })

  it('follow a change of the selector and of the pods', async () => {
    const world = await served_()
    world.patch(served.services, 'web', { spec: { selector: { track: 'canary' } } })
    await world.run(10)
    expect(endpoints(world)).toEqual([])
    const [name = ''] = names(world.list(served.pods))
    world.patch(served.pods, name, { metadata: { labels: { track: 'canary' } } })
    await world.run(10)
    expect(endpoints(world)).toMatchObject([{ targetRef: { name } }])
  })

  it('stand in several slices when there are more than a hundred', async () => {
    const world = await served_({}, {}, 150)
    const sizes = slices(world).map((slice) => objectsOf(slice['endpoints']).length)
    expect(sizes.toSorted((a, b) => a - b)).toEqual([50, 100])
  })

  it('are made again when somebody deletes them, and go with the Service', async () => {
    const world = await served_()
    world.api.delete(served.endpointSlices, world.named(names(slices(world))[0] ?? ''))
    await world.run(10)
    expect(endpoints(world)).toHaveLength(3)
    world.api.delete(served.services, world.named('web'))
    await world.run(10)
    expect(slices(world)).toEqual([])
  })
})
