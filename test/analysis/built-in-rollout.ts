import { builtInAnalyses } from '../../analysis/built-in/index.ts'
import type { Questions } from '../../analysis/measurement.ts'
import { questionsOf } from '../../analysis/questions.ts'
import { type RenderedAnalysis, renderAnalysis } from '../../analysis/render.ts'
import type { RolloutFacts } from '../../analysis/variables.ts'
import type { AnalysisUse, BuiltInName } from '../../api/analysis.ts'

/** The Rollout that the samples are about. */
export const shopWeb: RolloutFacts = {
  rollout: 'web',
  namespace: 'shop',
  workload: 'web',
  routes: ['web'],
  stableServices: ['web'],
  canaryServices: ['web-canary'],
  stableRevision: '7d9f8c6b5',
  canaryRevision: '6c8d9f7b4',
}

export function renderBuiltIn(
  name: BuiltInName,
  args: Readonly<Record<string, string>> = {},
  facts: RolloutFacts = shopWeb,
): RenderedAnalysis {
  const use: AnalysisUse = {
    name,
    kind: 'BuiltIn',
    args: Object.entries(args).map(([key, value]) => ({ name: key, value })),
    deadlineMs: 600_000,
    atDeadline: 'pause',
    advisory: false,
  }
  return renderAnalysis(builtInAnalyses[name].spec, use, facts)
}

/** What is asked for a built-in that has one metric. Throws if it cannot be asked. */
export function questionsFor(name: BuiltInName, args?: Readonly<Record<string, string>>): Questions {
  const rendered = renderBuiltIn(name, args)
  const [metric] = rendered.kind === 'ok' ? rendered.metrics : []
  if (metric === undefined) throw new Error(`${name}: ${JSON.stringify(rendered)}`)
  return questionsOf(metric.condition)
}
