import type { KubeObject, ObjectName, Resource } from '../api/kube-object.ts'

/** What a list or a watch is limited to. Without `namespace`: all of them. */
export interface Selection {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface ListOptions extends Selection {
  /** Items per page; without it the server answers in one. */
  readonly limit?: number
  /** `continue` of the page before. */
  readonly continue?: string
  /** `'0'` answers from the server's cache, however old; left out, the answer is current. */
  readonly resourceVersion?: string
}

export interface KubeList {
  readonly items: readonly KubeObject[]
  readonly resourceVersion: string
  /** Set when there are more pages. */
  readonly continue?: string
}

export interface WriteOptions {
  readonly dryRun?: boolean
  readonly subresource?: 'status' | 'scale'
  readonly fieldManager?: string
}

export interface DeleteOptions {
  readonly uid?: string
  readonly resourceVersion?: string
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan'
  readonly dryRun?: boolean
}

export interface WatchOptions extends Selection {
  readonly resourceVersion?: string
  readonly timeoutSeconds?: number
}

/** An event as the server sent it; ERROR events are thrown as a KubeError instead. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: KubeObject
}

export type JsonPatchOp =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'copy' | 'move'; readonly path: string; readonly from: string }

export type Patch =
  | { readonly type: 'merge'; readonly body: unknown }
  | { readonly type: 'json'; readonly body: readonly JsonPatchOp[] }
  | { readonly type: 'apply'; readonly body: KubeObject; readonly fieldManager: string; readonly force?: boolean }

export type KubeVerb = 'get' | 'list' | 'create' | 'replace' | 'patch' | 'delete' | 'watch' | 'request'

/** One finished request, for metrics. `status` is 0 when no answer came. */
export interface RequestInfo {
  readonly verb: KubeVerb
  readonly kind: string
  readonly name: string
  readonly namespace: string
  readonly subresource: string
  readonly status: number
  readonly ms: number
  readonly bytes: number
}

/** Raw JSON over one shared pool. Nothing is retried here: the loop or the reflector decides. */
export interface KubeClient {
  get(resource: Resource, name: ObjectName, signal?: AbortSignal): Promise<KubeObject>
  /** One page. */
  list(resource: Resource, options?: ListOptions, signal?: AbortSignal): Promise<KubeList>
  /** All pages, 500 at a time. */
  listAll(resource: Resource, options?: ListOptions, signal?: AbortSignal): Promise<KubeList>
  create(resource: Resource, object: KubeObject, options?: WriteOptions, signal?: AbortSignal): Promise<KubeObject>
  /** PUT; conditional when `metadata.resourceVersion` is there. */
  replace(resource: Resource, object: KubeObject, options?: WriteOptions, signal?: AbortSignal): Promise<KubeObject>
  patch(
    resource: Resource,
    name: ObjectName,
    patch: Patch,
    options?: WriteOptions,
    signal?: AbortSignal,
  ): Promise<KubeObject>
  delete(resource: Resource, name: ObjectName, options?: DeleteOptions, signal?: AbortSignal): Promise<void>
  /** Ends when the server closes cleanly; throws a KubeError otherwise, or the signal's reason. Has no idle deadline of its own. */
  watch(resource: Resource, options: WatchOptions, signal: AbortSignal): AsyncIterable<WatchEvent>
  /** Any other call: SelfSubjectReview, TokenRequest, /version, discovery. */
  request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<unknown>
  close(): Promise<void>
}
