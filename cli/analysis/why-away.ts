import type { Reading } from '../../analysis/measurement.ts'

/** What a question without an answer is about: what somebody wrote, or whether the store is reached from here. */
export type Trouble = 'query' | 'address' | 'secret' | 'store'

const words: readonly (readonly [Trouble, RegExp])[] = [
  ['query', /^the store (refuses the query|warns of the query|warns: PromQL)|^the question (?!could|was)/],
  ['address', /^an Analysis may not ask |^the store has a link-local address/],
  ['secret', /^Secret \S+ |^you may not read Secret /],
]

/** Told by the words of the reading, which are fixed: they come from the controller's own code. */
export const troubleIn = (why: string): Trouble => words.find(([, pattern]) => pattern.test(why))?.[0] ?? 'store'

export const isAway = (reading: Reading): reading is Reading & { readonly kind: 'away' } => reading.kind === 'away'
