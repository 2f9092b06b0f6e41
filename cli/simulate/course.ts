import type { Waiting } from '../../api/status.ts'
import type { Moment } from './moments.ts'
import type { PodStart } from './pod-start.ts'

/** What goes otherwise than it should, and in which step; `promotion`: while the workload itself rolls. */
export interface WhatIf {
  readonly kind: 'never-ready' | 'crash' | 'rollback' | 'no-approval'
  readonly at: number | 'promotion'
}

export interface Assumptions {
  readonly pods: PodStart
  /** From the question to the approval. */
  readonly approveAfterMs: number
}

/** One release from the update to its end. */
export interface Run {
  readonly moments: readonly Moment[]
  readonly endMs: number
  readonly ending: Ending
  /** The moment in which it went wrong, an index of `moments`; absent when it did not come to that. */
  readonly struckAt?: number
}

export type Ending =
  | { readonly kind: 'promoted' }
  /** The old version has all traffic, and nothing of the release is left. */
  | { readonly kind: 'rolled-back'; readonly because: string }
  /** Nothing goes on until a person does something. */
  | { readonly kind: 'waits'; readonly waiting: Pick<Waiting, 'reason' | 'message' | 'next'> }
