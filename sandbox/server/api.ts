import type { KubeObject, ObjectName, Resource } from '../../api/kube-object.ts'
import type { DeleteOptions, JsonPatchOp, KubeList, ListOptions, Selection, WatchEvent } from '../../kube/types.ts'
import type { Caller } from './caller.ts'
import type { Kind } from './kind.ts'

/**
 * The API server without its wire: every verb as a synchronous call. Objects are shared between the store and everybody
 * who reads: they are never changed in place, neither here nor by callers. A refusal is thrown as a Refusal.
 */
export interface Api {
  /** All that is served now, custom resources among it. */
  kinds(): readonly Kind[]
  /** By group and plural, in that version or whatever version; undefined when it is not served. */
  kind(resource: Pick<Resource, 'group' | 'plural'> & { readonly version?: string }): Kind | undefined
  /** The newest resourceVersion. */
  version(): string
  get(resource: Resource, name: ObjectName): KubeObject
  /** As `get`, for those who take absence for an answer. */
  find(resource: Resource, name: ObjectName): KubeObject | undefined
  list(resource: Resource, options?: ListOptions): KubeList
  create(resource: Resource, object: KubeObject, write?: Write): Written
  replace(resource: Resource, object: KubeObject, write?: Write): Written
  patch(resource: Resource, name: ObjectName, patch: AnyPatch, write?: Write): Written
  /** The object as it is now: gone, or marked and waiting for its finalizers. */
  delete(resource: Resource, name: ObjectName, options?: DeleteWith): Written
  /**
   * Calls `listener` for everything after `resourceVersion` (or, without one, for all that is there and then for
   * everything), in order and at once. Returns what ends it. Throws 410 when that version is too old to continue from.
   */
  watch(resource: Resource, options: WatchFrom, listener: (event: WatchEvent) => void): () => void
}

export interface Write {
  /** The caller; `system` when it is left out. */
  readonly caller?: Caller
  readonly dryRun?: boolean
  /** `binding` is how a pod is given its node. */
  readonly subresource?: 'status' | 'scale' | 'finalize' | 'binding'
  readonly fieldManager?: string
  /** What becomes of fields that nobody knows: dropped in silence, with a warning, or refused. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
}

export interface Written {
  readonly object: KubeObject
  /** For the `Warning` headers. */
  readonly warnings: readonly string[]
}

export interface DeleteWith extends DeleteOptions {
  readonly caller?: Caller
  readonly gracePeriodSeconds?: number
}

export interface WatchFrom extends Selection {
  readonly resourceVersion?: string
}

export type AnyPatch =
  | { readonly type: 'merge' | 'strategic'; readonly body: unknown }
  | { readonly type: 'json'; readonly body: readonly JsonPatchOp[] }
  | { readonly type: 'apply'; readonly body: unknown; readonly fieldManager: string; readonly force?: boolean }

/** Where uids and the suffixes of generated names come from: by chance, or by a seed. */
export interface Ids {
  uid(): string
  /** Five letters or digits. */
  suffix(): string
}
