import { type AnalysisScope, analysisScopes } from '../../api/analysis-run.ts'
import type { Verb } from '../../api/decision.ts'
import { createDice, type Dice } from './dice.ts'
import type { PodFate } from './pods.ts'

/** One run, decided before it begins: who does what, what goes wrong, how slow everything is. The seed decides the rest. */
export interface Story {
  readonly seed: string
  readonly shop: ShopPlan
  readonly pace: Pace
  readonly approver: Approver | undefined
  /** In order; each waits for the one before. */
  readonly acts: readonly TimedAct[]
  readonly faults: readonly Fault[]
}

/** The user's workload and Rollout. */
export interface ShopPlan {
  readonly replicas: number
  readonly steps: readonly StepPlan[]
  readonly routes: number
  readonly drainSeconds: number
  readonly deadlineSeconds: number
  readonly strategy: StrategyPlan
  readonly analysis?: AnalysisPlan
}

/** An analysis of the user's, and what its metric store says. */
export interface AnalysisPlan {
  readonly scope: AnalysisScope
  readonly store: StoreFate
  readonly deadlineSeconds: number
}

/** `unsteady`: now and then it does not answer, or has nothing. */
export type StoreFate = 'good' | 'bad' | 'away' | 'empty' | 'unsteady'

export interface StepPlan {
  readonly weight: number
  readonly replicas?: number | string
  readonly gates: readonly ('approval' | number)[]
}

export type StrategyPlan = { readonly maxSurge: number | string; readonly maxUnavailable: number | string } | 'Recreate'

/** How slow the world is, in milliseconds. */
export interface Pace {
  readonly callMs: number
  readonly watchLagMs: number
  readonly controllerDelayMs: number
  readonly podStartMs: number
  /** Pods run for a while before they are ready. */
  readonly podsWarmUp: boolean
  readonly podLingerMs: number
  readonly gatewayLagMs: number
}

/** Somebody who says yes to whatever waits for an approval. */
export interface Approver {
  readonly delayMs: number
  /** Says it twice each time. */
  readonly twice: boolean
}

/**
 * An act, when so many writes of controllers or so many milliseconds have passed since the one before; or since the
 * Rollout came into the state `during`, if it comes there within as many milliseconds.
 */
export interface TimedAct {
  readonly act: Act
  readonly during?: string
  /** Exactly so many milliseconds after it came there, whatever is written. */
  readonly afterMs?: number
  readonly writes: number
  readonly ms: number
}

export type Act =
  | { readonly kind: 'upgrade'; readonly version: string; readonly fate: PodFate }
  | { readonly kind: 'decide'; readonly verb: Verb; readonly about: 'now' | 'past' }
  | { readonly kind: 'edit-steps'; readonly steps: readonly StepPlan[] }
  | { readonly kind: 'break-spec' }
  | { readonly kind: 'edit-analysis'; readonly what: 'metric' | 'gone' | 'back' | 'advice' | 'judge' }
  | { readonly kind: 'edit-route'; readonly what: 'host' | 'annotation' | 'backend' | 'gone' | 'back' }
  | { readonly kind: 'scale'; readonly replicas: number }
  | { readonly kind: 'delete-rollout'; readonly propagation: 'Background' | 'Foreground' | 'Orphan' }
  | { readonly kind: 'create-rollout' }
  | { readonly kind: 'uninstall-chart' }
  | { readonly kind: 'install-chart'; readonly version: string }
  | { readonly kind: 'delete-ours'; readonly what: 'route' | 'service' | 'copy' | 'stable-template' }
  | { readonly kind: 'squat'; readonly what: 'route' | 'service' | 'copy' }
  | { readonly kind: 'take-label-off' }
  | { readonly kind: 'bypass-by-hand'; readonly on: boolean }
  | { readonly kind: 'resume-by-hand' }
  | { readonly kind: 'autoscaler'; readonly on: boolean }
  | { readonly kind: 'policies'; readonly on: boolean }
  | {
      readonly kind: 'pods'
      readonly of: 'stable' | 'canary'
      readonly trouble: 'crash' | 'unready' | 'evict' | 'mend'
    }
  | { readonly kind: 'lose-node' }

export type Fault =
  | { readonly kind: 'call'; readonly process: number; readonly call: number; readonly how: CallFault }
  | { readonly kind: 'watch'; readonly process: number; readonly event: number; readonly how: WatchFault }
  | { readonly kind: 'outage'; readonly atMs: number; readonly forMs: number }
  /** The controller dies as soon as it has recorded that state. */
  | { readonly kind: 'crash-in-state'; readonly state: string }
  | { readonly kind: 'second-controller'; readonly atMs: number; readonly forMs: number }
  | { readonly kind: 'clock-jump'; readonly process: number; readonly atMs: number; readonly byMs: number }
  | { readonly kind: 'gateway-stuck'; readonly atMs: number; readonly forMs: number }

export const callFaults = [
  'conflict',
  'throttled',
  'error-before',
  'error-after',
  'timeout-before',
  'timeout-after',
  'crash-before',
  'crash-after',
  'slow',
] as const
export type CallFault = (typeof callFaults)[number]

export const watchFaults = ['drop', 'repeat', 'expire', 'stall'] as const
export type WatchFault = (typeof watchFaults)[number]

/** The story that a seed tells. */
export function storyOf(seed: string): Story {
  const dice = createDice(seed)
  const shop = { ...shopPlan(dice), ...analysis(dice.fork('analysis')) }
  const story: Story = {
    seed,
    shop,
    pace: pace(dice, shop),
    approver: dice.chance(0.85) ? { delayMs: dice.between(100, 15_000), twice: dice.chance(0.15) } : undefined,
    acts: acts(dice),
    faults: faults(dice),
  }
  if (dice.fork('lost split').chance(0.01)) return withLostSplit(story)
  const meddler = dice.fork('interrupted drain')
  return meddler.chance(0.02) ? withInterruptedDrain(story, meddler) : story
}

/** As rare: our route is taken away in the middle of the drain of the old version. */
function withInterruptedDrain(story: Story, dice: Dice): Story {
  const interruption: TimedAct = {
    act: { kind: 'delete-ours', what: 'route' },
    during: 'Promoting/Draining',
    afterMs: dice.between(500, 5_000),
    writes: 0,
    ms: 300_000,
  }
  return { ...story, acts: [...story.acts.slice(0, 1), interruption] }
}

/** Chance alone would hardly ever meet it: a route is lost while nobody is there to begin with the rolling. */
function withLostSplit(story: Story): Story {
  const [first] = story.acts
  const lost: TimedAct = {
    act: { kind: 'delete-ours', what: 'route' },
    during: 'Promoting/Rolling',
    writes: 0,
    ms: 300_000,
  }
  return {
    ...story,
    acts: first === undefined ? [lost] : [first, lost],
    faults: [{ kind: 'crash-in-state', state: 'Promoting/Rolling' }],
  }
}

function shopPlan(dice: Dice): ShopPlan {
  return {
    replicas: dice.weighted([
      [1, 3],
      [2, 5],
      [3, 3],
      [5, 1],
    ]),
    steps: steps(dice),
    routes: dice.chance(0.85) ? 1 : 2,
    drainSeconds: dice.between(5, 8),
    deadlineSeconds: dice.between(40, 120),
    strategy: dice.weighted<StrategyPlan>([
      [{ maxSurge: '25%', maxUnavailable: 0 }, 6],
      [{ maxSurge: 1, maxUnavailable: 1 }, 2],
      [{ maxSurge: '100%', maxUnavailable: 0 }, 1],
      [{ maxSurge: 0, maxUnavailable: '50%' }, 1],
      ['Recreate', 0.3],
    ]),
  }
}

function analysis(dice: Dice): Pick<ShopPlan, 'analysis'> {
  if (!dice.chance(0.25)) return {}
  const scope = dice.pick(analysisScopes)
  const store = dice.weighted<StoreFate>([
    ['good', 4],
    ['unsteady', 3],
    ['bad', 2],
    ['empty', 1],
    ['away', 1],
  ])
  return { analysis: { scope, store, deadlineSeconds: dice.between(10, 60) } }
}

function steps(dice: Dice): readonly StepPlan[] {
  const weights = [dice.between(1, 40), dice.between(30, 70), dice.between(60, 100)].slice(0, dice.between(1, 3))
  return weights.toSorted((a, b) => a - b).map((weight) => ({ weight, ...pods(dice), gates: gates(dice) }))
}

function pods(dice: Dice): { readonly replicas?: number | string } {
  if (!dice.chance(0.1)) return {}
  return { replicas: dice.chance(0.5) ? dice.between(1, 4) : `${dice.between(1, 100)}%` }
}

const gates = (dice: Dice): StepPlan['gates'] =>
  dice.weighted<StepPlan['gates']>([
    [['approval'], 6],
    [[dice.between(1, 40)], 2],
    [[], 1],
    [[dice.between(1, 10), 'approval'], 1],
  ])

function pace(dice: Dice, { drainSeconds }: ShopPlan): Pace {
  return {
    callMs: dice.between(1, 40),
    watchLagMs: dice.weighted([
      [dice.between(0, 30), 5],
      [dice.between(30, 500), 3],
      [dice.between(500, 5_000), 2],
    ]),
    controllerDelayMs: dice.between(1, 200),
    podStartMs: dice.between(200, 4_000),
    podsWarmUp: dice.chance(0.3),
    podLingerMs: dice.chance(0.5) ? 0 : dice.between(1_000, 8_000),
    gatewayLagMs: dice.between(10, Math.min(4_300, drainSeconds * 600)),
  }
}

function acts(dice: Dice): readonly TimedAct[] {
  const first: TimedAct = { act: upgrade(dice, 'v2'), writes: never, ms: dice.between(0, 20_000) }
  const length = dice.between(0, 9)
  const more = Array.from({ length }, () => (dice.chance(0.35) ? nextRelease(dice) : timed(dice, anyAct(dice))))
  return dice.chance(0.06) ? [...unheld(dice), ...more] : [first, ...more]
}

const never = 1_000

/** Another version, once the one before has mostly had its time. */
const nextRelease = (dice: Dice): TimedAct => ({
  act: upgrade(dice, dice.pick(['v1', 'v2', 'v3', 'v4'])),
  writes: never,
  ms: dice.between(20_000, 120_000),
})

/** An update that the API server does not hold, and the hold that comes back while it rolls or afterwards. */
function unheld(dice: Dice): readonly TimedAct[] {
  return [
    { act: { kind: 'policies', on: false }, writes: never, ms: dice.between(0, 5_000) },
    { act: upgrade(dice, 'v2'), writes: never, ms: dice.between(0, 5_000) },
    { act: { kind: 'policies', on: true }, writes: dice.between(0, 6), ms: dice.between(0, 30_000) },
  ]
}

/** Where something that happens matters most. */
const moments = [
  'Progressing',
  'Promoting/Filling',
  'Promoting/Draining',
  'Promoting/Rolling',
  'Promoting/Returning',
  'RollingBack',
  'Restoring',
  'Terminating',
] as const

function timed(dice: Dice, act: Act): TimedAct {
  if (dice.chance(0.4))
    return { act, during: dice.pick(moments), writes: dice.between(0, 5), ms: dice.between(100, 60_000) }
  const writes = dice.chance(0.7) ? dice.between(0, 24) : never
  const ms = dice.chance(0.5) ? dice.between(0, 10_000) : dice.between(5_000, 90_000)
  return { act, writes, ms }
}

const upgrade = (dice: Dice, version: string): Act => ({
  kind: 'upgrade',
  version,
  fate: dice.weighted<PodFate>([
    ['healthy', 8],
    ['never-ready', 0.6],
    ['crash-loop', 0.6],
    ['hangs', 0.3],
  ]),
})

function anyAct(dice: Dice): Act {
  const decide = (verb: Verb, about: 'now' | 'past' = 'now'): Act => ({ kind: 'decide', verb, about })
  return dice.weighted<Act>([
    [upgrade(dice, dice.pick(['v2', 'v3', 'v4'])), 6],
    [{ kind: 'upgrade', version: 'v1', fate: 'healthy' }, 3],
    [decide('approve'), 4],
    [decide('approve', 'past'), 1],
    [decide('rollback'), 5],
    [decide('reject'), 1],
    [decide('pause'), 1.5],
    [decide('resume'), 2],
    [decide('retry'), 2],
    [decide('bypass'), 1],
    [decide('hold'), 1.5],
    [{ kind: 'edit-steps', steps: steps(dice) }, 1.5],
    [{ kind: 'break-spec' }, 0.3],
    [{ kind: 'edit-analysis', what: dice.pick(['metric', 'gone', 'back', 'advice', 'judge']) }, 2],
    [{ kind: 'edit-route', what: dice.pick(['host', 'annotation', 'backend', 'gone', 'back']) }, 1.5],
    [{ kind: 'scale', replicas: dice.between(0, 6) }, 1.5],
    [{ kind: 'delete-rollout', propagation: dice.pick(['Background', 'Foreground', 'Orphan']) }, 1.5],
    [{ kind: 'create-rollout' }, 1],
    [{ kind: 'uninstall-chart' }, 0.5],
    [{ kind: 'install-chart', version: dice.pick(['v1', 'v2', 'v3']) }, 0.7],
    [{ kind: 'delete-ours', what: dice.pick(['route', 'service', 'copy', 'stable-template']) }, 1.5],
    [{ kind: 'squat', what: dice.pick(['route', 'service', 'copy']) }, 0.7],
    [{ kind: 'take-label-off' }, 0.5],
    [{ kind: 'bypass-by-hand', on: dice.chance(0.6) }, 0.7],
    [{ kind: 'resume-by-hand' }, 0.7],
    [{ kind: 'autoscaler', on: dice.chance(0.6) }, 0.5],
    [{ kind: 'policies', on: dice.chance(0.5) }, 0.7],
    [
      {
        kind: 'pods',
        of: dice.pick(['stable', 'canary']),
        trouble: dice.pick(['crash', 'unready', 'evict', 'mend']),
      },
      3,
    ],
    [{ kind: 'lose-node' }, 0.5],
  ])
}

function faults(dice: Dice): readonly Fault[] {
  const count = dice.weighted([
    [0, 4],
    [dice.between(1, 3), 4],
    [dice.between(4, 8), 2],
  ])
  return Array.from({ length: count }, () => anyFault(dice))
}

function anyFault(dice: Dice): Fault {
  const process = dice.chance(0.8) ? 0 : dice.between(1, 3)
  const atMs = dice.between(0, 150_000)
  return dice.weighted<Fault>([
    [{ kind: 'call', process, call: dice.between(1, 140), how: dice.pick(callFaults) }, 10],
    [{ kind: 'watch', process, event: dice.between(1, 300), how: dice.pick(watchFaults) }, 4],
    [{ kind: 'outage', atMs, forMs: dice.between(500, 40_000) }, 1],
    [{ kind: 'second-controller', atMs, forMs: dice.between(1_000, 120_000) }, 2],
    [{ kind: 'clock-jump', process, atMs, byMs: dice.between(-600_000, 600_000) }, 0.5],
    [{ kind: 'gateway-stuck', atMs, forMs: dice.between(500, 4_000) }, 1],
  ])
}
