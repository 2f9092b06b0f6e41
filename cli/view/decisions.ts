import type { RolloutStatus, TakenDecision } from '../../api/status.ts'
import { timeText } from './marks.ts'
import { dim, type Line, span, strong, words } from './spans.ts'
import type { Branch } from './tree.ts'

/**
 * The last decisions, newest first, `most` of them. While a release is under way only those about it; else each says
 * which attempt it was about.
 */
export function decisionBranches(status: RolloutStatus | undefined, now: number, most: number): readonly Branch[] {
  const { release, decisions = [] } = status ?? {}
  const about = release === undefined ? decisions : decisions.filter((decision) => isAbout(decision, release))
  const taken = most === 0 ? [] : about.slice(-most).reverse()
  if (taken.length === 0) return []
  const children = taken.map((decision) => ({
    key: 'decision',
    text: decisionLine(decision, now, release === undefined),
  }))
  return [{ key: 'decisions', label: 'decisions', text: [], children }]
}

const isAbout = (
  { attempt, at }: TakenDecision,
  release: { readonly attempt: string; readonly startedAt: string },
): boolean => (attempt === undefined ? Date.parse(at) >= Date.parse(release.startedAt) : attempt === release.attempt)

/** `12:01:05Z alice approve step 1`. */
function decisionLine(decision: TakenDecision, now: number, withAttempt: boolean): Line {
  const { verb, by, at, step, attempt, outcome, reason, message } = decision
  const what = step === undefined ? verb : `${verb} step ${step}`
  const refused = outcome === 'Refused' ? span(`refused: ${message}`, 'bad') : undefined
  const about = withAttempt && attempt !== undefined ? dim(`(attempt ${attempt})`) : undefined
  return words(dim(timeText(at, now)), by, strong(what), about, refused, dim(reason === undefined ? '' : `“${reason}”`))
}
