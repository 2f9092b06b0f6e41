import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../api/kube-object.ts'
import {
  apiVersion,
  autoscalerResource,
  deploymentResource,
  endpointSliceResource,
  podTemplateResource,
  rolloutResource,
  serviceResource,
} from '../../api/names.ts'
import { createInterests } from '../../rollout-controller/interests.ts'
import { observe } from '../../rollout-controller/observe.ts'
import { createCaches } from '../../rollout-controller/observed-caches.ts'
import type { Snapshot } from '../../rollout-controller/snapshot.ts'
import { createTriggers } from '../../rollout-controller/triggers.ts'
import { createVirtualClock } from '../../sandbox/virtual-clock.ts'
import { createShop, type Shop } from '../builders/shop.ts'

const name = { namespace: 'shop', name: 'web' }
const servedBy = (service: string) => ({ namespace: 'shop', labels: { 'kubernetes.io/service-name': service } })

async function lookAt(shop: Shop): Promise<Snapshot> {
  const clock = createVirtualClock()
  const { client } = shop.kube
  const ending = new AbortController()
  setMaxListeners(0, ending.signal)
  const listeners = createTriggers({ caches: () => caches, interests: createInterests(), wake: () => undefined })
  const caches = createCaches({ client, clock, listeners, onProblem: () => undefined })
  const running = Object.values(caches).map((cache) => cache.run(ending.signal))
  await clock.advance(0)
  const observed = await observe({ client, caches, clock, holdServed: true }, name, undefined, ending.signal)
  ending.abort()
  await Promise.all(running)
  if (observed === undefined) throw new Error('there is no Rollout')
  return observed.snapshot
}

/** The shop with one thing in it that is not as it should be. */
async function lookWith(change: (shop: Shop) => void): Promise<Snapshot> {
  const shop = createShop()
  change(shop)
  return lookAt(shop)
}

function change(
  shop: Shop,
  kind: Parameters<Shop['kube']['find']>[0],
  fields: Readonly<Record<string, unknown>>,
): void {
  const old = shop.kube.find(kind, name)
  if (old === undefined) throw new Error(`there is no ${kind.kind} web`)
  shop.kube.put(kind, { ...old, ...fields })
}

const reasons = ({ problems }: Snapshot) => problems.map(({ reason }) => reason)

describe('what is observed of a healthy shop', () => {
  it('is the workload, its Service beside the canary’s, its route, and no problem', async () => {
    const snapshot = await lookAt(createShop())
    expect(snapshot).toMatchObject({
      workload: { name: 'web', replicas: 10, readyEndpoints: 10, held: false, paused: false },
      services: [{ stable: 'web', canary: 'web-canary', exists: false }],
      routes: [{ target: { kind: 'ingress', name: 'web' }, state: { canary: 0, registered: false }, drainMs: 10_000 }],
      owned: [],
      templates: {},
      decisions: [],
      problems: [],
    })
    expect(snapshot).not.toHaveProperty('copy')
  })
})

describe('endpoints', () => {
  const slice = (family: string, endpoints: readonly unknown[]): KubeObject => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `web-${family}`, ...servedBy('web') },
    addressType: family,
    endpoints,
  })
  const readyWith = async (...slices: readonly KubeObject[]) => {
    const snapshot = await lookWith((shop) => {
      shop.kube.remove(endpointSliceResource, { namespace: 'shop', name: 'web-slice' })
      for (const one of slices) shop.kube.put(endpointSliceResource, one)
    })
    return snapshot.workload?.readyEndpoints
  }

  it('count when they are ready, or do not say, and not when they terminate', async () => {
    const conditions = [{ ready: true }, {}, { ready: false }, { ready: true, terminating: true }]
    expect(
      await readyWith(
        slice(
          'IPv4',
          conditions.map((one) => ({ conditions: one })),
        ),
      ),
    ).toBe(2)
  })

  it('of a dual-stack Service count once', async () => {
    const two = [{}, {}]
    expect(await readyWith(slice('IPv4', two), slice('IPv6', two))).toBe(2)
  })

  it('of a Service without any are none', async () => {
    expect(await readyWith()).toBe(0)
  })
})

describe('a problem', () => {
  it('names every field of the spec that does not parse', async () => {
    const snapshot = await lookWith((shop) => change(shop, rolloutResource, { spec: { strategy: {} } }))
    expect(new Set(reasons(snapshot))).toEqual(new Set(['SpecInvalid']))
    expect(snapshot.problems.map(({ message }) => message).join()).toContain('Rollout shop/web: spec.workloadRef')
    expect(snapshot.rollout).not.toHaveProperty('spec')
  })

  it('is a workload of a kind that is not served', async () => {
    const snapshot = await lookWith((shop) => {
      const spec = shop.kube.find(rolloutResource, name)?.spec as object
      change(shop, rolloutResource, { spec: { ...spec, workloadRef: { kind: 'StatefulSet', name: 'web' } } })
    })
    expect(reasons(snapshot)).toEqual(['WorkloadKindUnsupported'])
  })

  it('is a workload that another Rollout has claimed', async () => {
    const snapshot = await lookWith((shop) => {
      shop.kube.put(rolloutResource, { apiVersion, kind: 'Rollout', metadata: { ...name, name: 'other' }, spec: {} })
      change(shop, deploymentResource, { metadata: { ...name, uid: 'w', labels: { 'sluice.dev/rollout': 'other' } } })
    })
    expect(reasons(snapshot)).toEqual(['WorkloadClaimed'])
    expect(snapshot.workload?.claimedBy).toBe('other')
  })

  it('is not a claim by a Rollout that is gone for good', async () => {
    const snapshot = await lookWith((shop) =>
      change(shop, deploymentResource, { metadata: { ...name, uid: 'w', labels: { 'sluice.dev/rollout': 'gone' } } }),
    )
    expect(reasons(snapshot)).toEqual([])
    expect(snapshot.workload).not.toHaveProperty('claimedBy')
  })

  it('is an unclaimed workload that an older Rollout names, and not one that a younger does', async () => {
    const rival = (createdAt: string) => (shop: Shop) => {
      const spec = shop.kube.find(rolloutResource, name)?.spec
      const metadata = { ...name, name: 'rival', creationTimestamp: createdAt }
      shop.kube.put(rolloutResource, { apiVersion, kind: 'Rollout', metadata, spec })
    }
    expect(reasons(await lookWith(rival('2020-01-01T00:00:00Z')))).toEqual(['WorkloadClaimed'])
    expect(reasons(await lookWith(rival('2030-01-01T00:00:00Z')))).toEqual([])
  })

  it('is an autoscaler on the workload', async () => {
    const snapshot = await lookWith((shop) =>
      shop.kube.put(autoscalerResource, {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: name,
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
      }),
    )
    expect(reasons(snapshot)).toEqual(['AutoscalerUnsupported'])
  })

  it('is a route whose Services do not select the workload’s pods', async () => {
    const snapshot = await lookWith((shop) =>
      change(shop, serviceResource, { spec: { selector: { app: 'other' }, ports: [{ port: 80 }] } }),
    )
    expect(reasons(snapshot)).toEqual(['ServiceSelectsNothing'])
    expect(snapshot.services).toEqual([])
  })

  it.each([
    [deploymentResource, 'web-canary'],
    [serviceResource, 'web-canary'],
    [podTemplateResource, 'web-stable'],
  ])('is a %j of somebody else named %s', async (resource, taken) => {
    const snapshot = await lookWith((shop) =>
      shop.kube.put(resource, { apiVersion: 'v1', kind: resource.kind, metadata: { ...name, name: taken } }),
    )
    expect(reasons(snapshot)).toContain('NameTaken')
    expect(snapshot).not.toHaveProperty('copy')
  })

  it('is a Service that would select the copy’s pods whatever their labels', async () => {
    const snapshot = await lookWith((shop) => {
      const expressions = { matchExpressions: [{ key: 'app', operator: 'Exists' }] }
      const spec = { selector: expressions, template: { metadata: { labels: { app: 'all' } } } }
      shop.kube.put(deploymentResource, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { ...name, name: 'all' },
        spec,
      })
    })
    expect(reasons(snapshot)).toEqual(['LabelsCannotBeSeparated'])
    expect(snapshot.problems[0]?.message).toContain('Deployment shop/all: spec.selector (app Exists)')
  })

  it('has the same words each time it is looked at', async () => {
    const broken = (shop: Shop) => change(shop, rolloutResource, { spec: { workloadRef: { name: 'x' } } })
    expect((await lookWith(broken)).problems).toEqual((await lookWith(broken)).problems)
  })
})
