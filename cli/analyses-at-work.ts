import type { AnalysisUse } from '../api/analysis.ts'
import { type AnalysisRun, stepOfRun } from '../api/analysis-run.ts'
import type { RolloutSpec } from '../api/rollout.ts'
import type { Rejected, Release, RolloutStatus } from '../api/status.ts'
import { isAtWork as isMeasured } from '../rollout-controller/planner/analyses.ts'

/** Those of the release under way, or of the one that was turned down, as long as the workload still holds it. */
export function analysesOf(status: RolloutStatus): readonly AnalysisRun[] {
  return status.release?.analyses ?? turnedDown(status)?.analyses ?? []
}

/** The version that is on its way out, or is held since: what was measured of it is kept there, no more in the release. */
export function turnedDown({ release, rejected, phase }: RolloutStatus): Rejected | undefined {
  if (release === undefined) return phase === 'RolledBack' ? rejected : undefined
  return rejected?.revision === release.revision ? rejected : undefined
}

/** The step at which a version was turned down, as far as an analysis of that step did it. */
export function stepOfEnd(status: RolloutStatus): number | undefined {
  const rejected = turnedDown(status)
  if (status.release !== undefined) return status.release.step
  const [run] = rejected === undefined ? [] : decidingRuns(rejected.analyses ?? [], rejected.by)
  return run === undefined ? undefined : stepOfRun(run)
}

/** The runs of a step that is over which it went on without, by its own rule or because a person took that on. */
export const wentWithout = (status: RolloutStatus, step: number): readonly AnalysisRun[] =>
  analysesOf(status).filter((run) => stepOfRun(run) === step && !run.advisory && run.verdict === 'inconclusive')

/** Whether it is measured now: those of steps that are over, and all of a release that ends, are not. */
export function isAtWork(run: AnalysisRun, { release, ending }: RolloutStatus): boolean {
  if (release === undefined || ending !== undefined) return false
  const step = stepOfRun(run)
  return isMeasured(release, { scope: run.scope, ...(step !== undefined && { step }) })
}

/** The runs that decided that the release ends, or that decide it now: those that failed, else the one that is named. */
export function decidingRuns(runs: readonly AnalysisRun[], by: string): readonly AnalysisRun[] {
  const binding = runs.filter(({ advisory }) => !advisory)
  const failed = binding.filter(({ verdict }) => verdict === 'fail')
  return failed.length > 0 ? failed : binding.filter(({ analysis }) => by === `analysis ${analysis}`)
}

/** As the Rollout uses it; undefined when its spec was changed since. */
export function useOf(
  run: AnalysisRun,
  spec: RolloutSpec | undefined,
  release: Release | undefined,
): AnalysisUse | undefined {
  const uses = spec === undefined ? [] : usesIn(run, spec, release?.step ?? stepOfRun(run) ?? 0)
  return uses.find(({ name, kind }) => name === run.analysis && kind === run.kind)
}

function usesIn({ scope }: AnalysisRun, { strategy: { canary } }: RolloutSpec, step: number): readonly AnalysisUse[] {
  switch (scope) {
    case 'background':
      return canary.analysis
    case 'promotion':
      return canary.beforePromotion
    case 'step':
      return (canary.steps[step - 1]?.gates ?? []).flatMap((gate) => (gate.kind === 'analysis' ? [gate.use] : []))
    default:
      return scope satisfies never
  }
}
