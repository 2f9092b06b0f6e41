import { describe, expect, it } from 'vitest'
import { configMap, configMaps, createBed, webs } from './bed.ts'

const path = '/api/v1/namespaces/shop/configmaps'

describe('objects over HTTP', () => {
  it('are made, read, changed and removed as our client does it', async () => {
    const { client } = await createBed()
    const name = { name: 'a', namespace: 'shop' }
    const made = await client.create(configMaps, configMap('a'))
    await client.replace(configMaps, { ...made, data: { colour: 'blue' } })
    await client.patch(configMaps, name, { type: 'merge', body: { data: { size: '1' } } })
    expect(await client.get(configMaps, name)).toMatchObject({ data: { colour: 'blue', size: '1' } })
    await client.delete(configMaps, name, { uid: made.metadata.uid ?? '' })
    expect((await client.list(configMaps, { namespace: 'shop' })).items).toEqual([])
  })

  it('come in pages', async () => {
    const { client } = await createBed()
    for (const name of ['a', 'b', 'c']) await client.create(configMaps, configMap(name))
    const first = await client.list(configMaps, { limit: 2 })
    expect(first.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
    const second = await client.list(configMaps, { limit: 2, continue: first.continue ?? '' })
    expect(second.items.map(({ metadata }) => metadata.name)).toEqual(['c'])
  })

  it('are selected by label and by field', async () => {
    const { client } = await createBed()
    await client.create(configMaps, configMap('a', { labels: { tier: 'web' } }))
    await client.create(configMaps, configMap('b'))
    const names = async (selection: object) =>
      (await client.list(configMaps, selection)).items.map(({ metadata }) => metadata.name)
    expect(await names({ labelSelector: 'tier in (web,db)' })).toEqual(['a'])
    expect(await names({ fieldSelector: 'metadata.name=b' })).toEqual(['b'])
  })

  it('may be sent as YAML, and belong to the namespace of the path', async () => {
    const { ask } = await createBed()
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'
    const answer = await ask('POST', path, { body, headers: { 'content-type': 'application/yaml' } })
    expect(answer.status).toBe(201)
    expect(answer.json().metadata).toMatchObject({ name: 'a', namespace: 'shop' })
  })

  it('are answered with a Status when gone, and whole while finalizers keep them', async () => {
    const { ask } = await createBed()
    await ask('POST', path, { body: configMap('a') })
    await ask('POST', path, { body: configMap('kept', { finalizers: ['x.test/wait'] }) })
    expect((await ask('DELETE', `${path}/a`)).json()).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'a', kind: 'configmaps' },
    })
    expect((await ask('DELETE', `${path}/kept`)).json()).toMatchObject({
      kind: 'ConfigMap',
      metadata: { name: 'kept', deletionTimestamp: '2026-01-01T00:00:00Z' },
    })
  })

  it('stay when their removal is a dry run, by body or by query', async () => {
    const { ask, api } = await createBed()
    await ask('POST', path, { body: configMap('a') })
    await ask('DELETE', `${path}/a?dryRun=All`)
    await ask('DELETE', `${path}/a`, { body: { kind: 'DeleteOptions', dryRun: ['All'] } })
    expect(api.find(configMaps, { name: 'a', namespace: 'shop' })).toBeDefined()
  })

  it('are removed together, those that a selector names', async () => {
    const { ask, client } = await createBed()
    for (const name of ['a', 'b', 'c']) await client.create(configMaps, configMap(name, { labels: { is: name } }))
    await ask('DELETE', `${path}?labelSelector=is!=b`)
    expect((await client.list(configMaps)).items.map(({ metadata }) => metadata.name)).toEqual(['b'])
  })

  it('scale by a Scale of their own', async () => {
    const { ask, client } = await createBed()
    await client.create(webs, { apiVersion: 'shop.test/v1', kind: 'Web', metadata: { name: 'w', namespace: 'shop' } })
    const scale = '/apis/shop.test/v1/namespaces/shop/webs/w/scale'
    const merge = { 'content-type': 'application/merge-patch+json' }
    await ask('PATCH', scale, { headers: merge, body: { spec: { replicas: 3 } } })
    expect((await ask('GET', scale)).json()).toMatchObject({ kind: 'Scale', spec: { replicas: 3 } })
    expect(await client.get(webs, { name: 'w', namespace: 'shop' })).toMatchObject({ spec: { replicas: 3 } })
  })

  it('bring warnings along, with quotes and on one line', async () => {
    const { client, warnings } = await createBed()
    await client.create(configMaps, configMap('a', { annotations: { warn: 'held by "web": see\n sluice \\ status' } }))
    expect(warnings).toEqual(['held by "web": see sluice \\ status'])
  })

  it('bring warnings along in UTF-8', async () => {
    const { ask } = await createBed()
    const answer = await ask('POST', path, { body: configMap('a', { annotations: { warn: 'façade' } }) })
    expect(Buffer.from(answer.headers.get('warning') ?? '', 'latin1').toString()).toBe('299 - "façade"')
  })

  it('say which fields nobody knows as they are asked to', async () => {
    const { ask } = await createBed()
    const body = { ...configMap('a'), unknown: { colour: 'red' } }
    expect((await ask('POST', `${path}?fieldValidation=Strict`, { body })).status).toBe(400)
    expect((await ask('POST', `${path}?fieldValidation=Ignore`, { body })).headers.get('warning')).toBeNull()
    await ask('DELETE', `${path}/a`)
    expect((await ask('POST', path, { body })).headers.get('warning')).toBe(
      '299 - "unknown field \\"unknown.colour\\""',
    )
  })
})

describe('a refusal', () => {
  it.each([
    ['GET', `${path}/none`, undefined, 404, 'NotFound', { name: 'none', kind: 'configmaps' }],
    [
      'GET',
      '/apis/shop.test/v1/namespaces/shop/webs/w',
      undefined,
      404,
      'NotFound',
      { group: 'shop.test', kind: 'webs' },
    ],
    ['GET', `${path}/none/log`, undefined, 404, 'NotFound', {}],
    ['GET', '/apis/nobody.test/v1', undefined, 404, 'NotFound', {}],
    ['PUT', path, undefined, 405, 'MethodNotAllowed', {}],
    ['POST', '/api/v1/configmaps', configMap('a'), 405, 'MethodNotAllowed', {}],
    ['POST', path, configMap('a', { labels: { bad: '' } }), 422, 'Invalid', { name: 'a', kind: 'ConfigMap' }],
    ['POST', path, configMap('a', { namespace: 'other' }), 400, 'BadRequest', {}],
    ['POST', path, '{', 400, 'BadRequest', {}],
    ['POST', `${path}?dryRun=Some`, configMap('a'), 422, 'Invalid', {}],
    ['PATCH', `${path}/a`, '{}', 415, 'UnsupportedMediaType', {}],
    ['GET', `${path}?fieldSelector=spec.x=1`, undefined, 400, 'BadRequest', {}],
  ])('of %s %s %j is %i %s', async (method, where, body, status, reason, details) => {
    const { ask } = await createBed()
    const answer = await ask(method, where, { body })
    expect(answer.json()).toMatchObject({ kind: 'Status', status: 'Failure', code: status, reason, details })
    expect(answer.status).toBe(status)
  })

  it('names the fields at fault', async () => {
    const { client } = await createBed()
    await expect(client.create(configMaps, configMap('a', { labels: { bad: '' } }))).rejects.toMatchObject({
      fault: 'invalid',
      causes: [{ field: 'metadata.labels', message: 'Invalid value: "bad": no' }],
    })
  })

  it('meets protobuf when nothing else is taken, and JSON is sent where that is taken too', async () => {
    const { ask } = await createBed()
    const protobuf = 'application/vnd.kubernetes.protobuf'
    expect((await ask('GET', path, { headers: { accept: protobuf } })).status).toBe(406)
    expect((await ask('GET', path, { headers: { accept: `${protobuf},application/json` } })).status).toBe(200)
  })

  it('meets a body that is larger than a real server takes', async () => {
    const { ask } = await createBed()
    const body = { ...configMap('a'), data: { text: 'x'.repeat(3 * 1024 * 1024) } }
    expect((await ask('POST', path, { body })).status).toBe(413)
  })
})

describe('a table', () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

  it('has the columns of the kind, and the metadata of every row', async () => {
    const { ask, client } = await createBed()
    await client.create(configMaps, configMap('a'))
    const table = (await ask('GET', path, { headers: { accept } })).json()
    expect(table.columnDefinitions.map(({ name, format }: Record<string, string>) => [name, format])).toEqual([
      ['Name', 'name'],
      ['Born', ''],
    ])
    expect(table.rows).toMatchObject([
      { cells: ['a', '2026-01-01T00:00:00Z'], object: { kind: 'PartialObjectMetadata', metadata: { name: 'a' } } },
    ])
  })

  it('carries whole objects, or none, when that is asked for', async () => {
    const { ask, client } = await createBed()
    await client.create(configMaps, configMap('a'))
    const rows = async (include: string) =>
      (await ask('GET', `${path}/a?includeObject=${include}`, { headers: { accept } })).json().rows
    expect((await rows('Object'))[0].object).toMatchObject({ kind: 'ConfigMap', data: { colour: 'red' } })
    expect((await rows('None'))[0]).not.toHaveProperty('object')
  })
})
