import type { Clock } from '../../api/clock.ts'
import type { KubeObject, ObjectName, Resource } from '../../api/kube-object.ts'
import type { Admission } from './admission.ts'
import type { Api, Ids, Write, Written } from './api.ts'
import type { ServerContext } from './context.ts'
import { create } from './creating.ts'
import { remove } from './deleting.ts'
import { inKind } from './in-kind.ts'
import type { Kind } from './kind.ts'
import { resourceText } from './naming.ts'
import { pageOf } from './paging.ts'
import { apply, patchedBy } from './patching.ts'
import { notFound, Refusal } from './refusal.ts'
import { createRegistry } from './registry.ts'
import { resourceOf } from './resource-of.ts'
import { patchScale, replaceScale } from './scaling.ts'
import { selectionOf } from './selection.ts'
import { createStore, type Place } from './store.ts'
import { update } from './updating.ts'
import { watch } from './watching.ts'

export interface ApiOptions {
  readonly clock: Clock
  readonly ids: Ids
  readonly builtIns: readonly Kind[]
  /** The kinds that a CustomResourceDefinition stands for, one for each version that it serves. */
  readonly customKinds: (definition: KubeObject) => readonly Kind[]
  /** Made over the server itself, whose objects the policies are. */
  readonly admission: (api: Api) => Admission
  /** What is there from the start, as another server has stored it: taken as it is. */
  readonly objects?: readonly KubeObject[]
  /** How many changes of each kind a watch can go back; 2,000. */
  readonly memory?: number
}

/** An API server with nothing in it but what it is given. */
export function createApi({ clock, ids, builtIns, customKinds, admission, objects = [], memory }: ApiOptions): Api {
  const store = createStore(memory)
  const registry = createRegistry(store, builtIns, customKinds)
  const served = (resource: Resource): Kind => {
    const kind = registry.find(resource)
    if (kind === undefined) throw new Refusal(404, 'NotFound', 'the server could not find the requested resource')
    return kind
  }
  const find = (kind: Kind, { name, namespace }: ObjectName): KubeObject | undefined => {
    const isWhole = kind.resource.namespaced && namespace !== undefined
    return store.get(placeOf(kind), isWhole ? { name, namespace } : { name })
  }
  const existing = (kind: Kind, name: ObjectName): KubeObject => {
    const found = find(kind, name)
    if (found === undefined) throw notFound(resourceText(kind.resource), name.name)
    return viewOf(kind, found)
  }
  /** The kind that is stored, by the rules of the one that was asked. */
  const storedAs = (kind: Kind, { of, fromStored }: NonNullable<Kind['alias']>): Kind => ({
    ...served(of),
    validate: (object, old) => kind.validate(fromStored(object), old === undefined ? undefined : fromStored(old)),
  })
  /** The change of an object that is seen through an alias is a change of what is stored. */
  const change = (kind: Kind, old: KubeObject, next: KubeObject, write: Write): Written => {
    if (kind.alias === undefined) return update(context, kind, old, next, write)
    const { toStored } = kind.alias
    return seenBy(kind, update(context, storedAs(kind, kind.alias), toStored(old), toStored(next), write))
  }
  const api: Api = {
    kinds: registry.all,
    kind: registry.find,
    version: () => String(store.version()),
    get: (resource, name) => existing(served(resource), name),
    find(resource, name) {
      const kind = registry.find(resource)
      const found = kind && find(kind, name)
      return found && kind ? viewOf(kind, found) : undefined
    },
    list(resource, options = {}) {
      const kind = served(resource)
      const selected = selectionOf(kind, options)
      const page = pageOf(store, placeOf(kind), (object) => selected(viewOf(kind, object)), options)
      return kind.alias === undefined ? page : { ...page, items: page.items.map((object) => viewOf(kind, object)) }
    },
    create(resource, object, write = {}) {
      const kind = served(resource)
      const given = inKind(kind, object)
      if (kind.alias === undefined) return create(context, kind, given, write)
      return seenBy(kind, create(context, storedAs(kind, kind.alias), kind.alias.toStored(given), write))
    },
    replace(resource, object, write = {}) {
      const kind = served(resource)
      const old = existing(kind, object.metadata)
      if (write.subresource === 'scale') return replaceScale(context, kind, old, object, write)
      return change(kind, old, inKind(kind, object), write)
    },
    patch(resource, name, patch, write = {}) {
      const kind = served(resource)
      if (patch.type === 'apply' && write.subresource !== 'scale') return apply(context, kind, name, patch, write)
      const old = existing(kind, name)
      if (write.subresource === 'scale') return patchScale(context, kind, old, patch, write)
      return change(kind, old, inKind(kind, patchedBy(kind, old, patch)), write)
    },
    delete(resource, name, options = {}) {
      const kind = served(resource)
      const old = existing(kind, name)
      if (kind.alias === undefined) return remove(context, kind, old, options)
      return seenBy(kind, remove(context, served(kind.alias.of), kind.alias.toStored(old), options))
    },
    watch: (resource, from, listener) => watch(store, served(resource), from, listener),
  }
  for (const object of objects) store.put(resourceOf(api, object), object)
  const context: ServerContext = { store, registry, clock, ids, admission: admission(api) }
  return api
}

const placeOf = ({ alias, resource }: Kind): Place => alias?.of ?? resource

const viewOf = ({ alias }: Kind, stored: KubeObject): KubeObject => (alias ? alias.fromStored(stored) : stored)

const seenBy = (kind: Kind, { object, warnings }: Written): Written => ({ object: viewOf(kind, object), warnings })
