import { expect } from 'vitest'
import { at } from '../../../cli/json.ts'
import type { KubeClient } from '../../../kube/types.ts'
import { type Bed, tokenOf } from './bed.ts'
import type { ContractCase } from './contract.ts'
import { eventually } from './eventually.ts'
import { forbidden, notFound, refusal } from './refusal.ts'
import { configMaps, serviceAccounts } from './resources.ts'

const named = (bed: Bed, name = 'a') => ({ namespace: bed.namespace, name })

async function userOf(client: KubeClient): Promise<unknown> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  return at(
    await client.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', body),
    'status',
    'userInfo',
  )
}

/** Who a caller is. */
export const identity: readonly ContractCase[] = [
  {
    title: 'a service account is known by the token that was made for it, with its groups',
    async run(bed) {
      expect(await userOf(await bed.actingAs('default'))).toMatchObject({
        username: `system:serviceaccount:${bed.namespace}:default`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${bed.namespace}`, 'system:authenticated'],
      })
    },
  },
  {
    title: 'an administrator is known, and is one of the masters',
    async run(bed) {
      const user = await userOf(bed.client)
      expect(at(user, 'username')).toBe('admin')
      expect(at(user, 'groups')).toEqual(expect.arrayContaining(['system:masters', 'system:authenticated']))
    },
  },
  {
    title: 'a token of a service account that is not there is NotFound',
    async run(bed) {
      expect(await refusal(tokenOf(bed.client, bed.namespace, 'nobody'))).toMatchObject(notFound)
    },
  },
  {
    title: 'a token says when it ends',
    async run(bed) {
      const path = `/api/v1/namespaces/${bed.namespace}/serviceaccounts/default/token`
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } }
      const answer = await bed.client.request('POST', path, body)
      const endsMs = Date.parse(String(at(answer, 'status', 'expirationTimestamp')))
      expect(endsMs - Date.now()).toBeGreaterThan(590_000)
      expect(endsMs - Date.now()).toBeLessThan(610_000)
    },
  },
  {
    title: 'a token that is none is Unauthorized',
    async run(bed) {
      const answer = await bed.wire.send('GET', '/api/v1/namespaces', { token: 'nonsense' })
      expect(answer).toMatchObject({ status: 401, body: { kind: 'Status', reason: 'Unauthorized', code: 401 } })
    },
  },
  {
    title: 'a namespace gets the service account default, also when it was deleted',
    async run(bed) {
      const before = await bed.client.get(serviceAccounts, named(bed, 'default'))
      await bed.client.delete(serviceAccounts, named(bed, 'default'))
      const after = await eventually(() => bed.client.get(serviceAccounts, named(bed, 'default')))
      expect(after.metadata.uid).not.toBe(before.metadata.uid)
    },
  },
  {
    title: 'who may impersonate acts as somebody else, with that one’s rights',
    async run(bed) {
      const ann = bed.impersonating('ann', ['ops'])
      const user = await userOf(bed.impersonating('ann', ['ops', 'system:authenticated']))
      expect(user).toMatchObject({ username: 'ann', groups: expect.arrayContaining(['ops']) })
      expect(await refusal(ann.get(configMaps, named(bed)))).toMatchObject(forbidden)
      const refused = await refusal((await bed.actingAs('default')).get(configMaps, named(bed)))
      expect(refused).toMatchObject(forbidden)
    },
  },
]
