import type { WhatIf } from './course.ts'
import type { Moment, Recording } from './moments.ts'
import type { SimulatedWorld } from './world.ts'

/** The thing that goes wrong. */
export interface Strike {
  /** The moment in which it did, an index of the recording; undefined until then. */
  readonly at: () => number | undefined
}

/** Lets it go wrong as soon as the release has come that far. */
export function createStrike(world: SimulatedWorld, recording: Recording, whatIf: WhatIf): Strike {
  const { kind, at } = whatIf
  let struckAt: number | undefined
  world.fates.copy = kind === 'never-ready' ? 'crash-loop' : 'healthy'
  world.fates.workload = kind === 'crash' && at === 'promotion' ? 'crash-loop' : 'healthy'
  recording.onMoment((moment) => {
    if (struckAt !== undefined || !hasCome(moment, whatIf)) return
    struckAt = recording.moments.length - 1
    if (kind === 'rollback') world.clock.setTimer(0, () => world.decide('rollback'))
    if (kind === 'crash' && at !== 'promotion') world.clock.setTimer(0, world.crashCopy)
  })
  return { at: () => struckAt }
}

function hasCome(moment: Moment, { kind, at }: WhatIf): boolean {
  const { phase, stage, step, asked, weights, waiting, renewed, workload } = moment
  if (at === 'promotion') return stage === 'Rolling' && (kind === 'crash' || 2 * renewed >= workload.ready)
  if (phase !== 'Progressing' || step !== at) return false
  switch (kind) {
    case 'never-ready':
      return true
    case 'no-approval':
      return waiting?.reason === 'Approval'
    case 'crash':
    case 'rollback':
      return Object.values(weights).every((weight) => weight === asked)
    default:
      return kind satisfies never
  }
}
