import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../api/kube-object.ts'
import { endpointSliceResource, rolloutResource } from '../../api/names.ts'
import { KubeError } from '../../kube/errors.ts'
import type { KubeClient } from '../../kube/types.ts'
import { createShop, type Shop } from '../builders/shop.ts'
import { startControl } from './shop-floor.ts'

describe('endpoints that lag behind a workload that has rolled', () => {
  it('keep the traffic on the copy while they name a pod that is gone, however many pods are ready', async () => {
    const { shop, behind, stop } = await returning((endpoints) => endpoints.name('gone'))
    await shop.clock.advance(20_000)
    expect(shop.canaryWeight()).toBe(100)
    expect(shop.status()?.waiting).toMatchObject({
      reason: 'EndpointsBehind',
      message: expect.stringContaining('Service shop/web'),
      next: expect.stringContaining('kubectl annotate service web -n shop sluice.dev/touched='),
    })
    behind.mend()
    await shop.clock.advance(20_000)
    expect(shop.status()).toMatchObject({ phase: 'Healthy' })
    expect(shop.ours()).toEqual([])
    await stop()
  })

  it('keep it while they miss a pod that is ready', async () => {
    const { shop, behind, stop } = await returning((endpoints) => endpoints.miss())
    await shop.clock.advance(20_000)
    expect(shop.status()?.waiting?.reason).toBe('EndpointsBehind')
    behind.mend()
    await shop.clock.advance(20_000)
    expect(shop.status()).toMatchObject({ phase: 'Healthy' })
    await stop()
  })

  it('do not matter for what is no pod, nor for what others have written', async () => {
    const { shop, stop } = await returning((endpoints, { api }) => {
      api.create(endpointSliceResource, foreignSlice)
      endpoints.addHost()
    })
    await shop.clock.advance(20_000)
    expect(shop.status()).toMatchObject({ phase: 'Healthy' })
    await stop()
  })

  it('that cannot be read are said, and nothing else of the Rollout stands still for it', async () => {
    const { shop, behind, stop } = await returning((endpoints) => endpoints.refuse())
    await shop.clock.advance(20_000)
    expect(shop.status()?.waiting).toMatchObject({
      reason: 'EndpointsBehind',
      message: expect.stringContaining('may not list them'),
    })
    shop.api.delete(rolloutResource, { namespace: 'shop', name: 'web' })
    await shop.clock.advance(5_000)
    expect(shop.status()).toMatchObject({ phase: 'Terminating' })
    behind.mend()
    await shop.clock.advance(20_000)
    expect(shop.ours()).toEqual([])
    await stop()
  })

  it('do not keep a Rollout that is deleted beyond its deadline', async () => {
    const { shop, stop } = await returning((endpoints) => endpoints.name('gone'))
    shop.api.delete(rolloutResource, { namespace: 'shop', name: 'web' })
    await shop.clock.advance(630_000)
    expect(shop.api.find(rolloutResource, { namespace: 'shop', name: 'web' })).toBeUndefined()
    expect(shop.ours()).toEqual([])
    await stop()
  })

  it('hold back a Rollout that is deleted then, and let it go once they are right', async () => {
    const { shop, behind, stop } = await returning((endpoints) => endpoints.name('gone'))
    shop.api.delete(rolloutResource, { namespace: 'shop', name: 'web' })
    await shop.clock.advance(20_000)
    expect(shop.canaryWeight()).toBe(100)
    behind.mend()
    await shop.clock.advance(20_000)
    expect(shop.api.find(rolloutResource, { namespace: 'shop', name: 'web' })).toBeUndefined()
    expect(shop.ours()).toEqual([])
    await stop()
  })
})

/** Of somebody who leads a share of the Service elsewhere. */
const foreignSlice: KubeObject = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 'web-elsewhere',
    namespace: 'shop',
    labels: { 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'someone' },
  },
  addressType: 'IPv4',
  endpoints: [
    { addresses: ['10.9.9.9'], conditions: { ready: true }, targetRef: { kind: 'Pod', namespace: 'far', uid: 'far' } },
  ],
}

/** A shop whose v2 is promoted until its workload has rolled; `meanwhile` is done while it rolls. */
async function returning(meanwhile: (endpoints: Endpoints, shop: Shop) => void) {
  const shop = await createShop()
  const behind = endpointsOf(shop.client)
  const { stop } = startControl(shop, { client: behind.client })
  await shop.clock.advance(2_000)
  shop.upgrade('web:v2')
  await shop.clock.advance(5_000)
  for (let step = 1; step <= 2; step++) {
    shop.decide('approve')
    await shop.clock.advance(3_000)
  }
  meanwhile(behind, shop)
  for (let ms = 0; shop.status()?.release?.stage !== 'Returning' && shop.canaryWeight() !== undefined; ms += 50) {
    if (ms > 60_000) throw new Error(`it never rolls: ${JSON.stringify(shop.status())}`)
    await shop.clock.advance(50)
  }
  return { shop, behind, stop }
}

type Endpoints = ReturnType<typeof endpointsOf>

/** A client to which the endpoint controller seems behind, where it lists EndpointSlices of web. */
function endpointsOf(client: KubeClient) {
  let refused = false
  let change = (slices: readonly KubeObject[]) => slices
  const first = (slices: readonly KubeObject[], edit: (endpoints: unknown[]) => unknown[]) =>
    slices.map((slice, index) =>
      index === 0 ? { ...slice, endpoints: edit([...(slice['endpoints'] as unknown[])]) } : slice,
    )
  const listAll: KubeClient['listAll'] = async (resource, options, signal) => {
    if (refused) throw new KubeError('denied', 'pods is forbidden')
    const list = await client.listAll(resource, options, signal)
    return resource === endpointSliceResource ? { ...list, items: change(list.items) } : list
  }
  const endpoint = (targetRef: object) => ({ addresses: ['10.0.0.9'], conditions: { ready: true }, targetRef })
  return {
    client: { ...client, listAll },
    name: (uid: string) => {
      change = (slices) => first(slices, (list) => [...list, endpoint({ kind: 'Pod', name: 'web-x', uid })])
    },
    miss: () => {
      change = (slices) => first(slices, (list) => list.slice(1))
    },
    addHost: () => {
      change = (slices) => first(slices, (list) => [...list, endpoint({ kind: 'Node', name: 'n', uid: 'n' })])
    },
    refuse: () => {
      refused = true
    },
    mend: () => {
      refused = false
      change = (slices) => slices
    },
  }
}
