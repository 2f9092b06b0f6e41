import { describe, expect, it } from 'vitest'
import { createBed } from './bed.ts'

describe('discovery', () => {
  it('tells the version, and that it is not the real one', async () => {
    const { ask } = await createBed()
    expect((await ask('GET', '/version')).json()).toMatchObject({
      major: '1',
      minor: '36',
      gitVersion: 'v1.36.3+sluice',
    })
  })

  it('lists the groups', async () => {
    const { ask } = await createBed()
    expect((await ask('GET', '/api')).json()).toMatchObject({ kind: 'APIVersions', versions: ['v1'] })
    const { groups } = (await ask('GET', '/apis')).json()
    expect(groups.map(({ name }: { name: string }) => name)).toEqual([
      'shop.test',
      'authentication.k8s.io',
      'authorization.k8s.io',
    ])
    expect((await ask('GET', '/apis/shop.test')).json()).toMatchObject({
      kind: 'APIGroup',
      preferredVersion: { groupVersion: 'shop.test/v1', version: 'v1' },
    })
  })

  it('lists resources with their subresources', async () => {
    const { ask } = await createBed()
    expect((await ask('GET', '/apis/shop.test/v1')).json()).toMatchObject({
      kind: 'APIResourceList',
      groupVersion: 'shop.test/v1',
      resources: [
        { name: 'webs', singularName: 'web', namespaced: true, kind: 'Web' },
        { name: 'webs/status', kind: 'Web' },
        { name: 'webs/scale', group: 'autoscaling', version: 'v1', kind: 'Scale' },
      ],
    })
  })

  it('knows no group that is not served', async () => {
    const { ask } = await createBed()
    expect((await ask('GET', '/apis/batch/v1')).json()).toMatchObject({ kind: 'Status', code: 404, reason: 'NotFound' })
  })
})

describe('OpenAPI', () => {
  it('says which kinds are validated here, so that clients need no schema', async () => {
    const { ask } = await createBed()
    const { paths } = (await ask('GET', '/openapi/v3')).json()
    const document = (await ask('GET', paths['apis/shop.test/v1'].serverRelativeURL)).json()
    const { patch } = document.paths['/apis/shop.test/v1/namespaces/{namespace}/webs/{name}']
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'shop.test', version: 'v1', kind: 'Web' })
    expect(patch.parameters).toContainEqual({ name: 'fieldValidation', in: 'query', schema: { type: 'string' } })
  })

  it('in its older format is an empty protobuf document', async () => {
    const { ask } = await createBed()
    expect(await ask('GET', '/openapi/v2')).toMatchObject({ status: 200, text: '' })
  })

  it('describes custom kinds', async () => {
    const { ask } = await createBed()
    const { components } = (await ask('GET', '/openapi/v3/apis/shop.test/v1')).json()
    expect(components.schemas['test.shop.v1.Web']).toMatchObject({ type: 'object', description: 'A web shop.' })
  })
})
