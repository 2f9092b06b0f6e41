import type { Verb } from '../../api/decision.ts'
import type { Ending, RolloutStatus, TakenDecision } from '../../api/status.ts'
import { type CountedVerdict, verdictsBetween } from './counted-verdicts.ts'
import { isSameRelease } from './same-release.ts'

/** One record of a Rollout: its status before and after, as data. */
export interface Recorded {
  /** Absent at the first record. */
  readonly before?: RolloutStatus | undefined
  readonly after: RolloutStatus
  /** The transitions taken, by name, in order. */
  readonly transitions: readonly string[]
  /** Of the record, in milliseconds since the epoch. */
  readonly nowMs: number
}

/** What one record adds to the counters. Durations are in milliseconds, by the clock that stamps the status. */
export interface Counted {
  /** One for each step that passed: how long it took, from its start or from the last resume. */
  readonly steps: readonly number[]
  /** Releases that are over. */
  readonly releases: readonly { readonly outcome: ReleaseOutcome; readonly ms: number }[]
  readonly rollbacks: readonly RollbackCause[]
  readonly verdicts: readonly CountedVerdict[]
  readonly decisions: readonly { readonly verb: Verb; readonly outcome: TakenDecision['outcome'] }[]
  readonly bypasses: number
}

export const releaseOutcomes = ['promoted', 'rolled-back'] as const
export type ReleaseOutcome = (typeof releaseOutcomes)[number]

/** `unknown`: it began and was over in one record, which keeps no cause. */
export type RollbackCause = Ending['cause'] | 'unknown'

/** Derives what a record adds from the two statuses alone, so that a record that was not stored counts nothing. Pure and total. */
export function counted(recorded: Recorded): Counted {
  const { before, after, transitions } = recorded
  const known = new Set(before?.decisions.map(({ uid }) => uid))
  return {
    steps: stepsPassed(recorded),
    releases: releasesOver(recorded),
    rollbacks: rollbacksBegun(recorded),
    verdicts: verdictsBetween(before, after),
    decisions: after.decisions.filter(({ uid }) => !known.has(uid)).map(({ verb, outcome }) => ({ verb, outcome })),
    bypasses: transitions.filter((name) => name === 'bypass-begins' || name === 'bypass-after-rollback').length,
  }
}

/** A chain of steps that pass in one look: all but the first took no time. */
function stepsPassed({ before, transitions, nowMs }: Recorded): readonly number[] {
  const passed = transitions.filter((name) => name === 'step-passed' || name === 'promotion-begins')
  const startedAt = before?.phase === 'Progressing' ? before.release?.stepStartedAt : undefined
  return passed.map((_, index) => (index === 0 && startedAt !== undefined ? elapsedMs(startedAt, nowMs) : 0))
}

function releasesOver({ before, after, transitions, nowMs }: Recorded): Counted['releases'] {
  const release = before?.release
  if (release === undefined || before?.phase === 'Terminating') return []
  if (isSameRelease(before, after) && after.phase !== 'Terminating') return []
  const outcome = transitions.includes('promoted') ? 'promoted' : 'rolled-back'
  return [{ outcome, ms: elapsedMs(release.startedAt, nowMs) }]
}

/** Counted where it begins; only what ends a release, or takes back an update that slipped, is one. */
function rollbacksBegun({ before, after, transitions }: Recorded): readonly RollbackCause[] {
  if (before?.ending !== undefined) return []
  const cause = after.ending?.cause
  if (cause === 'slipped' || (cause !== undefined && (before?.release ?? after.release))) return [cause]
  if (cause !== undefined || before?.release === undefined || isSameRelease(before, after)) return []
  return transitions.includes('promoted') ? [] : ['unknown']
}

/** Never negative: the clock of another process may have stamped the start. */
function elapsedMs(since: string, nowMs: number): number {
  const ms = nowMs - Date.parse(since)
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}
