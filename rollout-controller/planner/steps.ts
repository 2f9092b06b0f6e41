import { stepHashOf, stepsHashOf } from '../../api/hash.ts'
import type { RolloutSpec, Step } from '../../api/rollout.ts'
import type { Release } from '../../api/status.ts'

export interface Batch {
  /** Percent of the traffic. */
  readonly weight: number
  /** Pods of the copy. */
  readonly replicas: number
}

/** What step `index` (from 0) asks for: its own weight or the last one given before it, and the pods for that. */
export function batchOf(steps: readonly Step[], index: number, fullSize: number): Batch {
  const weight = steps.slice(0, index + 1).findLast((step) => step.weight !== undefined)?.weight ?? 0
  const own = steps[index]?.replicas
  if (own?.kind === 'count') return { weight, replicas: own.count }
  return { weight, replicas: podsFor(own?.kind === 'percent' ? own.percent : weight, fullSize) }
}

/** ceil(percent × size), at least one pod: promise 1 of the design. */
export function podsFor(percent: number, fullSize: number): number {
  return Math.max(1, Math.ceil((percent * fullSize) / 100))
}

/** The fields of a release that say which step it is in. */
export function atStep(spec: RolloutSpec, index: number, fullSize: number, since: string) {
  const { steps } = spec.strategy.canary
  const step = steps[index]
  return {
    step: index + 1,
    steps: steps.length,
    stepHash: step ? stepHashOf(step) : '',
    stepsHash: stepsHashOf(steps),
    stepStartedAt: since,
    ...batchOf(steps, index, fullSize),
  } satisfies Partial<Release>
}

/** Where an edited list of steps goes on: the first step that asks for no less than what is in force, or the last. */
export function resumeIndex(steps: readonly Step[], weightInForce: number): number {
  const index = steps.findIndex((_, i) => batchOf(steps, i, 1).weight >= weightInForce)
  return index === -1 ? steps.length - 1 : index
}

/** `release` without the marks that belong to one step. */
export function leaveStep(release: Release): Release {
  const { gatesOpenedAt: _opened, approvedBy: _approved, pausedMs: _paused, unreadySince: _unready, ...rest } = release
  return rest
}
