import type { KubeObject, OwnerReference, Resource } from '../../api/kube-object.ts'
import type { Api } from '../server/api.ts'
import { withOwners } from './claim.ts'
import type { ControllerContext, Running } from './context.ts'
import { type ServedKinds, watchEverything } from './everything.ts'
import { createLoop } from './loop.ts'

const foreground = 'foregroundDeletion'
const orphan = 'orphan'

/** What the collector knows of an object. */
interface Node {
  readonly resource: Resource
  readonly object: KubeObject
}

/** Objects by uid, and who names whom as an owner. */
interface Graph {
  get(uid: string): Node | undefined
  dependentsOf(uid: string): readonly Node[]
}

type Dependents = Map<string, Set<string>>

/**
 * Deletes what has no owner left; on a foreground deletion the dependents first, then the owner; on an orphaning one
 * it lets them go. Works on every kind that is served, Events apart.
 */
export function runGarbageCollector(context: Omit<ControllerContext, 'shelves'>): Running {
  const nodes = new Map<string, Node>()
  const dependents: Dependents = new Map()
  const graph: Graph = {
    get: (uid) => nodes.get(uid),
    dependentsOf: (uid) => [...(dependents.get(uid) ?? [])].flatMap((one) => nodes.get(one) ?? []),
  }
  const kinds = watchEverything(context.api, (resource, { type, object }) => {
    if (resource.plural === 'events') return
    const { uid = '' } = object.metadata
    const before = nodes.get(uid)
    if (type === 'DELETED') nodes.delete(uid)
    else nodes.set(uid, { resource, object })
    relate(dependents, uid, before?.object, type === 'DELETED' ? undefined : object)
    for (const key of concerned(graph, before?.object, object, type === 'DELETED')) loop.add(key)
  })
  const tidy = (uid: string) => {
    reconcile(context.api, kinds, graph, uid)
    return undefined
  }
  const loop = createLoop({ ...context, reconcile: tidy })
  kinds.start()
  return {
    stop() {
      kinds.stop()
      loop.stop()
    },
  }
}

const ownersOf = (object: KubeObject | undefined): readonly OwnerReference[] => object?.metadata.ownerReferences ?? []

function relate(
  dependents: Dependents,
  uid: string,
  before: KubeObject | undefined,
  now: KubeObject | undefined,
): void {
  if (now !== undefined && ownersOf(before) === ownersOf(now)) return
  for (const owner of ownersOf(before)) {
    dependents.get(owner.uid)?.delete(uid)
    if (dependents.get(owner.uid)?.size === 0) dependents.delete(owner.uid)
  }
  for (const owner of ownersOf(now)) {
    const known = dependents.get(owner.uid)
    if (known === undefined) dependents.set(owner.uid, new Set([uid]))
    else known.add(uid)
  }
}

/** The uids that have to be looked at after a change: usually none. */
function concerned(
  graph: Graph,
  before: KubeObject | undefined,
  object: KubeObject,
  isGone: boolean,
): readonly string[] {
  const { uid = '', deletionTimestamp } = object.metadata
  const dependents = () => graph.dependentsOf(uid).map(({ object: { metadata } }) => metadata.uid ?? '')
  const waitingOwners = ownersOf(object)
    .map((owner) => owner.uid)
    .filter((owner) => isWaiting(graph.get(owner)?.object))
  if (isGone) return [...dependents(), ...waitingOwners]
  if (deletionTimestamp !== undefined && has(object, orphan)) return [uid]
  if (isWaiting(object)) return isWaiting(before) ? waitingOwners : [uid, ...dependents()]
  const isStranded =
    ownersOf(before) !== ownersOf(object) && ownersOf(object).some((owner) => !isKnown(graph, object, owner))
  const isReleased = ownersOf(before).length > ownersOf(object).length
  const released = isReleased ? ownersOf(before).map((owner) => owner.uid) : []
  return isStranded || waitingOwners.length > 0 ? [uid, ...released] : released
}

const has = ({ metadata }: KubeObject, finalizer: string): boolean => metadata.finalizers?.includes(finalizer) === true

/** It is being deleted, and stays until its dependents are gone. */
const isWaiting = (object: KubeObject | undefined): boolean =>
  object?.metadata.deletionTimestamp !== undefined && has(object, foreground)

function isKnown(graph: Graph, { metadata }: KubeObject, reference: OwnerReference): boolean {
  const owner = graph.get(reference.uid)?.object.metadata
  return owner !== undefined && (owner.namespace === undefined || owner.namespace === metadata.namespace)
}

function reconcile(api: Api, kinds: ServedKinds, graph: Graph, uid: string): void {
  const node = graph.get(uid)
  if (node === undefined) return
  const { object } = node
  const isLeaving = object.metadata.deletionTimestamp !== undefined
  if (isLeaving && has(object, orphan)) letGo(api, graph, node)
  else if (isLeaving && has(object, foreground)) finish(api, graph, node)
  else if (!isLeaving) collect(api, graph, node, ownersNow(api, kinds, object))
}

const ownersNow = (api: Api, kinds: ServedKinds, object: KubeObject): readonly Owner[] =>
  ownersOf(object).map((reference) => ({ reference, owner: stateOf(api, kinds, object, reference) }))

/** Takes the owner off all that depend on it, then the mark that this was to be done. */
function letGo(api: Api, graph: Graph, { resource, object }: Node): void {
  const { uid = '' } = object.metadata
  for (const dependent of graph.dependentsOf(uid)) {
    const others = ownersOf(dependent.object).filter((owner) => owner.uid !== uid)
    api.replace(dependent.resource, withOwners(dependent.object, others))
  }
  api.replace(resource, withoutFinalizer(object, orphan))
}

/** Lets the owner go once no dependent is left that blocks it. */
function finish(api: Api, graph: Graph, { resource, object }: Node): void {
  const { uid = '' } = object.metadata
  const blocks = (owner: OwnerReference) => owner.uid === uid && owner.blockOwnerDeletion === true
  const isBlocked = graph.dependentsOf(uid).some((dependent) => ownersOf(dependent.object).some(blocks))
  if (!isBlocked) api.replace(resource, withoutFinalizer(object, foreground))
}

const withoutFinalizer = (object: KubeObject, finalizer: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, finalizers: object.metadata.finalizers?.filter((one) => one !== finalizer) ?? [] },
})

type OwnerState = 'solid' | 'waiting' | 'absent' | 'unknowable'

/** A cluster-wide object cannot be owned from within a namespace, and of what is not served nobody can tell. */
function stateOf(api: Api, kinds: ServedKinds, { metadata }: KubeObject, reference: OwnerReference): OwnerState {
  const resource = kinds.find(reference)
  if (resource === undefined || (resource.namespaced && metadata.namespace === undefined)) return 'unknowable'
  const { name } = reference
  const where = resource.namespaced && metadata.namespace !== undefined ? { namespace: metadata.namespace } : {}
  const owner = api.find(resource, { name, ...where })
  if (owner?.metadata.uid !== reference.uid) return 'absent'
  return isWaiting(owner) ? 'waiting' : 'solid'
}

interface Owner {
  readonly reference: OwnerReference
  readonly owner: OwnerState
}

/** With one owner left an object stays and forgets the others; without any it goes. */
function collect(api: Api, graph: Graph, { resource, object }: Node, owners: readonly Owner[]): void {
  if (owners.some(({ owner }) => owner === 'unknowable')) return
  const solid = owners.filter(({ owner }) => owner === 'solid').map(({ reference }) => reference)
  if (solid.length === owners.length) return
  if (solid.length > 0) {
    api.replace(resource, withOwners(object, solid))
    return
  }
  const { uid = '', resourceVersion = '' } = object.metadata
  const isWaited = owners.some(({ owner }) => owner === 'waiting') && graph.dependentsOf(uid).length > 0
  api.delete(resource, object.metadata, { uid, resourceVersion, propagationPolicy: policyFor(object, isWaited) })
}

function policyFor(object: KubeObject, isWaited: boolean): 'Orphan' | 'Foreground' | 'Background' {
  if (has(object, orphan)) return 'Orphan'
  return isWaited || has(object, foreground) ? 'Foreground' : 'Background'
}
