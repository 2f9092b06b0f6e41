import type { KubeObject, Resource } from '../api/kube-object.ts'
import { apiVersionOf } from '../kube/json.ts'
import type { KubeClient } from '../kube/types.ts'

type Reader = Pick<KubeClient, 'list' | 'watch'>

/**
 * Answers lists as if these objects were stored, instead of those of the same name; of two with one name the last counts.
 * Objects without a namespace lie in `namespace`.
 */
export function overlaid(client: Reader, objects: readonly KubeObject[], namespace: string): Reader {
  if (objects.length === 0) return client
  return {
    watch: (resource, options, signal) => client.watch(resource, options, signal),
    async list(resource, options, signal) {
      const page = await client.list(resource, options, signal)
      const ours = oursOf(objects, resource, namespace, options?.namespace)
      const isLast = page.continue === undefined || page.continue === ''
      const theirs = page.items.filter((item) => !ours.has(keyOf(item)))
      return { ...page, items: [...theirs, ...(isLast ? ours.values() : [])] }
    },
  }
}

function oursOf(objects: readonly KubeObject[], resource: Resource, namespace: string, only: string | undefined) {
  const all = objects.filter((object) => isOf(object, resource)).map((object) => placed(object, resource, namespace))
  const shown = all.filter(({ metadata }) => only === undefined || !resource.namespaced || metadata.namespace === only)
  return new Map(shown.map((object) => [keyOf(object), object] as const))
}

const isOf = ({ kind, apiVersion }: KubeObject, resource: Resource): boolean =>
  kind === resource.kind && apiVersion === apiVersionOf(resource)

const keyOf = ({ metadata: { namespace = '', name } }: KubeObject): string => `${namespace}/${name}`

function placed(object: KubeObject, { namespaced }: Resource, namespace: string): KubeObject {
  return namespaced ? { ...object, metadata: { namespace, ...object.metadata } } : object
}
