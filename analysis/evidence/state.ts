import { type Guard, isBoolean, isCount, isListOf, isNumber, isShaped, isText, optionally } from '../../api/guard.ts'
import type { Clumping } from './clumping.ts'
import { type Counters, maxSeries } from './counters.ts'
import type { Counts, SideCounts } from './counts.ts'
import { noTally, type Tally } from './judge-counts.ts'
import type { Wellness } from './wellness.ts'
import type { SideWindow, Window } from './window.ts'
import { betCount, type Worse } from './worse.ts'

export type Question = 'requests.canary' | 'requests.stable' | 'bad.canary' | 'bad.stable'

/** What the judge remembers: some kB, of which most are the last values of the series. */
export interface EvidenceState {
  /** By question, of the last look at which all of them were answered. */
  readonly counters?: Readonly<Record<Question, Counters>>
  /** Nothing was routed to the canary when counting began, and it had counted nothing; until the split changes. */
  readonly isNewCanary: boolean
  /** Counted since the last tick that was judged. */
  readonly window: Window
  /** Since that look, one left a question unanswered. */
  readonly isIncomplete: boolean
  /** Of that look. */
  readonly stratum: string
  /** Looks in a row that brought nothing to judge, up to `silentLooks`. */
  readonly silent: number
  /** The moment of the last look that did. */
  readonly judgedAtMs?: number
  readonly tally: Tally
  /** Why the canary was found worse: it remains so. */
  readonly failed?: string
}

/** What passed is taken back when so many looks in a row brought nothing to judge. */
export const silentLooks = 6

const isAmount: Guard<number> = (value): value is number => isNumber(value) && value >= 0
const isEntry: Guard<Counters[number]> = (value): value is Counters[number] =>
  Array.isArray(value) && value.length === 2 && isText(value[0]) && isAmount(value[1])
const isCounters: Guard<Counters> = (value): value is Counters => isListOf(isEntry)(value) && value.length <= maxSeries
const isNumbers =
  (length: number): Guard<readonly number[]> =>
  (value): value is readonly number[] =>
    isListOf(isNumber)(value) && value.length === length

const isSideCounts = isShaped<SideCounts>({ requests: isAmount, errors: isAmount })
const isSideWindow = isShaped<SideWindow>({ requests: isAmount, counted: isAmount })
const isWorse = isShaped<Worse>({
  ticks: isCount,
  wealth: (value): value is Worse['wealth'] => isNumbers(0)(value) || isNumbers(betCount)(value),
  unspent: isAmount,
})
const isTally = isShaped<Tally>({
  counted: isShaped<Counts>({ canary: isSideCounts, stable: isSideCounts }),
  worse: isWorse,
  notWorse: isNumbers(noTally.notWorse.length),
  clumping: isShaped<Clumping>({ squares: isAmount, expected: isAmount, last: optionally(isSideCounts) }),
  wellness: isShaped<Wellness>({ usual: isSideCounts, recent: isSideCounts, unwell: isBoolean }),
})

/** Whether it is a state to go on with: it comes back from the status, which others can write. */
export const isEvidenceState = isShaped<EvidenceState>({
  counters: optionally(
    isShaped<Readonly<Record<Question, Counters>>>({
      'requests.canary': isCounters,
      'requests.stable': isCounters,
      'bad.canary': isCounters,
      'bad.stable': isCounters,
    }),
  ),
  isNewCanary: isBoolean,
  window: isShaped<Window>({ canary: isSideWindow, stable: isSideWindow }),
  isIncomplete: isBoolean,
  stratum: isText,
  silent: isCount,
  judgedAtMs: optionally(isNumber),
  tally: isTally,
  failed: optionally(isText),
})
