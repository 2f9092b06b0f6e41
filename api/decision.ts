/** What a person can decide. `reject` is a rollback said at an approval gate. */
export const verbs = ['approve', 'reject', 'rollback', 'pause', 'resume', 'retry', 'bypass', 'hold'] as const
export type Verb = (typeof verbs)[number]

/** A person's decision: an object of its own, written once and never edited. */
export interface Decision {
  readonly name: string
  readonly uid: string
  readonly createdAt: string
  readonly rollout: string
  readonly verb: Verb
  /** The attempt it is about. An approval must name it. */
  readonly attempt?: string
  /** The revision it is about: for a rollback asked before an attempt has begun. */
  readonly revision?: string
  /** The step it is about, counted from 1, and the hash of that step as it was shown. An approval must name both. */
  readonly step?: number
  readonly stepHash?: string
  readonly reason?: string
  /** Who; the API server checks that it is the requester. */
  readonly decidedBy: string
  readonly outcome?: 'Accepted' | 'Refused'
}
