import type { AnalysisRun, AnalysisScope, Verdict } from '../../api/analysis-run.ts'
import type { RolloutStatus } from '../../api/status.ts'
import { isSameRelease } from './same-release.ts'

export interface CountedVerdict {
  readonly scope: AnalysisScope
  readonly verdict: Verdict
}

/**
 * The verdicts that analyses came to between two records of a Rollout: one for each run whose verdict changed (a run begins
 * without one), and `inconclusive` for each that stops measuring without having come to any.
 */
export function verdictsBetween(before: RolloutStatus | undefined, after: RolloutStatus): readonly CountedVerdict[] {
  const was = before?.release?.analyses ?? []
  const is = runsOf(before, after)
  const changed = is.filter((run) => run.verdict !== verdictBefore(was, run))
  const gaveUp = was.filter((run) => {
    const now = is.find(({ id }) => id === run.id) ?? run
    return now.verdict === 'inconclusive' && run.verdict === 'inconclusive' && stops(run, before, after)
  })
  return [...changed, ...gaveUp.map((run) => ({ ...run, verdict: 'inconclusive' as const }))].map(
    ({ scope, verdict }) => ({ scope, verdict }),
  )
}

/** The runs of the release that was under way before, if there was one; a release that is over left them with what it rejected. */
function runsOf(before: RolloutStatus | undefined, after: RolloutStatus): readonly AnalysisRun[] {
  const release = before?.release
  if (release === undefined || isSameRelease(before, after)) return after.release?.analyses ?? []
  const { rejected } = after
  return rejected?.revision === release.revision ? (rejected.analyses ?? []) : []
}

/** One that was edited began anew. */
function verdictBefore(was: readonly AnalysisRun[], run: AnalysisRun): Verdict {
  const known = was.find(({ id }) => id === run.id)
  return known?.hash === run.hash ? known.verdict : 'inconclusive'
}

function stops(run: AnalysisRun, before: RolloutStatus | undefined, after: RolloutStatus): boolean {
  return measures(run, before) && !(isSameRelease(before, after) && measures(run, after))
}

/** As docs/planner.md has it: a step's while its step is under way, the others until the workload itself rolls. */
function measures({ id, scope }: AnalysisRun, status: RolloutStatus | undefined): boolean {
  const { phase, release } = status ?? {}
  if (release === undefined || (phase !== 'Progressing' && phase !== 'Promoting')) return false
  switch (scope) {
    case 'step':
      return phase === 'Progressing' && id.startsWith(`step-${release.step}/`)
    case 'background':
      return release.stage !== 'Rolling' && release.stage !== 'Returning'
    case 'promotion':
      return release.stage === 'Draining'
    default:
      return scope satisfies never
  }
}
