import { expect } from 'vitest'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import { deploymentResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { badRequest, conflict, invalid, notFound, refusal } from './refusal.ts'
import { configMaps } from './resources.ts'
import { namesAndImages } from './rollouts-seen.ts'
import { configMap, deployment } from './shop.ts'
import { widget, widgets } from './widget.ts'

interface As {
  readonly manager?: string
  readonly force?: boolean
  readonly resource?: Resource
}

function apply(bed: Bed, object: KubeObject, { manager = 'me', force = false, resource = configMaps }: As = {}) {
  const name = { namespace: bed.namespace, name: object.metadata.name }
  const body = { ...object, metadata: { namespace: bed.namespace, ...object.metadata } }
  return bed.client.patch(resource, name, { type: 'apply', body, fieldManager: manager, force })
}

const map = (data: unknown) => configMap('a', { data })
const withContainers = (...list: readonly object[]) => deployment('a', { replicas: 0, podSpec: { containers: list } })

export const applies: Chapter = {
  concern: 'server-side apply',
  cases: [
    {
      title: 'an apply makes what is not there, and says who owns what',
      async run(bed) {
        const object = await apply(bed, map({ k: '1' }))
        expect(object['data']).toEqual({ k: '1' })
        expect(at(object, 'metadata', 'managedFields')).toMatchObject([
          {
            manager: 'me',
            operation: 'Apply',
            apiVersion: 'v1',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { 'f:k': {} } },
          },
        ])
      },
    },
    {
      title: 'the same apply again changes nothing, not even the version',
      async run(bed) {
        const first = await apply(bed, map({ k: '1' }))
        expect(await apply(bed, map({ k: '1' }))).toEqual(first)
      },
    },
    {
      title: 'an apply of another value than somebody else applied is a Conflict that names manager and field',
      async run(bed) {
        await apply(bed, map({ k: '1' }))
        const refused = await refusal(apply(bed, map({ k: '2' }), { manager: 'other' }))
        expect(refused).toMatchObject({ ...conflict, fields: ['.data.k'] })
        expect(refused.message).toContain('conflict with "me": .data.k')
      },
    },
    {
      title: 'an apply by force takes the field over',
      async run(bed) {
        await apply(bed, map({ k: '1' }))
        expect((await apply(bed, map({ k: '2' }), { manager: 'other', force: true }))['data']).toEqual({ k: '2' })
        expect(await refusal(apply(bed, map({ k: '3' })))).toMatchObject(conflict)
      },
    },
    {
      title: 'two who apply the same value own it together, and it stays until both have let go',
      async run(bed) {
        await apply(bed, map({ k: '1', mine: 'x' }))
        await apply(bed, map({ k: '1', other: 'y' }), { manager: 'other' })
        expect((await apply(bed, map({ mine: 'x' })))['data']).toEqual({ k: '1', mine: 'x', other: 'y' })
        expect((await apply(bed, map({ other: 'y' }), { manager: 'other' }))['data']).toEqual({ mine: 'x', other: 'y' })
      },
    },
    {
      title: 'a field that is left out of the next apply is removed, and what others set stays',
      async run(bed) {
        await apply(bed, map({ one: '1', two: '2' }))
        await bed.client.patch(
          configMaps,
          { namespace: bed.namespace, name: 'a' },
          { type: 'merge', body: { data: { three: '3' } } },
        )
        expect((await apply(bed, map({ one: '1' })))['data']).toEqual({ one: '1', three: '3' })
      },
    },
    {
      title: 'a field that an update has changed is owned by it: the next apply of another value is a Conflict',
      async run(bed) {
        await apply(bed, map({ k: '1' }))
        const patch = { type: 'merge', body: { data: { k: '2' } } } as const
        await bed.client.patch(configMaps, { namespace: bed.namespace, name: 'a' }, patch, { fieldManager: 'hand' })
        const refused = await refusal(apply(bed, map({ k: '1' })))
        expect(refused).toMatchObject({ ...conflict, fields: ['.data.k'] })
        expect(refused.message).toContain('"hand"')
      },
    },
    {
      title: 'containers are owned one by one, by name',
      async run(bed) {
        const as = { resource: deploymentResource }
        await apply(bed, withContainers({ name: 'web', image: 'web:v1' }), as)
        const log = { name: 'log', image: 'log:v1' }
        const template = { spec: { containers: [log] } }
        const side = { ...withContainers(), spec: { template } }
        expect(namesAndImages(await apply(bed, side, { ...as, manager: 'other' }))).toEqual([
          'web web:v1',
          'log log:v1',
        ])
        const next = await apply(bed, withContainers({ name: 'web', image: 'web:v2' }), as)
        expect(namesAndImages(next)).toEqual(['web web:v2', 'log log:v1'])
      },
    },
    {
      title: 'an apply without a field manager is Invalid',
      async run(bed) {
        const path = `/api/v1/namespaces/${bed.namespace}/configmaps/a`
        const answer = await bed.wire.send('PATCH', path, { body: map({}), type: 'application/apply-patch+yaml' })
        expect(answer).toMatchObject({
          status: 422,
          body: { reason: 'Invalid', details: { causes: [{ field: 'fieldManager' }] } },
        })
      },
    },
    {
      title: 'an apply that names managedFields is a BadRequest',
      async run(bed) {
        const object = await apply(bed, map({ k: '1' }))
        expect(await refusal(apply(bed, { ...object, data: { k: '2' } }))).toMatchObject(badRequest)
      },
    },
    {
      title: 'an apply of another kind than the path is a BadRequest',
      async run(bed) {
        expect(await refusal(apply(bed, { ...map({}), kind: 'Secret' }))).toMatchObject(badRequest)
      },
    },
    {
      title: 'an apply with an older version is a Conflict',
      async run(bed) {
        const { resourceVersion = '' } = (await apply(bed, map({ k: '1' }))).metadata
        await apply(bed, map({ k: '2' }))
        const late = { ...map({ k: '3' }), metadata: { name: 'a', resourceVersion } }
        expect(await refusal(apply(bed, late))).toMatchObject(conflict)
      },
    },
    {
      title: 'an apply that names the uid of what is no more is refused, and makes nothing',
      async run(bed) {
        const object = { ...map({ k: '1' }), metadata: { name: 'a', uid: '3f0a4b0e-0000-4000-8000-000000000000' } }
        expect(await refusal(apply(bed, object))).toMatchObject({ status: 409 })
        expect(await refusal(bed.client.get(configMaps, { namespace: bed.namespace, name: 'a' }))).toMatchObject(
          notFound,
        )
      },
    },
    {
      title: 'an apply whose outcome is invalid is refused by the field',
      async run(bed) {
        const object = deployment('a', { spec: { replicas: -1 } })
        const refused = await refusal(apply(bed, object, { resource: deploymentResource }))
        expect(refused).toMatchObject({ ...invalid, fields: ['spec.replicas'] })
      },
    },
    {
      title: 'an apply of an unknown field is a BadRequest under fieldValidation=Strict, as kubectl asks',
      async run(bed) {
        const path = `/api/v1/namespaces/${bed.namespace}/configmaps/a?fieldManager=me`
        const options = { body: { ...map({}), dta: {} }, type: 'application/apply-patch+yaml' }
        const strict = await bed.wire.send('PATCH', `${path}&fieldValidation=Strict`, options)
        expect({ status: strict.status, message: String(strict.body['message']).includes('dta') }).toEqual({
          status: strict.status,
          message: true,
        })
        expect(strict.status).toBeGreaterThanOrEqual(400)
      },
    },
    {
      title: 'in a custom resource a list of type map is owned by its keys, any other as a whole',
      async run(bed) {
        const as = { resource: widgets }
        await apply(bed, widget('a', { parts: [{ name: 'x', weight: 1 }], tags: ['p'] }), as)
        const other = { ...widget('a'), spec: { parts: [{ name: 'y', weight: 2 }] } }
        const both = await apply(bed, other, { ...as, manager: 'other' })
        expect(at(both, 'spec', 'parts')).toEqual([
          { name: 'x', weight: 1 },
          { name: 'y', weight: 2 },
        ])
        const tags = { ...widget('a'), spec: { tags: ['q'] } }
        expect(await refusal(apply(bed, tags, { ...as, manager: 'other' }))).toMatchObject({
          ...conflict,
          fields: ['.spec.tags'],
        })
      },
    },
    {
      title: 'a list of type set is owned item by item',
      async run(bed) {
        const as = { resource: widgets }
        await apply(bed, widget('a', { set: ['x'] }), as)
        const both = await apply(bed, { ...widget('a'), spec: { set: ['y'] } }, { ...as, manager: 'other' })
        expect(at(both, 'spec', 'set')).toEqual(['x', 'y'])
      },
    },
    {
      title: 'an update through the scale is no conflict with an apply that names no replicas',
      async run(bed) {
        const { spec, ...rest } = deployment('a')
        const { replicas: _unset, ...others } = Object(spec)
        const object = { ...rest, spec: { ...others, paused: true } }
        await apply(bed, object, { resource: deploymentResource })
        const body = { spec: { replicas: 0 } }
        const name = { namespace: bed.namespace, name: 'a' }
        await bed.client.patch(deploymentResource, name, { type: 'merge', body }, { subresource: 'scale' })
        const again = await apply(bed, object, { resource: deploymentResource })
        expect(at(again, 'spec', 'replicas')).toBe(0)
      },
    },
  ],
}
