import type { OwnerReference, Resource } from '../../api/kube-object.ts'
import { apiVersionOf } from '../../kube/json.ts'
import type { WatchEvent } from '../../kube/types.ts'
import type { Api } from '../server/api.ts'
import { definitions } from './resources.ts'

/** A watch on every kind that is served, also on those that come later. */
export interface ServedKinds {
  start(): void
  stop(): void
  /** The kind that an owner reference names. */
  find(reference: Pick<OwnerReference, 'apiVersion' | 'kind'>): Resource | undefined
}

/** Not started yet. `listener` hears of an object once, in whatever versions it is served. */
export function watchEverything(api: Api, listener: (resource: Resource, event: WatchEvent) => void): ServedKinds {
  const watches = new Map<string, () => void>()
  let ending: (() => void) | undefined

  const follow = () => {
    const served = new Map(api.kinds().map(({ resource }) => [`${resource.group}/${resource.plural}`, resource]))
    for (const [place, end] of watches) {
      if (served.has(place)) continue
      end()
      watches.delete(place)
    }
    for (const [place, resource] of served) {
      if (!watches.has(place))
        watches.set(
          place,
          api.watch(resource, {}, (event) => listener(resource, event)),
        )
    }
  }

  return {
    start() {
      follow()
      if (api.kind(definitions) !== undefined) ending = api.watch(definitions, {}, follow)
    },
    stop() {
      ending?.()
      for (const end of watches.values()) end()
    },
    find: ({ apiVersion, kind }) =>
      api.kinds().find(({ resource }) => resource.kind === kind && apiVersionOf(resource) === apiVersion)?.resource,
  }
}
