import { expect } from 'vitest'
import { deploymentResource } from '../../../api/names.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { badRequest, notFound, refusal } from './refusal.ts'
import { configMaps } from './resources.ts'
import { configMap, deployment } from './shop.ts'

const deployments = (bed: Bed) => `/apis/apps/v1/namespaces/${bed.namespace}/deployments`
const withTypo = () => {
  const { spec, ...rest } = deployment('a', { replicas: 0 })
  return { ...rest, spec: { ...Object(spec), replica: 3 } }
}

/** What becomes of bodies that are not what the server expects. */
export const bodies: Chapter = {
  concern: 'bodies',
  cases: [
    {
      title: 'a field that nobody knows is dropped with a warning that names it',
      async run(bed) {
        const { status, body, warnings } = await bed.wire.send('POST', deployments(bed), { body: withTypo() })
        expect({ status, warnings }).toEqual({ status: 201, warnings: ['unknown field "spec.replica"'] })
        expect(body['spec']).not.toHaveProperty('replica')
      },
    },
    {
      title: 'a field that nobody knows is refused under fieldValidation=Strict, and named',
      async run(bed) {
        const answer = await bed.wire.send('POST', `${deployments(bed)}?fieldValidation=Strict`, { body: withTypo() })
        expect(answer).toMatchObject({ status: 400, body: { reason: 'BadRequest' } })
        expect(answer.body['message']).toContain('unknown field "spec.replica"')
      },
    },
    {
      title: 'a field that nobody knows is dropped in silence under fieldValidation=Ignore',
      async run(bed) {
        const answer = await bed.wire.send('POST', `${deployments(bed)}?fieldValidation=Ignore`, { body: withTypo() })
        expect(answer).toMatchObject({ status: 201, warnings: [] })
      },
    },
    {
      title: 'an unknown field deep in a pod template is named by its path',
      async run(bed) {
        const body = deployment('a', {
          replicas: 0,
          podSpec: { containers: [{ name: 'web', image: 'web', imge: 'x' }] },
        })
        const { warnings } = await bed.wire.send('POST', deployments(bed), { body })
        expect(warnings).toEqual(['unknown field "spec.template.spec.containers[0].imge"'])
      },
    },
    {
      title: 'a number where a text belongs is a BadRequest',
      async run(bed) {
        expect(await refusal(bed.make(configMaps, configMap('a', { data: { k: 1 } })))).toMatchObject(badRequest)
      },
    },
    {
      title: 'half a body is a BadRequest',
      async run(bed) {
        const answer = await bed.wire.send('POST', deployments(bed), { body: '{"kind":' })
        expect(answer).toMatchObject({ status: 400, body: { reason: 'BadRequest' } })
      },
    },
    {
      title: 'a content type that nobody reads is UnsupportedMediaType',
      async run(bed) {
        const answer = await bed.wire.send('POST', deployments(bed), { body: 'x', type: 'text/plain' })
        expect(answer).toMatchObject({ status: 415, body: { reason: 'UnsupportedMediaType' } })
      },
    },
    {
      title: 'a body in YAML is read',
      async run(bed) {
        const path = `/api/v1/namespaces/${bed.namespace}/configmaps`
        const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n'
        const answer = await bed.wire.send('POST', path, { body, type: 'application/yaml' })
        expect(answer).toMatchObject({ status: 201, body: { data: { k: 'v' } } })
      },
    },
    {
      title: 'an object that is not there is NotFound, in the words that our CLI shows',
      async run(bed) {
        const refused = await refusal(bed.client.get(deploymentResource, { namespace: bed.namespace, name: 'web' }))
        expect(refused).toMatchObject(notFound)
        expect(refused.message).toMatch(/: deployments\.apps "web" not found$/)
      },
    },
    {
      title: 'a kind that is not served is 404, in words by which our CLI knows it',
      async run(bed) {
        const missing = { ...deploymentResource, group: 'nobody.test' }
        const unknown = { ...deploymentResource, plural: 'deploymentz' }
        for (const resource of [missing, unknown]) {
          const refused = await refusal(bed.client.list(resource, { namespace: bed.namespace }))
          expect(refused.status).toBe(404)
          expect(refused.message).toMatch(/could not find the requested resource|page not found|HTTP 404$/)
        }
      },
    },
    {
      title: 'a method that a path does not have is MethodNotAllowed',
      async run(bed) {
        const { status } = await bed.wire.send('PUT', deployments(bed), { body: deployment('a') })
        expect(status).toBe(405)
      },
    },
  ],
}
