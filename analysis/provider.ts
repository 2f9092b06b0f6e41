import type { Auth, ClusterFact, Header, MetricSource } from '../api/analysis.ts'
import type { Reading } from './measurement.ts'

/** One kind of store. Pure: it says what to ask and reads what came back; asking is done elsewhere. */
export interface MetricProvider<S extends MetricSource> {
  readonly kind: S['kind']
  /** What is wrong with a question, in words that follow it: undefined when it can be asked. */
  check(source: S, question: string): string | undefined
  /** `defaultAddress`: of the store that the controller was given. */
  ask(source: S, question: string, atMs: number, defaultAddress: string | undefined): Ask
  /** Reads one answer. Whatever a server sends, it returns a reading. */
  read(source: S, question: string, answer: Answer): Reading
}

export type Ask =
  | { readonly kind: 'http'; readonly request: HttpRequest }
  | { readonly kind: 'pods'; readonly fact: ClusterFact }
  /** It cannot be asked as it stands. */
  | { readonly kind: 'impossible'; readonly why: string }

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: readonly Header[]
  readonly body?: string
  readonly auth?: Auth
}

export type Answer =
  | { readonly kind: 'http'; readonly status: number; readonly contentType: string; readonly body: string }
  | { readonly kind: 'pods'; readonly canary: readonly PodFacts[]; readonly stable: readonly PodFacts[] }
  /** There was no answer: why, in words without addresses or secrets. */
  | { readonly kind: 'none'; readonly why: string }

export interface PodFacts {
  readonly name: string
  readonly ready: boolean
  readonly terminating: boolean
  /** Of all its containers since it was made. */
  readonly restarts: number
  /** A container was killed for want of memory, now or before its last restart. */
  readonly oomKilled: boolean
}
