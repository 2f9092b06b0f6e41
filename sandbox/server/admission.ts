import type { KubeObject, Resource } from '../../api/kube-object.ts'
import type { Caller } from './caller.ts'

/** A write on its way in, as admission policies see it. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly resource: Resource
  readonly subresource?: string
  /** Absent when deleted. */
  readonly object?: KubeObject
  /** Absent when created. */
  readonly old?: KubeObject
  readonly namespace?: string
  readonly name: string
  readonly caller: Caller
  readonly dryRun: boolean
}

/** Mutating, then validating policies. What a policy denies is thrown as a Refusal. */
export interface Admission {
  /** The object as the mutating policies leave it; the very same object where none applies. */
  mutate(request: AdmissionRequest): KubeObject | undefined
  /** The warnings of the validating policies. */
  validate(request: AdmissionRequest): readonly string[]
}
