import { describe, expect, it } from 'vitest'
import type { Attributes } from '../../../sandbox/server/caller.ts'
import { configMap, createBed, serviceAccounts } from './bed.ts'

const path = '/api/v1/namespaces/shop/configmaps'
const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
const whoAmI = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }

describe('who asks', () => {
  it('is the owner of the token', async () => {
    const { ask } = await createBed()
    const answer = await ask('POST', review, { token: 'dev-token', body: whoAmI })
    expect(answer.json()).toMatchObject({ ...whoAmI, status: { userInfo: { username: 'dev' } } })
  })

  it.each(['', 'nobodys-token'])('is nobody with the token %j, who learns no more than that we live', async (token) => {
    const { ask } = await createBed()
    expect((await ask('GET', path, { token })).json()).toMatchObject({ code: 401, reason: 'Unauthorized' })
    expect((await ask('GET', '/apis', { token })).status).toBe(401)
    expect((await ask('GET', '/readyz', { token })).text).toBe('ok')
  })

  it('is whom an admin acts as', async () => {
    const { ask } = await createBed()
    const headers = { 'impersonate-user': 'eve', 'impersonate-group': 'shop:owners' }
    const answer = await ask('POST', review, { headers, body: whoAmI })
    const groups = ['shop:owners', 'system:authenticated']
    expect(answer.json()).toMatchObject({ status: { userInfo: { username: 'eve', groups } } })
  })

  it('may not act as another without the right', async () => {
    const { ask } = await createBed()
    const answer = await ask('GET', path, { token: 'dev-token', headers: { 'impersonate-user': 'admin' } })
    expect(answer.json()).toMatchObject({
      code: 403,
      message:
        'users "admin" is forbidden: User "dev" cannot impersonate resource "users" in API group "" at the cluster scope',
    })
  })
})

describe("a service account's token", () => {
  const tokens = '/api/v1/namespaces/shop/serviceaccounts/bot/token'
  const asked = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec: { expirationSeconds: 600 } }

  it('stands for the account until it expires', async () => {
    const { ask, clock } = await createBed()
    const { status } = (await ask('POST', tokens, { body: asked })).json()
    expect(status.expirationTimestamp).toBe('2026-01-01T00:10:00Z')
    const me = () => ask('POST', review, { token: status.token, body: whoAmI })
    await clock.advance(599_000)
    expect((await me()).json().status.userInfo).toEqual({
      username: 'system:serviceaccount:shop:bot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
      uid: 'uid-2',
    })
    await clock.advance(1_000)
    expect((await me()).status).toBe(401)
  })

  it('is worth nothing once the account is gone', async () => {
    const { ask, api } = await createBed()
    const { status } = (await ask('POST', tokens, { body: asked })).json()
    api.delete(serviceAccounts, { name: 'bot', namespace: 'shop' })
    expect((await ask('POST', review, { token: status.token, body: whoAmI })).status).toBe(401)
  })

  it('lasts ten minutes at least', async () => {
    const { ask } = await createBed()
    const answer = await ask('POST', tokens, { body: { ...asked, spec: { expirationSeconds: 599 } } })
    expect(answer.json()).toMatchObject({ code: 422, reason: 'Invalid' })
  })
})

describe('what one may do', () => {
  it('is asked for every request, as RBAC sees it', async () => {
    const asked: Attributes[] = []
    const { ask } = await createBed({ authorize: (_caller, attributes) => asked.push(attributes) > 0 })
    await ask('GET', `${path}?fieldSelector=metadata.name=a`)
    await ask('GET', '/apis/shop.test/v1/webs')
    await ask('PUT', '/apis/shop.test/v1/namespaces/shop/webs/w/status', { body: {} })
    await ask('GET', '/api/v1/namespaces/shop')
    expect(asked).toEqual([
      { verb: 'list', group: '', resource: 'configmaps', namespace: 'shop', name: 'a' },
      { verb: 'list', group: 'shop.test', resource: 'webs' },
      { verb: 'update', group: 'shop.test', resource: 'webs', subresource: 'status', namespace: 'shop', name: 'w' },
      { verb: 'get', group: '', resource: 'namespaces', namespace: 'shop', name: 'shop' },
    ])
  })

  it('is refused in the words of the API', async () => {
    const { ask } = await createBed()
    const message = async (method: string, where: string) =>
      (await ask(method, where, { token: 'dev-token' })).json().message
    expect(await message('GET', '/apis/shop.test/v1/namespaces/shop/webs')).toBe(
      'webs.shop.test is forbidden: User "dev" cannot list resource "webs" in API group "shop.test" in the namespace "shop"',
    )
    expect(await message('DELETE', '/api/v1/namespaces/shop/configmaps/a')).toBe(
      'configmaps "a" is forbidden: User "dev" cannot delete resource "configmaps" in API group "" in the namespace "shop"',
    )
  })

  it('is a question of its own', async () => {
    const { ask } = await createBed()
    const body = {
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      spec: { resourceAttributes: { verb: 'list', resource: 'configmaps', namespace: 'shop' } },
    }
    const may = async (token: string) =>
      (await ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { token, body })).json().status
    expect(await may('admin-token')).toEqual({ allowed: true })
    expect(await may('dev-token')).toEqual({ allowed: false })
  })

  it('includes creating, for an apply that makes an object', async () => {
    const { ask } = await createBed({ authorize: (_caller, { verb }) => verb !== 'create' })
    const headers = { 'content-type': 'application/apply-patch+yaml' }
    const answer = await ask('PATCH', `${path}/a?fieldManager=me`, { headers, body: configMap('a') })
    expect(answer.json()).toMatchObject({ code: 403, reason: 'Forbidden' })
  })
})
