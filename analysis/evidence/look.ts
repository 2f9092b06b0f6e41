import type { EvidenceCondition } from '../../api/analysis.ts'
import type { JudgeContext } from '../judged.ts'
import type { Reading } from '../measurement.ts'
import { answerOf, type Counters, remembered, type Seen } from './counters.ts'
import { beganSince, growthOf, isUntouched } from './growth.ts'
import type { EvidenceState, Question } from './state.ts'
import { emptyWindow, type Window, widened } from './window.ts'

type Readings = Readonly<Record<string, Reading>>
type Each<T> = Readonly<Record<Question, T>>

/** What one look adds to the state. */
export interface Look extends Pick<EvidenceState, 'counters' | 'isNewCanary' | 'window' | 'isIncomplete' | 'stratum'> {
  /** The first question without an answer that can be counted, and why. */
  readonly unknown?: string
}

/**
 * Counts what is new. The first look at which all four questions are answered is where counting begins. One at which a
 * question is not answered is left to the next, which covers both: so all four are always of the same moments.
 */
export function lookedAt(
  condition: EvidenceCondition,
  state: EvidenceState | undefined,
  readings: Readings,
  context: JudgeContext,
): Look {
  const answers = forEach((question) => answerOf(readingOf(condition, question, readings)))
  let unknown: string | undefined
  const seen = forEach((question): Seen => {
    const answer = answers[question]
    if (answer.kind === 'known') return answer.seen
    unknown ??= `${question} is not known: ${answer.why}`
    return new Map()
  })
  return unknown === undefined ? answered(state, seen, context) : unanswered(state, unknown, context)
}

const forEach = <T>(of: (question: Question) => T): Each<T> => ({
  'requests.canary': of('requests.canary'),
  'requests.stable': of('requests.stable'),
  'bad.canary': of('bad.canary'),
  'bad.stable': of('bad.stable'),
})

/** No error has been counted yet where there is no such series; but no good request would mean that all have failed. */
function readingOf({ bad }: EvidenceCondition, question: Question, readings: Readings): Reading | undefined {
  const reading = readings[question]
  if (bad.counts !== 'good' || reading?.kind !== 'empty') return reading
  const hasRequests =
    (question === 'bad.canary' && readings['requests.canary']?.kind !== 'empty') ||
    (question === 'bad.stable' && readings['requests.stable']?.kind !== 'empty')
  return hasRequests ? { kind: 'away', why: `no good request: ${reading.what}` } : reading
}

function answered(state: EvidenceState | undefined, seen: Each<Seen>, context: JudgeContext): Look {
  const { stratum } = context
  const last = state?.counters
  const isNewCanary = isNew(state, seen, context)
  const counts = state !== undefined && last !== undefined && !countsAfresh(state, context)
  return {
    counters: forEach((question) => remembered(seen[question], last?.[question])),
    isNewCanary,
    window: counts ? windowWith(openWindow(state, context), seen, last, isNewCanary) : emptyWindow,
    isIncomplete: false,
    stratum,
  }
}

/** What a warm-up had counted is left out, even where that is known only after it. */
function unanswered(state: EvidenceState | undefined, unknown: string, { stratum, warmUp }: JudgeContext): Look {
  if (warmUp === true || state?.counters === undefined) {
    return { isNewCanary: false, window: emptyWindow, isIncomplete: true, stratum, unknown }
  }
  const { counters, isNewCanary, window } = state
  return { counters, isNewCanary, window, isIncomplete: true, stratum: state.stratum, unknown }
}

function isNew(state: EvidenceState | undefined, seen: Each<Seen>, context: JudgeContext): boolean {
  const { isBeforeTraffic, warmUp, stratum } = context
  if (warmUp !== true) return state?.isNewCanary === true && state.stratum === stratum
  const counted = [seen['requests.canary'], seen['bad.canary'], new Map(state?.counters?.['requests.canary'])]
  return isBeforeTraffic === true && counted.every(isUntouched)
}

/** What was counted until now is left out: by the warm-up, or since it belongs to a split that is over. */
function countsAfresh({ isIncomplete, stratum }: EvidenceState, context: JudgeContext): boolean {
  return context.warmUp === true || (isIncomplete && stratum !== context.stratum)
}

/** Under a new split what was counted before has nothing to be compared with any more. */
const openWindow = (state: EvidenceState, { stratum }: JudgeContext): Window =>
  state.stratum === stratum ? state.window : emptyWindow

function windowWith(window: Window, seen: Each<Seen>, last: Each<Counters>, isNewCanary: boolean): Window {
  const isNewSide = isNewCanary && beganSince(seen['requests.stable'], last['requests.stable'])
  return widened(
    window,
    growthOf(
      { requests: seen['requests.canary'], counted: seen['bad.canary'] },
      { requests: last['requests.canary'], counted: last['bad.canary'] },
      isNewSide,
    ),
    growthOf(
      { requests: seen['requests.stable'], counted: seen['bad.stable'] },
      { requests: last['requests.stable'], counted: last['bad.stable'] },
      false,
    ),
  )
}
