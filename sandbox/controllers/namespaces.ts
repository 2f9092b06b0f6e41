import { objectOf } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import type { Api } from '../server/api.ts'
import type { ControllerContext, Running } from './context.ts'
import { watchEverything } from './everything.ts'
import { createLoop } from './loop.ts'
import * as served from './resources.ts'

/** Empties a Namespace that is being deleted, pods first, and then lets it go. */
export function runNamespaces(context: Omit<ControllerContext, 'shelves'>): Running {
  const { api } = context
  const leaving = new Set<string>()
  const kinds = watchEverything(api, (resource, { type, object: { metadata } }) => {
    if (resource.plural === served.namespaces.plural && resource.group === '') {
      const isLeaving = type !== 'DELETED' && metadata.deletionTimestamp !== undefined
      if (isLeaving) leaving.add(metadata.name)
      else leaving.delete(metadata.name)
      if (isLeaving) loop.add(metadata.name)
    } else if (type === 'DELETED' && leaving.has(metadata.namespace ?? '')) loop.add(metadata.namespace ?? '')
  })
  const loop = createLoop({ ...context, reconcile: (name) => reconcile(api, name) })
  kinds.start()
  return {
    stop() {
      kinds.stop()
      loop.stop()
    },
  }
}

function reconcile(api: Api, name: string): undefined {
  const namespace = api.find(served.namespaces, { name })
  if (namespace?.metadata.deletionTimestamp === undefined) return
  const isEmpty = empty(api, [served.pods], name) && empty(api, otherKinds(api), name)
  if (!isEmpty) return
  const { finalizers } = objectOf(namespace['spec'])
  const others = Array.isArray(finalizers) ? finalizers.filter((one) => one !== 'kubernetes') : []
  const spec = { ...objectOf(namespace['spec']), finalizers: others }
  api.replace(served.namespaces, { ...namespace, spec }, { subresource: 'finalize' })
}

/** Deletes what is there; true when nothing is left. */
function empty(api: Api, resources: readonly Resource[], namespace: string): boolean {
  const left = resources.flatMap((resource) => {
    const found = api.list(resource, { namespace }).items
    for (const object of found.filter(isStaying)) {
      api.delete(resource, object.metadata, { propagationPolicy: 'Background' })
    }
    return found.filter(({ metadata }) => api.find(resource, metadata) !== undefined)
  })
  return left.length === 0
}

const isStaying = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp === undefined

/** Each once, in whatever versions it is served; only those that are stored at all. */
function otherKinds(api: Api): readonly Resource[] {
  const places = new Map(api.kinds().map(({ resource }) => [`${resource.group}/${resource.plural}`, resource]))
  return [...places.values()].filter(({ namespaced, plural }) => namespaced && plural !== served.pods.plural)
}
