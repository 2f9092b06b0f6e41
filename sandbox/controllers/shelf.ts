import type { KubeObject, ObjectName, Resource } from '../../api/kube-object.ts'
import type { Api } from '../server/api.ts'
import { controllerOf } from './owner.ts'

/** What happened to one object; `now` is absent when it is gone, `before` when it is new. */
export interface Change {
  readonly object: KubeObject
  readonly now?: KubeObject
  readonly before?: KubeObject
}

/** All objects of one kind, kept up to date by a watch, and found by who controls them. Each list is in the order of birth. */
export interface Shelf {
  readonly resource: Resource
  get(key: string): KubeObject | undefined
  /** Those whose controller has that uid. */
  ownedBy(uid: string | undefined): readonly KubeObject[]
  /** Those in a namespace that have no controller. */
  orphansIn(namespace: string | undefined): readonly KubeObject[]
  in(namespace: string | undefined): readonly KubeObject[]
  /** Hears of everything from now on, and of what is there already. */
  listen(listener: (change: Change) => void): void
  close(): void
}

/** `shop/web`, or `/web` for what has no namespace. */
export const keyOf = ({ namespace = '', name }: ObjectName): string => `${namespace}/${name}`

export function nameOf(key: string): ObjectName {
  const [namespace = '', name = ''] = key.split('/')
  return namespace === '' ? { name } : { namespace, name }
}

type Group = Map<string, Map<string, KubeObject>>

/** A shelf with all that the server has now; empty for ever when the kind is not served. */
export function createShelf(api: Api, resource: Resource): Shelf {
  const objects = new Map<string, KubeObject>()
  const byOwner: Group = new Map()
  const byNamespace: Group = new Map()
  const listeners: ((change: Change) => void)[] = []

  const remove = (key: string, before: KubeObject) => {
    objects.delete(key)
    drop(byOwner, ownerKey(before), key)
    drop(byNamespace, before.metadata.namespace ?? '', key)
  }
  const put = (key: string, object: KubeObject, before: KubeObject | undefined) => {
    if (before !== undefined && ownerKey(before) !== ownerKey(object)) drop(byOwner, ownerKey(before), key)
    objects.set(key, object)
    insert(byOwner, ownerKey(object), key, object)
    insert(byNamespace, object.metadata.namespace ?? '', key, object)
  }
  const hear = (type: string, object: KubeObject) => {
    const key = keyOf(object.metadata)
    const before = objects.get(key)
    if (type === 'DELETED') remove(key, before ?? object)
    else put(key, object, before)
    const now = type === 'DELETED' ? {} : { now: object }
    const change = { object, ...now, ...(before === undefined ? {} : { before }) }
    for (const listener of listeners) listener(change)
  }
  const isServed = api.kind(resource) !== undefined
  const close = isServed ? api.watch(resource, {}, ({ type, object }) => hear(type, object)) : () => undefined

  return {
    resource,
    close,
    get: (key) => objects.get(key),
    ownedBy: (uid = '') => listOf(byOwner, uid),
    orphansIn: (namespace = '') => listOf(byOwner, `${namespace}/`),
    in: (namespace = '') => listOf(byNamespace, namespace),
    listen(listener) {
      for (const object of objects.values()) listener({ object, now: object })
      listeners.push(listener)
    },
  }
}

/** The uid of the controller; a namespace and a slash for those without. */
const ownerKey = (object: KubeObject): string => controllerOf(object)?.uid ?? `${object.metadata.namespace ?? ''}/`

const listOf = (group: Group, name: string): readonly KubeObject[] => [...(group.get(name)?.values() ?? [])]

function insert(group: Group, name: string, key: string, object: KubeObject): void {
  const members = group.get(name)
  if (members === undefined) group.set(name, new Map([[key, object]]))
  else members.set(key, object)
}

function drop(group: Group, name: string, key: string): void {
  const members = group.get(name)
  members?.delete(key)
  if (members?.size === 0) group.delete(name)
}
