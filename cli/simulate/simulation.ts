import type { Assumptions, Ending, Run, WhatIf } from './course.ts'
import { type Outcome, outcomeOf, type Unanswered, unansweredIn } from './outcome.ts'
import { createPlayer, type Player } from './player.ts'
import { podStartOf } from './pod-start.ts'
import type { Scene } from './scene.ts'
import { type Stretch, stretchesOf } from './stretches.ts'
import type { StandsFor } from './without-analysis.ts'

/** What a release would do, and what if it goes wrong: plain data, read by the view and printed by `-o json`. */
export interface Simulation {
  readonly rollout: { readonly name: string; readonly namespace: string }
  readonly assumptions: Assumptions & { readonly objects: readonly string[] }
  readonly ending: Ending
  readonly totalMs: number
  readonly peak: Peak
  readonly unanswered?: Unanswered
  readonly timeline: readonly Stretch[]
  readonly whatIf: readonly Outcome[]
}

/** Pods at most, how many of them above the workload's own, and where in the timeline. */
export interface Peak {
  readonly pods: number
  readonly extraPods: number
  readonly atMs: number
}

export interface SimulationOptions {
  readonly approveAfterMs: number
  readonly podsReadyAfterMs?: number
}

/** Plays the release as it should go, and then once for each thing that may go wrong in each step. */
export async function simulate(
  scene: Scene,
  { approveAfterMs, podsReadyAfterMs }: SimulationOptions,
  signal: AbortSignal,
): Promise<Simulation> {
  const assumptions = { pods: podStartOf(scene.deployment, podsReadyAfterMs), approveAfterMs }
  const player = createPlayer(scene, assumptions, signal)
  try {
    const run = await player.play()
    const whatIf = hasBegun(run) ? await playAll(player, whatIfs(scene)) : []
    return { ...summaryOf(scene, run), assumptions: { ...assumptions, objects: scene.assumed }, whatIf }
  } finally {
    await player.stop()
  }
}

function summaryOf({ name, namespace, standsFor }: Scene, run: Run): Omit<Simulation, 'assumptions' | 'whatIf'> {
  const { moments, endMs, ending } = run
  const timeline = timelineOf(run).map((stretch) => withAnalysis(stretch, standsFor))
  const unanswered = unansweredIn(moments, endMs)
  return {
    rollout: { name, namespace },
    ending,
    totalMs: endMs,
    peak: peakOf(run, timeline),
    ...(unanswered === undefined ? {} : { unanswered }),
    timeline,
  }
}

/** The pause that was put in the place of analyses is the wait for them. */
function withAnalysis(stretch: Stretch, standsFor: StandsFor): Stretch {
  const { step, waiting } = stretch
  const what = step === undefined ? undefined : standsFor[step]
  if (waiting?.reason !== 'Pause' || what === undefined) return stretch
  return { ...stretch, waiting: { reason: 'Analysis', message: `step ${step} waits for ${what}`, what } }
}

/** Whoever waits for a person waits for ever. */
function timelineOf({ moments, endMs, ending }: Run): readonly Stretch[] {
  const stretches = stretchesOf(moments, endMs)
  if (ending.kind !== 'waits') return stretches
  return stretches.map(({ forMs = 0, ...stretch }, index) =>
    index === stretches.length - 1 ? stretch : { ...stretch, forMs },
  )
}

const hasBegun = ({ moments }: Run): boolean => moments.some(({ step }) => step !== undefined)

async function playAll(player: Player, all: readonly WhatIf[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const whatIf of all) {
    const outcome = outcomeOf(whatIf, await player.play(whatIf))
    if (outcome !== undefined) outcomes.push(outcome)
  }
  return outcomes
}

function whatIfs({ spec }: Scene): readonly WhatIf[] {
  const { steps } = spec.strategy.canary
  return [
    { kind: 'never-ready', at: 1 },
    ...steps.flatMap(({ gates }, index): WhatIf[] => {
      const at = index + 1
      const asks = gates.some(({ kind }) => kind === 'approval')
      return [{ kind: 'crash', at }, { kind: 'rollback', at }, ...(asks ? [{ kind: 'no-approval', at } as const] : [])]
    }),
    { kind: 'crash', at: 'promotion' },
    { kind: 'rollback', at: 'promotion' },
  ]
}

function peakOf({ moments }: Run, timeline: readonly Stretch[]): Peak {
  const own = moments[0]?.pods ?? 0
  const [highest] = timeline.toSorted((a, b) => b.pods - a.pods)
  const pods = highest?.pods ?? own
  return { pods, extraPods: pods - own, atMs: highest?.atMs ?? 0 }
}
