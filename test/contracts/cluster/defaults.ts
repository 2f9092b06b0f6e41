import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { objectOf } from '../../../api/json.ts'
import { deploymentResource, podTemplateResource, serviceResource } from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { Chapter } from './contract.ts'
import { deployment, service } from './shop.ts'
import { podSpecs, type Specimen, specimens, steady, templateOf } from './specimens.ts'

/** What a kube-apiserver 1.36 makes of each specimen. */
const completed = objectOf(JSON.parse(readFileSync(new URL('defaults.json', import.meta.url), 'utf8')))

const completion = ({ what, resource, object }: Specimen) => ({
  title: `${what} is completed exactly as a real server does`,
  async run(bed: Parameters<Chapter['cases'][number]['run']>[0]) {
    expect(steady(await bed.make(resource, object))).toEqual(completed[what])
  },
})

export const defaults: Chapter = {
  concern: 'defaults',
  cases: [
    ...specimens.map(completion),
    {
      title: 'the templates of a Deployment and of a PodTemplate are completed alike, and written back stay so',
      async run(bed) {
        for (const [index, spec] of Object.values(podSpecs).entries()) {
          const metadata = { name: `t${index}` }
          const template = templateOf(spec)
          const kept = await bed.make(podTemplateResource, {
            apiVersion: 'v1',
            kind: 'PodTemplate',
            metadata,
            template,
          })
          const made = await bed.make(
            deploymentResource,
            deployment('a', { metadata, spec: { replicas: 0, template } }),
          )
          expect(kept['template']).toEqual(at(made, 'spec', 'template'))
          const stored = await bed.client.replace(podTemplateResource, {
            ...kept,
            template: at(made, 'spec', 'template'),
          })
          expect(stored).toEqual(kept)
        }
      },
    },
    {
      title: 'a Service has an address of its own, which it keeps',
      async run(bed) {
        const [a, b] = [await bed.make(serviceResource, service('a')), await bed.make(serviceResource, service('b'))]
        const address = at(a, 'spec', 'clusterIP')
        expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
        expect(at(a, 'spec', 'clusterIPs')).toEqual([address])
        expect(at(b, 'spec', 'clusterIP')).not.toBe(address)
        const blind = service('a', {}, { namespace: bed.namespace })
        expect(at(await bed.client.replace(serviceResource, blind), 'spec', 'clusterIP')).toBe(address)
      },
    },
  ],
}
