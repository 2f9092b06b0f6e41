import type { AnalysisUse } from '../api/analysis.ts'
import type { AnalysisRun } from '../api/analysis-run.ts'
import type { RolloutSpec } from '../api/rollout.ts'
import type { Release, RolloutStatus } from '../api/status.ts'

/** The id of a run of this step: `step-2/NAME`. */
export const stepRunId = (step: number, { name }: Pick<AnalysisUse, 'name'>): string => `step-${step}/${name}`

/** Those of the release under way, or of the one that was turned down, as long as the workload still holds it. */
export function analysesOf({ release, rejected, phase }: RolloutStatus): readonly AnalysisRun[] {
  if (release !== undefined) return release.analyses ?? []
  return phase === 'RolledBack' ? (rejected?.analyses ?? []) : []
}

/** Whether it is measured now: those of steps that are over, and all of a release that ends, are not. */
export function isAtWork({ scope, id }: AnalysisRun, { release, ending }: RolloutStatus): boolean {
  if (release === undefined || ending !== undefined) return false
  const { stage, step } = release
  switch (scope) {
    case 'step':
      return stage === undefined && id.startsWith(`step-${step}/`)
    case 'background':
      return stage === undefined || stage === 'Filling' || stage === 'Draining'
    case 'promotion':
      return stage === 'Draining'
    default:
      return scope satisfies never
  }
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
  const uses = spec === undefined ? [] : usesIn(run, spec, release?.step ?? Number(/^step-(\d+)\//.exec(run.id)?.[1]))
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
