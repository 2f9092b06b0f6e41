import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from '../../api/rollout.ts'
import { podsFor } from '../../rollout-controller/planner/steps.ts'
import { transitions } from '../../rollout-controller/planner/transitions.ts'
import {
  approval,
  decide,
  drainMs,
  look,
  pass,
  podsGetReady,
  specWith,
  turn,
  upgrade,
  type World,
  world,
} from '../builders/world.ts'

/** What people and the world may do, at any moment. */
const events = [
  ...Array.from({ length: 8 }, () => 'look' as const),
  ...Array.from({ length: 3 }, () => 'ready' as const),
  'crash-before',
  'crash-midway',
  'second',
  'drain',
  'drain',
  'deadline',
  'approve',
  'approve',
  'approve',
  'rollback',
  'pause',
  'resume',
  'retry',
  'bypass',
  'hold',
  'upgrade-v2',
  'upgrade-v3',
  'back-to-v1',
  'delete',
  'edit-steps',
  'policy-lost',
  'policy-back',
  'problem',
  'mended',
  'gateways-late',
  'gateways-heard',
  'endpoints-behind',
  'endpoints-right',
  'workload-gone',
  'copy-unready',
  'never-ready',
  'scale-up',
  'scale-down',
  'half-rolled',
  'stray-copy',
  'template-lost',
  'route-lost',
] as const
type Event = (typeof events)[number]

/** Most runs happen on a release that is already under way, where the interesting states are. */
const claimed: readonly Event[] = ['look', 'look', 'look', 'look', 'look']
const opening: readonly Event[] = [...claimed, 'upgrade-v2', 'look', 'ready', 'look', 'look']
const passStep: readonly Event[] = ['approve', 'look', 'ready', 'look', 'look']
const rolling: readonly Event[] = [...opening, ...passStep, ...passStep, 'drain', 'look']
const midRoll: readonly Event[] = [...rolling, 'half-rolled']
const openings: readonly (readonly Event[])[] = [
  [],
  opening,
  [...opening, ...passStep],
  rolling,
  midRoll,
  [...midRoll, 'back-to-v1', 'look'],
  [...midRoll, 'upgrade-v3', 'look'],
  [...midRoll, 'rollback', 'look'],
  [...rolling, 'ready', 'look', 'look'],
  [...opening, ...passStep, ...passStep, 'drain', 'crash-before', 'route-lost', 'look'],
  [...claimed, 'policy-lost', 'upgrade-v2', 'half-rolled', 'look'],
  [...claimed, 'policy-lost', 'upgrade-v2', 'ready', 'look'],
  [...opening, 'rollback', 'look', 'look', 'drain', 'look', 'look'],
  [...opening, 'bypass', 'look', 'look', 'drain', 'look', 'look'],
  [...claimed, 'stray-copy', 'look'],
]

interface Memory {
  /** When our side of the route last got requests. */
  lastReachable: number
  canary: number
  copy: World['copy']
  stablePods: number
}

function happen(w: World, event: Event): void {
  const { workload, copy } = w
  switch (event) {
    case 'look':
      turn(w)
      return
    case 'ready':
      podsGetReady(w)
      return
    case 'crash-before':
      turn(w, 0)
      return
    case 'crash-midway':
      turn(w, 1)
      return
    case 'second':
      w.now += 1000
      return
    case 'drain':
      w.now += drainMs
      return
    case 'deadline':
      w.now += 600_000
      return
    case 'approve':
    case 'rollback':
    case 'pause':
    case 'resume':
    case 'retry':
    case 'bypass':
    case 'hold':
      decide(w, event)
      return
    case 'upgrade-v2':
      upgrade(w, 'v2')
      return
    case 'upgrade-v3':
      upgrade(w, 'v3')
      return
    case 'back-to-v1':
      upgrade(w, 'v1')
      return
    case 'delete':
      w.rollout.deleting = true
      return
    case 'edit-steps':
      w.rollout.spec = specWith([
        { weight: 30, gates: [approval] },
        { weight: 60, gates: [] },
      ])
      return
    case 'policy-lost':
    case 'policy-back':
      w.holdInForce = event === 'policy-back'
      w.policies = `p${w.log.length}`
      return
    case 'problem':
      w.problems = [{ reason: 'IngressNotFound', message: 'it is gone', next: 'create it' }]
      return
    case 'mended':
      w.problems = []
      return
    case 'gateways-late':
      w.watchLagMs = 30_000
      return
    case 'gateways-heard':
      w.watchLagMs = 0
      return
    case 'endpoints-behind':
      w.endpoints = { kind: 'behind', service: 'shop' }
      return
    case 'endpoints-right':
      w.endpoints = { kind: 'current' }
      return
    case 'workload-gone':
      w.workload = undefined
      return
    case 'copy-unready':
      if (copy) copy.ready = 0
      return
    case 'never-ready':
      w.copyGetsReady = !w.copyGetsReady
      return
    case 'scale-up':
    case 'scale-down':
      if (workload) workload.replicas = event === 'scale-up' ? 14 : 6
      return
    case 'template-lost':
      delete w.templates.stable
      return
    case 'route-lost': // somebody deletes ours; the requests that this costs are theirs
      if (workload?.paused) w.route = { canary: 0, registered: false }
      return
    case 'stray-copy':
      w.copy ??= { revision: 'v0', replicas: 1, ready: 1 }
      return
    case 'half-rolled':
      if (workload && !workload.paused) workload.pods = { v1: 6, [workload.revision]: workload.replicas - 6 }
      return
    default:
      event satisfies never
  }
}

/** The promises of the design, each as one check on what an event changed. */
const promises = {
  'weight rises only on ready pods': (w: World, before: Memory) => {
    if (w.route.canary <= before.canary) return true
    const size = Math.max(w.rollout.status?.release?.desired ?? 0, w.workload?.replicas ?? 0)
    return (w.copy?.ready ?? 0) >= podsFor(w.route.canary, size)
  },
  'weight rises only when gateways have heard of the pods': (w: World, before: Memory) =>
    w.route.canary <= before.canary || w.watchLagMs === 0 || w.rollout.status?.release?.stage === 'Rolling',
  'traffic returns only to endpoints that are right': (w: World, before: Memory) => {
    const { phase, release } = w.rollout.status ?? {}
    if (w.workload === undefined) return true // what is gone has no endpoints to wait for
    if (w.route.canary >= before.canary || phase !== 'Promoting' || release?.stage !== 'Returning') return true
    return w.watchLagMs === 0 && w.endpoints.kind === 'current'
  },
  'the copy goes only after the drain': (w: World, before: Memory) =>
    !before.copy || w.copy !== undefined || w.now - before.lastReachable >= drainMs || before.lastReachable === 0,
  'the copy never shrinks under traffic': (w: World, before: Memory) =>
    !before.copy || !w.copy || w.copy.replicas >= before.copy.replicas,
  'weight falls only on the way back or by an explicit step': (w: World, before: Memory) => {
    if (w.route.canary >= before.canary) return true
    const { phase, release } = w.rollout.status ?? {}
    if (w.transitions.has('steps-changed') && w.route.canary === release?.weight) return true
    return phase !== 'Progressing' && !(phase === 'Promoting' && release?.stage !== 'Returning')
  },
  'a held workload rolls only when the copy carries all traffic, on bypass, or back to stable': (w: World) => {
    const { workload } = w
    if (
      !workload?.claimedBy ||
      workload.paused ||
      !w.copy ||
      !w.templates.stable ||
      w.templates.stable === workload.revision
    )
      return true
    return w.route.canary === 100 || w.slipped
  },
} satisfies Record<string, (w: World, before: Memory) => boolean>

const remember = (w: World, last?: Memory): Memory => ({
  lastReachable: w.route.canary > 0 ? w.now : (last?.lastReachable ?? 0),
  canary: w.route.canary,
  copy: w.copy && { ...w.copy },
  stablePods: w.workload?.pods['v1'] ?? 0,
})

/** The same stories every time; `SEED=n RUNS=n` tells others. */
const seed = Number(process.env['SEED'] ?? 7)
const runs = Number(process.env['RUNS'] ?? 2000)
const worlds: World[] = []

function run(list: readonly Event[], steps: readonly Step[]): World {
  const w = world(steps)
  let memory = remember(w)
  for (const event of list) {
    const lastReachable = w.route.canary > 0 ? w.now : memory.lastReachable
    happen(w, event)
    if (event === 'route-lost') memory = { ...memory, canary: w.route.canary }
    for (const [name, holds] of Object.entries(promises)) {
      if (!holds(w, { ...memory, lastReachable })) {
        throw new Error(`broken: ${name}, after ${event}\n${list.join(' ')}\n${w.log.join('\n')}`)
      }
    }
    memory = remember(w, { ...memory, lastReachable })
  }
  worlds.push(w)
  return w
}

/** What a person does who reads that the stable template is lost. */
function bringBackLost(w: World): void {
  const { waiting, stable } = w.rollout.status ?? {}
  if (waiting?.reason === 'StableTemplateLost' && stable) upgrade(w, stable.revision)
}

const story = fc
  .tuple(
    fc.constantFrom(...openings),
    fc.array(fc.constantFrom(...events), { minLength: 5, maxLength: 40, size: 'max' }),
  )
  .map(([first, then]) => [...first, ...then])
const anySteps = fc.constantFrom<readonly Step[]>(
  [20, 50].map((weight) => ({ weight, gates: [approval] })),
  [
    { weight: 20, gates: [] },
    { weight: 90, gates: [approval] },
  ],
  [
    { replicas: { kind: 'count', count: 2 }, gates: [approval] },
    { weight: 50, gates: [{ kind: 'pause', durationMs: 1000 }] },
  ],
)

describe('whatever people and the world do, and wherever the process dies', () => {
  it('every promise holds after every event', () => {
    const told = () =>
      fc.assert(
        fc.property(story, anySteps, (list, steps) => {
          run(list, steps)
        }),
        { numRuns: runs, seed },
      )
    expect(told).not.toThrow()
  })

  it('the same snapshot always gives the same plan, and looking twice changes nothing', () => {
    fc.assert(
      fc.property(story, anySteps, (list, steps) => {
        const w = run(list, steps)
        w.problems = []
        pass(w, 0)
        const before = JSON.stringify(look(w))
        turn(w)
        expect(JSON.stringify(look(w))).toBe(before)
      }),
      { numRuns: runs / 5, seed },
    )
  })

  it('left alone, with pods that get ready, it always comes to rest or waits for a person', () => {
    fc.assert(
      fc.property(story, anySteps, (list, steps) => {
        const w = run(list, steps)
        w.copyGetsReady = true
        w.problems = []
        happen(w, 'gateways-heard')
        happen(w, 'endpoints-right')
        if (w.workload) w.workload.replicas = 14
        for (let i = 0; i < 12; i += 1) pass(w, drainMs)
        const { phase, waiting } = w.rollout.status ?? {}
        const resting = ['Healthy', 'RolledBack', 'Bypassed', 'Pending', 'Terminating'].includes(phase ?? '')
        expect(
          resting || ['Approval', 'Paused', 'WorkloadPaused', 'StableTemplateLost'].includes(waiting?.reason ?? ''),
          `${phase} ${JSON.stringify(waiting)}\n${list.join(' ')}\n${w.log.join('\n')}`,
        ).toBe(true)
      }),
      { numRuns: runs / 5, seed },
    )
  })

  it('deleted, it always lets go of a workload that is there, with its stable template and not paused', () => {
    fc.assert(
      fc.property(story, anySteps, (list, steps) => {
        const w = run(list, steps)
        const had = w.rollout.finalizers.length > 0
        w.rollout.deleting = true
        happen(w, 'gateways-heard')
        happen(w, 'endpoints-right')
        if (w.workload) w.workload.replicas = 14
        for (let i = 0; i < 10; i += 1) {
          bringBackLost(w)
          pass(w, drainMs)
        }
        expect(w.rollout.finalizers, w.log.join('\n')).toEqual([])
        expect([w.copy, w.service, w.route.registered]).toEqual([undefined, false, false])
        const kept = had && w.workload ? [w.workload.held, w.workload.claimedBy, w.templates] : [false, undefined, {}]
        expect(kept).toEqual([false, undefined, {}])
      }),
      { numRuns: runs / 5, seed },
    )
  })

  it('between them, the stories take every transition', () => {
    const reached = new Set(worlds.flatMap(({ transitions: taken }) => [...taken]))
    const missing = Object.keys(transitions).filter((name) => !reached.has(name))
    expect(missing, 'transitions that no run took').toEqual([])
  })
})
