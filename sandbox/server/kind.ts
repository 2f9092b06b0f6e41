import type { JsonObject } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import type { FieldCause } from '../../kube/errors.ts'

/** How one resource is served: what the generic verbs need to know of it. */
export interface Kind {
  readonly resource: Resource
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly Subresource[]
  /** Whether `metadata.generation` counts the changes of everything but metadata and status. */
  readonly hasGeneration: boolean
  /** Annotations count as well: so it is with Deployments. */
  readonly annotationsCount?: true
  /** A PUT without a resourceVersion is taken (most built-in kinds) or refused (custom resources). */
  readonly allowsBlindUpdate: boolean
  /** Strategic merge patches are taken (built-in kinds) or answered with 415 (custom resources). */
  readonly patchesByStrategy: boolean
  /**
   * The object with unknown fields gone and defaults filled in; the very same object where nothing is to do.
   * `onUnknown` hears the path of each field that is dropped.
   */
  readonly complete: (object: KubeObject, onUnknown?: (path: string) => void) => KubeObject
  /** Everything that is wrong with an object that is created, or with the change from `old`; empty when nothing is. */
  readonly validate: (object: KubeObject, old?: KubeObject) => readonly FieldCause[]
  /** What a create or an update sets by itself, before validation: a Service's address, for one. */
  readonly prepare?: (object: KubeObject, old?: KubeObject) => KubeObject
  /** Fields besides metadata.name and metadata.namespace that a fieldSelector may name. */
  readonly selectable?: Readonly<Record<string, (object: KubeObject) => string>>
  readonly columns: readonly Column[]
  readonly scale?: ScalePaths
  /** Another view of what is stored for `of`, as core events are of those of events.k8s.io; everything else is about the view. */
  readonly alias?: Alias
  /** OpenAPI v3 schema of a custom resource, for clients that ask. */
  readonly schema?: JsonObject
}

export interface Alias {
  readonly of: Resource
  readonly fromStored: (object: KubeObject) => KubeObject
  readonly toStored: (object: KubeObject) => KubeObject
}

export type Subresource = 'status' | 'scale' | 'token' | 'finalize' | 'binding'

/** Paths as in a CRD: `.spec.replicas`. */
export interface ScalePaths {
  readonly spec: string
  readonly status: string
  readonly selector?: string
}

/** One column of `kubectl get`. */
export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  /** 0 is shown always, more with `-o wide`. */
  readonly priority: number
  readonly cell: (object: KubeObject, nowMs: number) => string | number | boolean | null
}
