import { builtInAnalyses } from '../analysis/built-in/index.ts'
import { renderAnalysis } from '../analysis/render.ts'
import type { AnalysisSpec, AnalysisUse, Metric } from '../api/analysis.ts'
import { builtInNames } from '../api/analysis.ts'
import { type AnalysisScope, runIdOf } from '../api/analysis-run.ts'
import { canaryName } from '../api/canary-name.ts'
import { digest } from '../api/hash.ts'
import { maxMetricsAtWork } from '../api/limits.ts'
import type { Gate } from '../api/rollout.ts'
import type { AnalysisFacts } from './facts.ts'
import type { Observation } from './observe-problems.ts'
import type { Caches } from './observed-caches.ts'
import type { AnalysisView, Problem, RolloutView, Snapshot } from './snapshot.ts'
import type { DeploymentFacts } from './workload/deployment-facts.ts'
import { copyPodLabels } from './workload/own-labels.ts'
import { selectorQuery } from './workload/selectors.ts'

export interface ObservedAnalyses {
  readonly analyses: readonly AnalysisView[]
  readonly problems: readonly Problem[]
}

/** Where in the spec an analysis is used. */
interface Place {
  readonly id: string
  readonly scope: AnalysisScope
  readonly step?: number
  readonly path: string
  readonly use: AnalysisUse
}

/** Every analysis that the spec names, ready to be asked, or why it cannot be. */
export function observeAnalyses(seen: Observation): ObservedAnalyses {
  const observed = placesOf(seen.view).map((place) => {
    const { analyses, problems } = observeAnalysis(seen, place)
    return { analyses, problems: isNeeded(seen.view, place) ? problems : [] }
  })
  const analyses = observed.flatMap((one) => one.analyses)
  return { analyses, problems: [...observed.flatMap(({ problems }) => problems), ...tooMany(seen, analyses)] }
}

/** In the middle of a release nothing waits for one that is only shown, or whose step is over. */
function isNeeded({ status }: RolloutView, { use, step }: Place): boolean {
  const { release } = status ?? {}
  if (release === undefined) return true
  if (use.advisory) return false
  return step === undefined || (release.stage === undefined && step >= release.step)
}

/** What they remember is kept in the status, and an object has an end. */
function tooMany({ view }: Observation, analyses: readonly AnalysisView[]): readonly Problem[] {
  const most = mostAtOnce(analyses)
  if (most <= maxMetricsAtWork) return []
  const { name, namespace } = view.meta
  return [
    {
      reason: invalidReason,
      message: `Rollout ${namespace}/${name}: its analyses have ${most} metrics at work at once, and ${maxMetricsAtWork} are the most`,
      next: 'use fewer in spec.strategy.canary.analysis, or in the step that has the most',
    },
  ]
}

/** Those in the background beside those of one step, or those before promotion. */
function mostAtOnce(analyses: readonly AnalysisView[]): number {
  const sizes = new Map<string, number>()
  for (const { scope, step, metrics } of analyses) {
    const place = step === undefined ? scope : `step ${step}`
    sizes.set(place, (sizes.get(place) ?? 0) + metrics.length)
  }
  const { background = 0, ...rest } = Object.fromEntries(sizes)
  return background + Math.max(0, ...Object.values(rest))
}

function placesOf({ spec }: RolloutView): readonly Place[] {
  if (spec === undefined) return []
  const { steps, analysis, beforePromotion } = spec.strategy.canary
  return [
    ...analysis.map((use, index) => placeOf('background', use, `analysis[${index}]`)),
    ...steps.flatMap(({ gates }, index) => gatesOf(gates, index)),
    ...beforePromotion.map((use, index) => placeOf('promotion', use, `beforePromotion[${index}]`)),
  ]
}

function gatesOf(gates: readonly Gate[], step: number): readonly Place[] {
  return gates.flatMap((gate, index) =>
    gate.kind === 'analysis' ? placeOf('step', gate.use, `steps[${step}].gates[${index}].analysis`, step + 1) : [],
  )
}

function placeOf(scope: AnalysisScope, use: AnalysisUse, field: string, step?: number): Place {
  const place = { id: runIdOf(scope, use.name, step), scope, path: `spec.strategy.canary.${field}`, use }
  return step === undefined ? place : { ...place, step }
}

function observeAnalysis(seen: Observation, place: Place): ObservedAnalyses {
  const { id, scope, step, use } = place
  const found = definitionOf(seen.caches, seen.view.meta.namespace, use)
  if (found === undefined) return { analyses: [], problems: [notFound(seen, place)] }
  if (found.spec === undefined) return { analyses: [], problems: [invalid(seen, place, found.problems)] }
  const rendered = renderAnalysis(found.spec, use, factsFor(seen))
  if (rendered.kind === 'problems') return { analyses: [], problems: [invalid(seen, place, rendered.problems)] }
  const { metrics } = rendered
  const alone = scope === 'promotion' ? comparedAlone(metrics) : []
  if (alone.length > 0) return { analyses: [], problems: [invalid(seen, place, alone)] }
  const trusted = use.kind !== 'Analysis'
  const view = { id, scope, ...(step === undefined ? {} : { step }), use, metrics, trusted, hash: digest(metrics) }
  return { analyses: [view], problems: [] }
}

/** Before promotion the copy carries everything: counts of stable are all from before. */
function comparedAlone(metrics: readonly Metric[]): readonly string[] {
  const compared = metrics.filter(({ condition }) => condition.kind === 'evidence')
  return compared.map(
    ({ name }) => `metric ${name} weighs the canary against stable, which has no traffic before promotion`,
  )
}

type Definition = Pick<AnalysisFacts, 'spec' | 'problems'>

function definitionOf(caches: Caches, namespace: string, { kind, name }: AnalysisUse): Definition | undefined {
  switch (kind) {
    case 'BuiltIn': {
      const known = builtInNames.find((builtIn) => builtIn === name)
      return known === undefined ? undefined : builtIn(builtInAnalyses[known].spec)
    }
    case 'Analysis':
      return caches.analyses.get(namespace, name)
    case 'ClusterAnalysis':
      return caches.clusterAnalyses.get(undefined, name)
    default:
      return kind satisfies never
  }
}

const builtIn = (spec: AnalysisSpec): Definition => ({ spec, problems: [] })

function factsFor({ view, workload, routes, services }: Observation) {
  const { name, namespace } = view.meta
  return {
    rollout: name,
    namespace,
    workload: view.spec?.workloadRef.name ?? '',
    routes: routes.map(({ route }) => route.target.name),
    stableServices: services.map(({ stable }) => stable),
    canaryServices: services.map(({ canary }) => canary),
    stableRevision: view.status?.stable?.revision ?? workload?.revision ?? '',
    canaryRevision: view.status?.release?.revision ?? workload?.revision ?? '',
  }
}

export const invalidReason = 'AnalysisInvalid'

function notFound({ view }: Observation, { path, use }: Place): Problem {
  const { name, namespace } = view.meta
  const where = use.kind === 'Analysis' ? `${use.kind} ${namespace}/${use.name}` : `${use.kind} ${use.name}`
  return {
    reason: invalidReason,
    message: `Rollout ${namespace}/${name}: ${path} names ${where}, which does not exist`,
    next: `make ${where}, or correct ${path}.name; sluice analysis list shows those there are`,
  }
}

function invalid({ view }: Observation, { path, use }: Place, problems: readonly string[]): Problem {
  const { name, namespace } = view.meta
  return {
    reason: invalidReason,
    message: `Rollout ${namespace}/${name}: ${path}: ${use.kind} ${use.name} cannot be asked: ${problems.join('; ')}`,
    next: use.kind === 'BuiltIn' ? `correct ${path}` : `correct ${use.kind} ${use.name}, or ${path}`,
  }
}

/** How the pods of either side are listed. Without a workload no pod is: nothing matches. */
export function podSelectorsOf(view: RolloutView, workload: DeploymentFacts | undefined): Snapshot['podSelectors'] {
  const name = workload?.name ?? view.spec?.workloadRef.name ?? ''
  const canary = selectorQuery({ matchLabels: copyPodLabels(canaryName(name), view.meta.uid), expressions: [] })
  return { canary, stable: workload === undefined ? canary : selectorQuery(workload.selector) }
}
