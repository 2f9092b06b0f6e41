import { expect } from 'vitest'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import { deploymentResource, serviceResource } from '../../../api/names.ts'
import { at, listAt } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { ContractCase } from './contract.ts'
import { configMaps } from './resources.ts'
import { namesAndImages } from './rollouts-seen.ts'
import { deployment, imageOf, service } from './shop.ts'
import { widget, widgets } from './widget.ts'

const named = (bed: Bed, name = 'a') => ({ namespace: bed.namespace, name })
const merge = (bed: Bed, body: unknown, resource: Resource = configMaps) =>
  bed.client.patch(resource, named(bed), { type: 'merge', body })

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

/** Patches that know how lists are merged, as kubectl and Helm send them. */
export const strategics: readonly ContractCase[] = [
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
      expect(new Set(listAt(container, 'ports').map((port) => at(port, 'containerPort')))).toEqual(new Set([80, 81]))
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
