import type { Auth, ClusterFact, DefaultPrometheus, Header, MetricSource } from '../api/analysis.ts'
import type { Reading } from './measurement.ts'

/**
 * One kind of store. Pure: it says what to ask and reads what came back; asking is done elsewhere.
 *
 *     check(question) ─► ask(question) ─► [ the shell asks ] ─► read(question, answer) ─► Reading
 */
export interface MetricProvider<S extends MetricSource = MetricSource> {
  readonly kind: S['kind']
  /** What is wrong with a question, in words that follow it: undefined when it can be asked. */
  check(source: S, question: string): string | undefined
  /** `atMs`: the time that it is about. `given`: the store that the controller was given. */
  ask(source: S, question: string, atMs: number, given: DefaultPrometheus | undefined): Ask
  /** Reads one answer. Whatever a server sends, it returns a reading; only a well-formed answer gives values. */
  read(source: S, question: string, answer: Answer): Reading
}

export type Ask =
  | {
      readonly kind: 'http'
      readonly request: HttpRequest
      /** Goes to the store that the controller was given, not to an address that the analysis names. */
      readonly toDefault: boolean
      /** With the credentials that the controller was given: their Secret is Sluice's own, whoever wrote the analysis. */
      readonly asController: boolean
    }
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
  | HttpAnswer
  /** The canary's pods. */
  | { readonly kind: 'pods'; readonly canary: readonly PodFacts[] }
  /** There was no answer: why, in words without addresses or secrets, the same for the same trouble. */
  | { readonly kind: 'none'; readonly why: string }

/** A redirect is an answer, too: nobody follows it. */
export interface HttpAnswer {
  readonly kind: 'http'
  readonly status: number
  readonly contentType: string
  readonly body: string
  /**
   * Its words may be repeated in a status. Absent: they may not. An allowed address may lead to a server that whoever
   * reads the status could not ask.
   */
  readonly quotable?: boolean
}

export interface PodFacts {
  readonly name: string
  readonly ready: boolean
  /** Being deleted, or over: it will not get ready any more. */
  readonly terminating: boolean
  /** Of all its containers since it was made. */
  readonly restarts: number
  /** A container was killed for want of memory, now or before its last restart. */
  readonly oomKilled: boolean
}
