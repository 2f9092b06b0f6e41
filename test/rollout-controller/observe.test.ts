import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { rolloutCrd } from '../../api/crds/rollout.ts'
import type { JsonObject } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
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
import { noNews, observe } from '../../rollout-controller/observe.ts'
import { createCaches } from '../../rollout-controller/observed-caches.ts'
import type { Snapshot } from '../../rollout-controller/snapshot.ts'
import { createTriggers } from '../../rollout-controller/triggers.ts'
import { resourceOf } from '../../sandbox/server/resource-of.ts'
import { createShop, type Shop } from '../builders/shop.ts'

const namespace = 'shop'
const name = { namespace, name: 'web' }

async function lookAt({ client, clock }: Shop): Promise<Snapshot> {
  const ending = new AbortController()
  setMaxListeners(0, ending.signal)
  const listeners = createTriggers({ caches: () => caches, interests: createInterests(), wake: () => undefined })
  const caches = createCaches({ client, clock, listeners, onProblem: () => undefined })
  const running = Object.values(caches).map((cache) => cache.run(ending.signal))
  await clock.advance(0)
  const observed = await observe({ client, caches, clock, holdServed: true }, name, noNews, ending.signal)
  ending.abort()
  await Promise.all(running)
  if (observed === undefined) throw new Error('there is no Rollout')
  return observed.snapshot
}

/** The shop with one thing in it that is not as it should be, a second later. */
async function lookWith(change: (shop: Shop) => void): Promise<Snapshot> {
  const shop = await createShop()
  change(shop)
  await shop.clock.advance(1000)
  return lookAt(shop)
}

/** Changes what is called web. */
function change({ api }: Shop, resource: Resource, body: JsonObject): void {
  api.patch(resource, name, { type: 'merge', body })
}

/** The Rollouts of a server whose definition of them lets through what ours does not: it may be of another version. */
function anyRollout({ api }: Shop): void {
  const value = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const body = [{ op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema', value }] as const
  api.patch(resourceOf(api, rolloutCrd), rolloutCrd.metadata, { type: 'json', body })
}

function changeSpec(shop: Shop, body: JsonObject): void {
  anyRollout(shop)
  change(shop, rolloutResource, { spec: body })
}

const rolloutNamed = ({ api }: Shop, own: string): KubeObject => ({
  apiVersion,
  kind: 'Rollout',
  metadata: { namespace, name: own },
  spec: api.get(rolloutResource, name).spec,
})

const templateOf = (app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'web', image: 'web:v1' }] },
})

const deploymentOf = (app: string) => ({
  spec: { selector: { matchLabels: { app } }, template: templateOf(app) },
})

const reasons = ({ problems }: Snapshot) => problems.map(({ reason }) => reason)

describe('what is observed of a healthy shop', () => {
  it('is the workload, its Service beside the canary’s, its route, and no problem', async () => {
    const snapshot = await lookAt(await createShop())
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
  const slice = (family: string, ...endpoints: readonly JsonObject[]): KubeObject => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `web-${family.toLowerCase()}`, namespace, labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: family,
    endpoints: endpoints.map((one, index) => ({
      addresses: [family === 'IPv6' ? `fd00::${index + 1}` : `10.1.0.${index + 1}`],
      ...one,
    })),
  })
  /** Endpoints that somebody else writes, beside those of the server, which has no pods to write of. */
  const readyWith = async (...slices: readonly KubeObject[]) => {
    const snapshot = await lookWith((shop) => {
      change(shop, deploymentResource, { spec: { replicas: 0 } })
      for (const one of slices) shop.api.create(endpointSliceResource, one)
    })
    return snapshot.workload?.readyEndpoints
  }

  it('count when they are ready, or do not say, and not when they terminate', async () => {
    const conditions = [{ ready: true }, {}, { ready: false }, { ready: true, terminating: true }]
    expect(await readyWith(slice('IPv4', ...conditions.map((one) => ({ conditions: one }))))).toBe(2)
  })

  it('of a dual-stack Service count once', async () => {
    expect(await readyWith(slice('IPv4', {}, {}), slice('IPv6', {}, {}))).toBe(2)
  })

  it('of a Service without any are none', async () => {
    expect(await readyWith()).toBe(0)
  })
})

describe('a problem', () => {
  it('names every field of the spec that does not parse', async () => {
    const snapshot = await lookWith((shop) =>
      changeSpec(shop, { workloadRef: null, strategy: { canary: null }, traffic: null }),
    )
    expect(new Set(reasons(snapshot))).toEqual(new Set(['SpecInvalid']))
    expect(snapshot.problems.map(({ message }) => message).join()).toContain('Rollout shop/web: spec.workloadRef')
    expect(snapshot.rollout).not.toHaveProperty('spec')
  })

  it('is a workload of a kind that is not served', async () => {
    const snapshot = await lookWith((shop) => changeSpec(shop, { workloadRef: { kind: 'StatefulSet', name: 'web' } }))
    expect(reasons(snapshot)).toEqual(['WorkloadKindUnsupported'])
  })

  it('is a workload that another Rollout has claimed', async () => {
    const snapshot = await lookWith((shop) => {
      shop.api.create(rolloutResource, rolloutNamed(shop, 'other'))
      change(shop, deploymentResource, { metadata: { labels: { 'sluice.dev/rollout': 'other' } } })
    })
    expect(reasons(snapshot)).toEqual(['WorkloadClaimed'])
    expect(snapshot.workload?.claimedBy).toBe('other')
  })

  it('is not a claim by a Rollout that is gone for good', async () => {
    const snapshot = await lookWith((shop) =>
      change(shop, deploymentResource, { metadata: { labels: { 'sluice.dev/rollout': 'gone' } } }),
    )
    expect(reasons(snapshot)).toEqual([])
    expect(snapshot.workload).not.toHaveProperty('claimedBy')
  })

  it('is an unclaimed workload that an older Rollout names, and not one that a younger does', async () => {
    const made = async (...names: readonly string[]) => {
      const shop = await createShop()
      const rollouts = names.map((one) => rolloutNamed(shop, one))
      shop.api.delete(rolloutResource, name)
      for (const rollout of rollouts) {
        await shop.clock.advance(1000)
        shop.api.create(rolloutResource, rollout)
      }
      return reasons(await lookAt(shop))
    }
    expect(await made('rival', 'web')).toEqual(['WorkloadClaimed'])
    expect(await made('web', 'rival')).toEqual([])
  })

  it('is an autoscaler on the workload', async () => {
    const snapshot = await lookWith((shop) =>
      shop.api.create(autoscalerResource, {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: name,
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 9 },
      }),
    )
    expect(reasons(snapshot)).toEqual(['AutoscalerUnsupported'])
  })

  it('is a route whose Services do not select the workload’s pods', async () => {
    const snapshot = await lookWith((shop) => change(shop, serviceResource, { spec: { selector: { app: 'other' } } }))
    expect(reasons(snapshot)).toEqual(['ServiceSelectsNothing'])
    expect(snapshot.services).toEqual([])
  })

  it.each([
    ['apps/v1', deploymentResource, 'web-canary', deploymentOf('theirs')],
    ['v1', serviceResource, 'web-canary', { spec: { ports: [{ port: 80 }] } }],
    ['v1', podTemplateResource, 'web-stable', { template: templateOf('theirs') }],
  ])('is a %s %j of somebody else named %s', async (apiVersion, resource, taken, fields) => {
    const metadata = { namespace, name: taken }
    const snapshot = await lookWith(({ api }) =>
      api.create(resource, { apiVersion, kind: resource.kind, metadata, ...fields }),
    )
    expect(reasons(snapshot)).toContain('NameTaken')
    expect(snapshot).not.toHaveProperty('copy')
  })

  it('is a Service that would select the copy’s pods whatever their labels', async () => {
    const snapshot = await lookWith((shop) => {
      const selector = { matchExpressions: [{ key: 'app', operator: 'Exists' }] }
      shop.api.create(deploymentResource, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { namespace, name: 'all' },
        spec: { selector, template: templateOf('all') },
      })
    })
    expect(reasons(snapshot)).toEqual(['LabelsCannotBeSeparated'])
    expect(snapshot.problems[0]?.message).toContain('Deployment shop/all: spec.selector (app Exists)')
  })

  it('has the same words each time it is looked at', async () => {
    const broken = (shop: Shop) => changeSpec(shop, { workloadRef: { name: 'x', kind: null } })
    expect((await lookWith(broken)).problems).toEqual((await lookWith(broken)).problems)
  })
})
