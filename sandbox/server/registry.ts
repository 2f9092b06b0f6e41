import type { KubeObject } from '../../api/kube-object.ts'
import type { Kind } from './kind.ts'
import type { Place, Store } from './store.ts'

/** What is served: the built-in kinds, and those that CustomResourceDefinitions add. */
export interface Registry {
  readonly all: () => readonly Kind[]
  readonly find: (place: Place & { readonly version?: string }) => Kind | undefined
}

export const definitions: Place = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' }

/** `customKinds`: the kinds, one for each served version, that a definition stands for. */
export function createRegistry(
  store: Store,
  builtIns: readonly Kind[],
  customKinds: (definition: KubeObject) => readonly Kind[],
): Registry {
  const byDefinition = new Map<string, readonly Kind[]>()
  let all = builtIns
  let byPlace = indexOf(all)
  let asked = new WeakMap<object, Kind>() // the same few constants ask again and again
  store.listen(definitions, ({ type, object }) => {
    if (type === 'DELETED') byDefinition.delete(object.metadata.name)
    else byDefinition.set(object.metadata.name, customKinds(object))
    all = [...builtIns, ...[...byDefinition.values()].flat()]
    byPlace = indexOf(all)
    asked = new WeakMap()
  })
  return {
    all: () => all,
    find(place) {
      const known = asked.get(place)
      if (known !== undefined) return known
      const { group, plural, version } = place
      const found = byPlace.get(`${group}/${plural}`)
      const kind = version === undefined ? found?.[0] : found?.find(({ resource }) => resource.version === version)
      if (kind !== undefined) asked.set(place, kind)
      return kind
    },
  }
}

function indexOf(kinds: readonly Kind[]): ReadonlyMap<string, readonly Kind[]> {
  const index = new Map<string, readonly Kind[]>()
  for (const kind of kinds) {
    const { group, plural } = kind.resource
    const key = `${group}/${plural}`
    index.set(key, [...(index.get(key) ?? []), kind])
  }
  return index
}
