import { describe, expect, it } from 'vitest'
import { objectOf } from '../../api/json.ts'
import {
  deploymentResource,
  ingressResource,
  rolloutResource,
  serviceResource,
  validatingBindingResource,
  validatingPolicyResource,
} from '../../api/names.ts'
import { admissionObject } from '../../api/policies/policy.ts'
import { grouped } from '../../rollout-controller/act.ts'
import { fenceWrites } from '../../rollout-controller/fenced-client.ts'
import type { Action } from '../../rollout-controller/plan.ts'
import { record } from '../../rollout-controller/record.ts'
import { createShop } from '../builders/shop.ts'
import { startControl } from './shop-floor.ts'

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
    const { client, writes } = await createShop()
    const rollout = await client.get(rolloutResource, name)
    const stored = await record(client, rollout, status, signal)
    await record(client, stored, status, signal)
    expect(writes.map(({ kind }) => kind)).toEqual(['Rollout'])
  })

  it('is refused when somebody wrote the Rollout since it was looked at', async () => {
    const { api, client } = await createShop()
    const rollout = await client.get(rolloutResource, name)
    api.patch(rolloutResource, name, { type: 'merge', body: { metadata: { labels: { team: 'web' } } } })
    await expect(record(client, rollout, status, signal)).rejects.toMatchObject({ fault: 'conflict' })
  })
})

describe('a template that is put back', () => {
  it('replaces the whole template: a merge would keep what only the other has', async () => {
    const shop = await createShop()
    const working = startControl(shop)
    await shop.clock.advance(2000)
    const body = { spec: { template: { metadata: { annotations: { added: 'by v2' } } } } }
    shop.api.patch(deploymentResource, name, { type: 'merge', body })
    await shop.clock.advance(5000)
    shop.api.delete(rolloutResource, name)
    await shop.clock.advance(60_000)
    const { template, paused } = objectOf(shop.deployment()?.spec)
    expect(JSON.stringify(template)).not.toContain('by v2')
    expect(paused).toBeUndefined()
    expect(JSON.stringify(shop.deployment()?.metadata)).not.toContain('sluice.dev')
    expect(shop.api.find(rolloutResource, name)).toBeUndefined()
    await working.stop()
  })
})

describe('a name that is taken', () => {
  it('is never adopted: the update stays held and says whose it is', async () => {
    const shop = await createShop()
    const theirs = { name: 'web-canary', namespace: 'shop' }
    const spec = { ports: [{ port: 80 }] }
    shop.api.create(serviceResource, { apiVersion: 'v1', kind: 'Service', metadata: theirs, spec })
    const working = startControl(shop)
    await shop.clock.advance(2000)
    shop.upgrade('web:v2')
    await shop.clock.advance(30_000)
    expect(shop.status()).toMatchObject({ phase: 'Pending', waiting: { reason: 'NameTaken' } })
    expect(shop.api.get(serviceResource, theirs).metadata.labels).toBeUndefined()
    expect(shop.ours()).toEqual([])
    await working.stop()
  })
})

describe('a write that the server refuses', () => {
  it('is tried again, and does not keep the deadline from passing', async () => {
    const shop = await createShop()
    const [policy, binding] = frozenIngresses()
    shop.api.create(validatingPolicyResource, policy)
    shop.api.create(validatingBindingResource, binding)
    const working = startControl(shop)
    await shop.clock.advance(2000)
    shop.upgrade('web:v2')
    await shop.clock.advance(20_000)
    expect(shop.api.find(ingressResource, { namespace: 'shop', name: 'web-canary' })).toBeUndefined()
    expect(working.complaints.join('')).toContain('a policy forbids it')
    shop.api.delete(validatingBindingResource, binding.metadata)
    await shop.clock.advance(40_000)
    expect(shop.canaryWeight()).toBe(20)
    await working.stop()
  })
})

/** Somebody else's policy: nobody makes an Ingress. */
function frozenIngresses() {
  const rule = {
    apiGroups: ['networking.k8s.io'],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['ingresses'],
  }
  const validations = [{ expression: 'false', message: 'a policy forbids it', reason: 'Forbidden' }]
  return [
    admissionObject(validatingPolicyResource, 'frozen', {
      matchConstraints: { resourceRules: [rule] },
      validations,
    }),
    admissionObject(validatingBindingResource, 'frozen', { policyName: 'frozen', validationActions: ['Deny'] }),
  ] as const
}

describe('a controller that does not lead', () => {
  it('reads and watches, and writes nothing', async () => {
    const shop = await createShop()
    const client = fenceWrites(shop.client, () => false)
    await expect(client.get(deploymentResource, name)).resolves.toBeDefined()
    await expect(client.delete(deploymentResource, name)).rejects.toMatchObject({ fault: 'unavailable' })
    expect(shop.writes).toEqual([])
  })
})
