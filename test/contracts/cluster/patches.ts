import { expect } from 'vitest'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import { deploymentResource, serviceResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { JsonPatchOp } from '../../../kube/types.ts'
import type { Bed } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { badRequest, conflict, invalid, notFound, refusal } from './refusal.ts'
import { configMaps } from './resources.ts'
import { configMap, deployment, imageOf, service } from './shop.ts'
import { widget, widgets } from './widget.ts'

const named = (bed: Bed, name = 'a') => ({ namespace: bed.namespace, name })
const merge = (bed: Bed, body: unknown, resource: Resource = configMaps) =>
  bed.client.patch(resource, named(bed), { type: 'merge', body })
const json = (bed: Bed, ...body: readonly JsonPatchOp[]) =>
  bed.client.patch(configMaps, named(bed), { type: 'json', body })

const merges: readonly ContractCase[] = [
  {
    title: 'a merge patch sets what it names, removes what it nulls, and leaves the rest',
    async run(bed) {
      await bed.make(configMaps, configMap('a', { data: { one: '1', two: '2', three: '3' } }))
      expect((await merge(bed, { data: { one: 'x', two: null, four: '4' } }))['data']).toEqual({
        one: 'x',
        three: '3',
        four: '4',
      })
    },
  },
  {
    title: 'a merge patch replaces lists as a whole',
    async run(bed) {
      await bed.make(deploymentResource, deployment('a', { replicas: 0 }))
      const containers = [{ name: 'other', image: 'other' }]
      const object = await merge(bed, { spec: { template: { spec: { containers } } } }, deploymentResource)
      expect(at(object, 'spec', 'template', 'spec', 'containers')).toMatchObject(containers)
    },
  },
  {
    title: 'a merge patch with an older version is a Conflict, with this one it is taken',
    async run(bed) {
      const made = await bed.make(configMaps, configMap('a'))
      const { resourceVersion } = made.metadata
      const patch = (k: string) => merge(bed, { metadata: { resourceVersion }, data: { k } })
      expect((await patch('1'))['data']).toEqual({ k: '1' })
      expect(await refusal(patch('2'))).toMatchObject(conflict)
    },
  },
  {
    title: 'a patch cannot give another uid',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      expect(await refusal(merge(bed, { metadata: { uid: 'another' } }))).toMatchObject({
        ...invalid,
        fields: ['metadata.uid'],
      })
    },
  },
  {
    title: 'a patch of what is not there is NotFound',
    async run(bed) {
      expect(await refusal(merge(bed, { data: {} }))).toMatchObject(notFound)
    },
  },
  {
    title: 'a patch cannot give another name',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      expect(await refusal(merge(bed, { metadata: { name: 'b' } }))).toMatchObject(badRequest)
    },
  },
  {
    title: 'a patch whose outcome is invalid is refused by the field',
    async run(bed) {
      await bed.make(deploymentResource, deployment('a', { replicas: 0 }))
      const refused = await refusal(merge(bed, { spec: { replicas: -1 } }, deploymentResource))
      expect(refused).toMatchObject({ ...invalid, fields: ['spec.replicas'] })
    },
  },
  {
    title: 'a patch that is no JSON object is a BadRequest',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      const path = `/api/v1/namespaces/${bed.namespace}/configmaps/a`
      const answer = await bed.wire.send('PATCH', path, { body: '{"data":', type: 'application/merge-patch+json' })
      expect(answer.status).toBe(400)
    },
  },
  {
    title: 'a patch of an unknown kind is UnsupportedMediaType',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      const path = `/api/v1/namespaces/${bed.namespace}/configmaps/a`
      expect((await bed.wire.send('PATCH', path, { body: {} })).status).toBe(415)
    },
  },
]

const jsons: readonly ContractCase[] = [
  {
    title: 'a JSON patch adds, replaces, removes, copies and moves, with escaped keys',
    async run(bed) {
      await bed.make(configMaps, configMap('a', { data: { one: '1', two: '2' } }, { annotations: { 'a/b': 'x' } }))
      const object = await json(
        bed,
        { op: 'test', path: '/data/one', value: '1' },
        { op: 'replace', path: '/data/one', value: 'x' },
        { op: 'add', path: '/data/three', value: '3' },
        { op: 'copy', from: '/data/three', path: '/data/four' },
        { op: 'move', from: '/data/two', path: '/data/five' },
        { op: 'remove', path: '/metadata/annotations/a~1b' },
        { op: 'add', path: '/metadata/finalizers', value: ['contract.test/a'] },
        { op: 'add', path: '/metadata/finalizers/-', value: 'contract.test/b' },
      )
      expect(object['data']).toEqual({ one: 'x', three: '3', four: '3', five: '2' })
      expect(object.metadata.annotations).toBeUndefined()
      expect(object.metadata.finalizers).toEqual(['contract.test/a', 'contract.test/b'])
    },
  },
  {
    title: 'a JSON patch whose test fails is Invalid and changes nothing',
    async run(bed) {
      const made = await bed.make(configMaps, configMap('a', { data: { one: '1' } }))
      const patch = json(bed, { op: 'remove', path: '/data/one' }, { op: 'test', path: '/metadata/name', value: 'b' })
      expect(await refusal(patch)).toMatchObject({ status: 422, reason: 'Invalid' })
      expect(await bed.client.get(configMaps, named(bed))).toEqual(made)
    },
  },
  {
    title: 'a JSON patch whose path leads nowhere is Invalid',
    async run(bed) {
      await bed.make(configMaps, configMap('a'))
      const replaced = json(bed, { op: 'replace', path: '/data/one', value: 'x' })
      expect(await refusal(replaced)).toMatchObject({ status: 422, reason: 'Invalid' })
      const removed = json(bed, { op: 'remove', path: '/data/one' })
      expect(await refusal(removed)).toMatchObject({ status: 422, reason: 'Invalid' })
      const deep = json(bed, { op: 'add', path: '/data/one', value: 'x' })
      expect(await refusal(deep)).toMatchObject({ status: 422, reason: 'Invalid' })
    },
  },
  {
    title: 'a JSON patch that tests the version is how our hold is lifted: stale, it is refused',
    async run(bed) {
      const made = await bed.make(configMaps, configMap('a'))
      const { resourceVersion = '' } = made.metadata
      const patch = (value: string) =>
        json(
          bed,
          { op: 'test', path: '/metadata/resourceVersion', value },
          { op: 'add', path: '/data', value: { k: 'v' } },
        )
      expect((await patch(resourceVersion))['data']).toEqual({ k: 'v' })
      expect(await refusal(patch(resourceVersion))).toMatchObject({ status: 422 })
    },
  },
]

async function strategic(bed: Bed, body: unknown, plural = 'apps/v1', resource = 'deployments'): Promise<unknown> {
  const root = plural === 'v1' ? '/api/v1' : `/apis/${plural}`
  const path = `${root}/namespaces/${bed.namespace}/${resource}/a`
  const answer = await bed.wire.send('PATCH', path, { body, type: 'application/strategic-merge-patch+json' })
  expect({ status: answer.status, message: answer.body['message'] }).toEqual({ status: 200, message: undefined })
  return answer.body
}

const podSpec = (object: unknown) => at(object, 'spec', 'template', 'spec')
const inTemplate = (spec: unknown) => ({ spec: { template: { spec } } })

const two = (): KubeObject =>
  deployment('a', {
    replicas: 0,
    podSpec: {
      containers: [
        {
          name: 'web',
          image: 'web:v1',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
          ports: [{ containerPort: 80 }],
        },
        { name: 'log', image: 'log:v1' },
      ],
      tolerations: [{ key: 'a', operator: 'Exists' }],
      volumes: [{ name: 'scratch', emptyDir: {} }],
    },
  })

const namesAndImages = (object: unknown) =>
  [at(podSpec(object), 'containers')].flat().map((one) => `${at(one, 'name')} ${at(one, 'image')}`)

const strategics: readonly ContractCase[] = [
  {
    title: 'a strategic patch merges containers by name, as kubectl set image does',
    async run(bed) {
      await bed.make(deploymentResource, two())
      const body = inTemplate({
        '$setElementOrder/containers': [{ name: 'web' }, { name: 'log' }],
        containers: [{ image: imageOf('v2'), name: 'web' }],
      })
      const object = await strategic(bed, body)
      expect(namesAndImages(object)).toEqual([`web ${imageOf('v2')}`, 'log log:v1'])
      expect(at(podSpec(object), 'containers', 0, 'env')).toHaveLength(2)
    },
  },
  {
    title: 'a strategic patch adds what has another name, and orders as $setElementOrder says',
    async run(bed) {
      await bed.make(deploymentResource, two())
      const body = inTemplate({
        '$setElementOrder/containers': [{ name: 'new' }, { name: 'log' }, { name: 'web' }],
        containers: [{ name: 'new', image: 'new:v1' }],
      })
      expect(namesAndImages(await strategic(bed, body))).toEqual(['new new:v1', 'log log:v1', 'web web:v1'])
    },
  },
  {
    title: 'a strategic patch deletes an element by $patch: delete',
    async run(bed) {
      await bed.make(deploymentResource, two())
      const body = inTemplate({ containers: [{ name: 'log', $patch: 'delete' }] })
      expect(namesAndImages(await strategic(bed, body))).toEqual(['web web:v1'])
    },
  },
  {
    title: 'a strategic patch replaces a list or a map by $patch: replace',
    async run(bed) {
      await bed.make(deploymentResource, two())
      const list = inTemplate({ containers: [{ name: 'only', image: 'only:v1' }, { $patch: 'replace' }] })
      expect(namesAndImages(await strategic(bed, list))).toEqual(['only only:v1'])
      await merge(bed, { metadata: { labels: { one: '1', two: '2' } } }, deploymentResource)
      const map = { metadata: { labels: { $patch: 'replace', three: '3' } } }
      expect(at(await strategic(bed, map), 'metadata', 'labels')).toEqual({ three: '3' })
    },
  },
  {
    title: 'a strategic patch merges environment by name, ports by number, and replaces tolerations',
    async run(bed) {
      await bed.make(deploymentResource, two())
      const web = {
        name: 'web',
        env: [
          { name: 'B', value: 'x' },
          { name: 'C', value: '3' },
        ],
        ports: [{ containerPort: 81 }],
      }
      const spec = podSpec(
        await strategic(bed, inTemplate({ containers: [web], tolerations: [{ key: 'b', operator: 'Exists' }] })),
      )
      const container = [at(spec, 'containers')].flat().find((one) => at(one, 'name') === 'web')
      expect(new Set([at(container, 'env')].flat())).toEqual(
        new Set([
          { name: 'A', value: '1' },
          { name: 'B', value: 'x' },
          { name: 'C', value: '3' },
        ]),
      )
      expect(
        [at(container, 'ports')]
          .flat()
          .map((port) => at(port, 'containerPort'))
          .sort(),
      ).toEqual([80, 81])
      expect(at(spec, 'tolerations')).toEqual([{ key: 'b', operator: 'Exists' }])
    },
  },
  {
    title: 'a strategic patch keeps only what $retainKeys names',
    async run(bed) {
      await bed.make(deploymentResource, two())
      const object = await strategic(bed, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } })
      expect(at(object, 'spec', 'strategy')).toEqual({ type: 'Recreate' })
      const volumes = [{ name: 'scratch', $retainKeys: ['name', 'configMap'], configMap: { name: 'x' } }]
      const changed = await strategic(bed, inTemplate({ volumes }))
      expect(at(podSpec(changed), 'volumes')).toMatchObject([{ name: 'scratch', configMap: { name: 'x' } }])
      expect(at(podSpec(changed), 'volumes', 0)).not.toHaveProperty('emptyDir')
    },
  },
  {
    title: 'a strategic patch merges finalizers, and takes off what $deleteFromPrimitiveList names',
    async run(bed) {
      await bed.make(
        deploymentResource,
        deployment('a', { replicas: 0, metadata: { finalizers: ['c.test/a', 'c.test/b'] } }),
      )
      const added = await strategic(bed, { metadata: { finalizers: ['c.test/c'] } })
      expect(new Set([at(added, 'metadata', 'finalizers')].flat())).toEqual(
        new Set(['c.test/a', 'c.test/b', 'c.test/c']),
      )
      const body = { metadata: { '$deleteFromPrimitiveList/finalizers': ['c.test/a', 'c.test/c'] } }
      expect(at(await strategic(bed, body), 'metadata', 'finalizers')).toEqual(['c.test/b'])
      await merge(bed, { metadata: { finalizers: null } }, deploymentResource)
    },
  },
  {
    title: 'a strategic patch removes what it nulls, in maps as in objects',
    async run(bed) {
      await bed.make(
        deploymentResource,
        deployment('a', { replicas: 0, annotations: { k: 'v' }, spec: { minReadySeconds: 5 } }),
      )
      const body = { spec: { minReadySeconds: null, template: { metadata: { annotations: { k: null } } } } }
      const spec = at(await strategic(bed, body), 'spec')
      expect(spec).not.toHaveProperty('minReadySeconds')
      expect(at(spec, 'template', 'metadata', 'annotations')).toBeUndefined()
    },
  },
  {
    title: 'a strategic patch merges the ports of a Service by their number',
    async run(bed) {
      await bed.make(
        serviceResource,
        service('a', {
          ports: [
            { name: 'http', port: 80 },
            { name: 'more', port: 81 },
          ],
        }),
      )
      const body = { spec: { ports: [{ port: 80, targetPort: 9090 }] } }
      const ports = at(await strategic(bed, body, 'v1', 'services'), 'spec', 'ports')
      expect(ports).toMatchObject([
        { name: 'http', port: 80, targetPort: 9090 },
        { name: 'more', port: 81, targetPort: 81 },
      ])
    },
  },
  {
    title: 'a strategic patch of a custom resource is UnsupportedMediaType',
    async run(bed) {
      await bed.make(widgets, widget('a'))
      const path = `/apis/contract.test/v1/namespaces/${bed.namespace}/widgets/a`
      const answer = await bed.wire.send('PATCH', path, { body: {}, type: 'application/strategic-merge-patch+json' })
      expect(answer).toMatchObject({ status: 415, body: { reason: 'UnsupportedMediaType' } })
    },
  },
]

export const patches: Chapter = { concern: 'patches', cases: [...merges, ...jsons, ...strategics] }
