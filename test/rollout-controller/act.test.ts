import { describe, expect, it } from 'vitest'
import { objectOf } from '../../api/json.ts'
import { deploymentResource, ingressResource, rolloutResource, serviceResource } from '../../api/names.ts'
import { KubeError } from '../../kube/errors.ts'
import { grouped } from '../../rollout-controller/act.ts'
import { fenceWrites } from '../../rollout-controller/fenced-client.ts'
import type { Action } from '../../rollout-controller/plan.ts'
import { record } from '../../rollout-controller/record.ts'
import { createShop } from '../builders/shop.ts'
import { createVirtualClock } from '../builders/virtual-clock.ts'
import { pass, startControl } from './shop-floor.ts'

const name = { namespace: 'shop', name: 'web' }
const signal = new AbortController().signal

describe('the actions of a plan', () => {
  const route = (of: string): Action => ({
    kind: 'route',
    target: { kind: 'ingress', name: of },
    intent: { kind: 'withdrawn' },
  })

  it('are done one by one, routes that follow each other side by side', () => {
    const claim: Action = { kind: 'claim', at: '1' }
    expect(grouped([route('a'), route('b'), claim, route('c')])).toEqual([
      [route('a'), route('b')],
      [claim],
      [route('c')],
    ])
  })
})

describe('recording', () => {
  const status = { phase: 'Pending', message: 'x', attempts: 0, decisions: [], conditions: [] } as const

  it('writes nothing when nothing is new', async () => {
    const { kube } = createShop()
    const rollout = await kube.client.get(rolloutResource, name)
    const stored = await record(kube.client, rollout, status, signal)
    await record(kube.client, stored, status, signal)
    expect(kube.writes.map(({ kind }) => kind)).toEqual(['Rollout'])
  })

  it('is refused when somebody wrote the Rollout since it was looked at', async () => {
    const { kube } = createShop()
    const rollout = await kube.client.get(rolloutResource, name)
    kube.put(rolloutResource, { ...rollout, spec: {} })
    await expect(record(kube.client, rollout, status, signal)).rejects.toMatchObject({ fault: 'conflict' })
  })
})

describe('a template that is put back', () => {
  it('replaces the whole template: a merge would keep what only the other has', async () => {
    const shop = createShop()
    const clock = createVirtualClock()
    const working = startControl(shop, clock)
    await pass(shop, clock, 2000)
    const body = { spec: { template: { metadata: { annotations: { added: 'by v2' } } } } }
    await shop.kube.client.patch(deploymentResource, name, { type: 'merge', body })
    await pass(shop, clock, 5000)
    await shop.kube.client.delete(rolloutResource, name)
    await pass(shop, clock, 60_000)
    const { template, paused } = objectOf(shop.deployment()?.spec)
    expect(JSON.stringify(template)).not.toContain('by v2')
    expect(paused).toBeUndefined()
    expect(JSON.stringify(shop.deployment()?.metadata)).not.toContain('sluice.dev')
    expect(shop.kube.find(rolloutResource, name)).toBeUndefined()
    await working.stop()
  })
})

describe('a name that is taken', () => {
  it('is never adopted: the update stays held and says whose it is', async () => {
    const shop = createShop()
    const theirs = { name: 'web-canary', namespace: 'shop' }
    shop.kube.put(serviceResource, { apiVersion: 'v1', kind: 'Service', metadata: theirs, spec: { ports: [] } })
    const clock = createVirtualClock()
    const working = startControl(shop, clock)
    await pass(shop, clock, 2000)
    await shop.upgrade('web:v2')
    await pass(shop, clock, 30_000)
    expect(shop.status()).toMatchObject({ phase: 'Pending', waiting: { reason: 'NameTaken' } })
    expect(shop.kube.find(serviceResource, theirs)?.metadata.labels).toBeUndefined()
    expect(shop.ours()).toEqual([])
    await working.stop()
  })
})

describe('a write that the server refuses', () => {
  it('is tried again, and does not keep the deadline from passing', async () => {
    let refuses = true
    const shop = createShop({
      beforeWrite({ verb, kind }) {
        if (refuses && verb === 'create' && kind === 'Ingress') throw new KubeError('denied', 'a policy forbids it')
      },
    })
    const clock = createVirtualClock()
    const working = startControl(shop, clock)
    await pass(shop, clock, 2000)
    await shop.upgrade('web:v2')
    await pass(shop, clock, 20_000)
    expect(shop.kube.find(ingressResource, { namespace: 'shop', name: 'web-canary' })).toBeUndefined()
    expect(working.complaints.join('')).toContain('a policy forbids it')
    refuses = false
    await pass(shop, clock, 40_000)
    expect(shop.canaryWeight()).toBe(20)
    await working.stop()
  })
})

describe('a controller that does not lead', () => {
  it('reads and watches, and writes nothing', async () => {
    const { kube } = createShop()
    const client = fenceWrites(kube.client, () => false)
    await expect(client.get(deploymentResource, name)).resolves.toBeDefined()
    await expect(client.delete(deploymentResource, name)).rejects.toMatchObject({ fault: 'unavailable' })
    expect(kube.writes).toEqual([])
  })
})
