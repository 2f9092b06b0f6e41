import type { AnalysisUse } from '../api/analysis.ts'
import type { Gate, RolloutSpec } from '../api/rollout.ts'
import { batchOf } from '../rollout-controller/planner/steps.ts'

/** What the foretelling is made from: the spec, and the workload as it is now. */
export interface Prospect {
  readonly spec: RolloutSpec
  readonly workload: {
    readonly replicas: number
    /** `spec.strategy.rollingUpdate.maxSurge`. */
    readonly maxSurge: number | string
    readonly canReachZero?: string
  }
  readonly services: readonly string[]
  readonly drainMs: number
  /** The step that a release is at now, counted from 1. */
  readonly at?: number
}

export interface Forecast {
  readonly steps: readonly ForetoldStep[]
  readonly promotion: readonly ForetoldStage[]
  /** At work beside the steps, from the first split on. */
  readonly background: readonly AnalysisUse[]
  /** Must pass before the workload is updated. */
  readonly beforePromotion: readonly AnalysisUse[]
  /** Pods above the workload's own, at most, and when. */
  readonly peak: { readonly extraPods: number; readonly when: string }
  /** What callers meet, and what to know beforehand. */
  readonly notes: readonly string[]
}

export interface ForetoldStep {
  readonly number: number
  readonly mark: 'done' | 'current' | 'open'
  readonly weight: number
  readonly pods: number
  readonly gates: readonly Gate[]
}

export interface ForetoldStage {
  readonly name: 'Filling' | 'Draining' | 'Rolling' | 'Returning'
  readonly what: string
}

/** Says what a release would do, step by step, without asking anybody: the same arithmetic as the planner's. */
export function foretell(prospect: Prospect): Forecast {
  const { spec, workload, at } = prospect
  const size = Math.max(1, workload.replicas)
  const { steps, analysis: background, beforePromotion } = spec.strategy.canary
  const foretold = steps.map((step, index): ForetoldStep => {
    const { weight, replicas } = batchOf(steps, index, size)
    return { number: index + 1, mark: markAt(index + 1, at), weight, pods: replicas, gates: step.gates }
  })
  const surge = podsOf(workload.maxSurge, size)
  return {
    steps: foretold,
    promotion: promotionOf(size, surge, prospect.drainMs),
    background,
    beforePromotion,
    peak: peakOf(foretold, size, surge),
    notes: notesOf(prospect, foretold),
  }
}

function markAt(number: number, at: number | undefined): ForetoldStep['mark'] {
  if (at === undefined || number > at) return 'open'
  return number === at ? 'current' : 'done'
}

/** As the Deployment controller resolves maxSurge: percent upwards. */
function podsOf(value: number | string, size: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * size) / 100)
}

function promotionOf(size: number, surge: number, drainMs: number): readonly ForetoldStage[] {
  const seconds = `${Math.ceil(drainMs / 1000)} s`
  return [
    { name: 'Filling', what: `the copy grows to ${size} pods and then gets 100 % of the traffic` },
    { name: 'Draining', what: `${seconds} for the last requests of the old pods` },
    {
      name: 'Rolling',
      what: `the workload rolls to the new version with no request on it, up to ${surge} more pods at a time`,
    },
    {
      name: 'Returning',
      what: `traffic goes back to the workload; after ${seconds} route, Service and copy are deleted`,
    },
  ]
}

function peakOf(steps: readonly ForetoldStep[], size: number, surge: number): Forecast['peak'] {
  const most = Math.max(0, ...steps.map((step) => step.pods))
  if (most > size + surge) return { extraPods: most, when: 'during the steps' }
  return { extraPods: Math.max(most, size) + surge, when: 'during promotion' }
}

function notesOf({ spec, workload, services }: Prospect, steps: readonly ForetoldStep[]): readonly string[] {
  const through = services.length === 0 ? 'the Service' : services.map((name) => `Service ${name}`).join(', ')
  const judges = steps.some(({ gates }) => gates.some(({ kind }) => kind === 'analysis'))
  const { analysis, beforePromotion } = spec.strategy.canary
  const thin = steps.filter((step) => step.pods < Math.ceil((step.weight * workload.replicas) / 100))
  return [
    `callers inside the cluster that use ${through} directly stay on the old version during the steps, and meet an ordinary rolling update during promotion`,
    `a rollback is one write to ${spec.traffic.length === 1 ? 'the route' : `each of the ${spec.traffic.length} routes`}, at any moment of the steps; the workload's own pods are not touched`,
    ...(judges || analysis.length > 0 || beforePromotion.length > 0
      ? [
          'an analysis that fails rolls back at once, whatever else the step waits for; while its store is away its deadline waits',
        ]
      : []),
    ...thin.map(
      (step) =>
        `step ${step.number} sends ${step.weight} % to ${step.pods} of ${workload.replicas} pods: each carries more than its share`,
    ),
    ...(workload.replicas === 0 ? ['the workload is scaled to 0: nothing serves until it is scaled up'] : []),
    ...(workload.canReachZero === undefined ? [] : [`it would stop before promotion: ${workload.canReachZero}`]),
    ...(steps.some((step) => step.gates.some((gate) => gate.kind === 'approval' && gate.timeoutMs === undefined))
      ? ['an approval without timeout waits for ever; a newer version pre-empts it']
      : []),
  ]
}
