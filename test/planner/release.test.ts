import { describe, expect, it } from 'vitest'
import {
  decide,
  drainMs,
  pass,
  podsGetReady,
  settle,
  specWith,
  steps,
  turn,
  upgrade,
  type World,
  world,
} from '../builders/world.ts'

const phase = (w: World) => w.rollout.status?.phase
const stage = (w: World) => w.rollout.status?.release?.stage
const waiting = (w: World) => w.rollout.status?.waiting
const share = (w: World) => w.route.canary

function healthy(list = steps(20, 50, 90)): World {
  const w = world(list)
  settle(w)
  expect(phase(w)).toBe('Healthy')
  return w
}

/** v2 at step 1, all pods ready, waiting for approval. */
function atFirstGate(list = steps(20, 50, 90)): World {
  const w = healthy(list)
  upgrade(w, 'v2')
  settle(w)
  pass(w, 1000)
  return w
}

function approve(w: World): void {
  decide(w, 'approve')
  settle(w)
  pass(w, 1000)
}

/** v2 promoted up to the point where the copy carries everything, and the last requests of v1 are answered. */
function draining(): World {
  const w = atFirstGate(steps(20))
  decide(w, 'approve')
  settle(w)
  podsGetReady(w)
  settle(w)
  expect(stage(w)).toBe('Draining')
  return w
}

/** v2 promoted up to the point where the workload itself rolls; its pods are not ready yet. */
function rolling(): World {
  const w = draining()
  w.now += drainMs
  settle(w)
  expect(stage(w)).toBe('Rolling')
  return w
}

describe('first sight', () => {
  it('keeps the stable template and claims the workload before it says Healthy', () => {
    const w = healthy()
    expect(w.templates.stable).toBe('v1')
    expect(w.workload?.claimedBy).toBe('shop')
    expect(w.rollout.status?.conditions.find(({ type }) => type === 'Held')?.status).toBe('True')
  })
  it('waits for a workload in mid-roll to finish its first install', () => {
    const w = world()
    if (w.workload) w.workload.pods = { v1: 4 }
    settle(w)
    expect(waiting(w)?.reason).toBe('NotYetHeld')
    expect(w.workload?.claimedBy).toBeUndefined()
    pass(w, 1000)
    expect(phase(w)).toBe('Healthy')
  })
  it('is not Healthy while a dry run says that an update would slip through', () => {
    const w = world()
    w.holdInForce = false
    settle(w)
    expect(phase(w)).toBe('Pending')
    expect(waiting(w)?.reason).toBe('HoldNotInForce')
  })
  it('asks again after a while as long as the answer is no', () => {
    const w = world()
    w.holdInForce = false
    settle(w)
    expect(turn(w)).toMatchObject({ wakeAfterMs: 5000, actions: [{ kind: 'probeHold' }] })
    w.holdInForce = true
    pass(w, 5000)
    expect(phase(w)).toBe('Healthy')
  })
  it('asks again when the policies change', () => {
    const w = healthy()
    w.holdInForce = false
    w.policies = 'p2'
    settle(w)
    expect(waiting(w)?.reason).toBe('HoldNotInForce')
    w.holdInForce = true
    w.policies = 'p3'
    settle(w)
    expect(phase(w)).toBe('Healthy')
  })
  it('starts anew when the workload was made again', () => {
    const w = healthy()
    if (w.workload) Object.assign(w.workload, { uid: 'w2', revision: 'v9', claimedBy: undefined, pods: { v9: 3 } })
    settle(w)
    pass(w, 1000)
    expect(w.rollout.status?.stable).toMatchObject({ revision: 'v9', workloadUid: 'w2', claimed: true })
    expect(phase(w)).toBe('Healthy')
  })
})

describe('a release', () => {
  it('goes 20, 50, 90 by approval and ends promoted, with nothing of ours left', () => {
    const w = atFirstGate()
    expect([share(w), w.copy?.replicas, waiting(w)?.reason]).toEqual([20, 2, 'Approval'])
    approve(w)
    expect([share(w), w.copy?.replicas]).toEqual([50, 5])
    approve(w)
    expect([share(w), w.copy?.replicas]).toEqual([90, 9])
    approve(w)
    expect([share(w), w.copy?.replicas, stage(w)]).toEqual([100, 10, 'Draining'])
    pass(w, drainMs)
    pass(w, 1000)
    pass(w, drainMs)
    expect(phase(w)).toBe('Healthy')
    expect(w.workload).toMatchObject({ revision: 'v2', paused: false, held: false, pods: { v2: 10 } })
    expect([w.copy, w.service, w.route.registered]).toEqual([undefined, false, false])
    expect(w.templates).toEqual({ stable: 'v2' })
  })
  it('raises no weight before the pods for it are ready', () => {
    const w = healthy()
    upgrade(w, 'v2')
    settle(w)
    expect([share(w), waiting(w)?.reason]).toEqual([0, 'PodsNotReady'])
  })
  it('rolls back by itself when pods are not ready at the deadline', () => {
    const w = healthy()
    w.copyGetsReady = false
    upgrade(w, 'v2')
    settle(w)
    pass(w, 599_999)
    expect(phase(w)).toBe('Progressing')
    pass(w, 1)
    expect(phase(w)).toBe('RollingBack')
    pass(w, drainMs)
    expect(phase(w)).toBe('RolledBack')
  })
  it('passes no step while ready pods are missing, and rolls back after the stated patience', () => {
    const w = atFirstGate()
    w.copyGetsReady = false
    if (w.copy) w.copy.ready = 1
    decide(w, 'approve')
    settle(w)
    expect([share(w), w.rollout.status?.release?.step]).toEqual([20, 1])
    pass(w, 600_000)
    expect(phase(w)).toBe('RollingBack')
  })
  it('lets a timed gate go at its end, not one tick earlier', () => {
    const w = atFirstGate([{ weight: 20, gates: [{ kind: 'pause', durationMs: 60_000 }] }, ...steps(50)])
    pass(w, 59_999)
    expect(share(w)).toBe(20)
    pass(w, 1)
    pass(w, 0)
    expect(share(w)).toBe(50)
  })
  it('rolls back when an approval with a time limit does not come', () => {
    const w = atFirstGate([{ weight: 20, gates: [{ kind: 'approval', timeoutMs: 5_000 }] }])
    pass(w, 5_000)
    expect(phase(w)).toBe('RollingBack')
  })
  it('goes through steps without gates by itself', () => {
    const w = atFirstGate([{ weight: 20, gates: [] }, { weight: 50, gates: [] }, ...steps(90)])
    pass(w, 0)
    pass(w, 0)
    expect([share(w), waiting(w)?.reason]).toEqual([90, 'Approval'])
  })
  it('sizes the copy for more when the workload grows, and for no fewer when it shrinks', () => {
    const w = atFirstGate()
    if (w.workload) Object.assign(w.workload, { replicas: 20, pods: { v1: 20 } })
    settle(w)
    expect(w.copy?.replicas).toBe(4)
    if (w.workload) Object.assign(w.workload, { replicas: 2, pods: { v1: 2 } })
    pass(w, 0)
    approve(w)
    expect([w.copy?.replicas, share(w)]).toEqual([5, 50])
  })
  it('does not start while something keeps it from being canaried, and says what', () => {
    const w = healthy()
    w.problems = [{ reason: 'IngressNotFound', message: 'Ingress prod/shop does not exist', next: 'create it' }]
    upgrade(w, 'v2')
    settle(w)
    expect([phase(w), waiting(w)?.reason, w.copy]).toEqual(['Pending', 'IngressNotFound', undefined])
    w.problems = []
    settle(w)
    expect(phase(w)).toBe('Progressing')
  })
  it('stops before promotion where the strategy can leave no pod ready', () => {
    const w = atFirstGate(steps(20))
    if (w.workload) w.workload.canReachZero = 'spec.strategy.type is Recreate'
    approve(w)
    expect([phase(w), share(w), waiting(w)?.reason]).toEqual(['Promoting', 20, 'StrategyUnsupported'])
  })
})

describe('a drain', () => {
  it('of the old pods starts anew when the split was lost meanwhile', () => {
    const w = draining()
    w.now += drainMs - 1000
    w.route = { canary: 0, registered: false } // somebody deletes our route
    settle(w)
    expect(share(w)).toBe(100)
    pass(w, drainMs - 1)
    expect(stage(w)).toBe('Draining')
    pass(w, 1)
    expect(stage(w)).toBe('Rolling')
  })

  it('that was interrupted counts from when the route has it again, however long that write takes', () => {
    const w = draining()
    w.route = { canary: 0, registered: true } // somebody edits our route
    turn(w, 0) // the write is under way
    w.now += 4_000
    w.route.canary = 100
    settle(w)
    pass(w, drainMs - 1)
    expect(stage(w)).toBe('Draining')
    pass(w, 1)
    expect(stage(w)).toBe('Rolling')
  })

  it('of the old pods starts anew when the split is lost right before the workload rolls', () => {
    const w = draining()
    w.now += drainMs
    turn(w, 0) // the process dies before the hold comes off
    expect(stage(w)).toBe('Rolling')
    w.route = { canary: 0, registered: false }
    settle(w)
    expect([stage(w), share(w), w.workload?.paused]).toEqual(['Draining', 100, true])
    pass(w, drainMs)
    expect([stage(w), w.workload?.paused]).toEqual(['Rolling', false])
  })

  it('of the copy starts anew when requests could reach it again meanwhile', () => {
    const w = atFirstGate()
    decide(w, 'rollback')
    settle(w)
    w.now += drainMs - 1000
    w.route = { canary: 20, registered: true } // a write that was under way arrives late
    settle(w)
    expect(share(w)).toBe(0)
    pass(w, drainMs - 1)
    expect(w.copy).toBeDefined()
    pass(w, 1)
    expect(w.copy).toBeUndefined()
  })
})

describe('a decision', () => {
  it('that is older than the Rollout was about an earlier one of the same name, and decides nothing', () => {
    const w = atFirstGate()
    w.rollout.createdAt = new Date(w.now + 1_000).toISOString()
    decide(w, 'approve')
    decide(w, 'bypass')
    settle(w)
    expect([phase(w), share(w)]).toEqual(['Progressing', 20])
    expect(w.rollout.status?.decisions.map(({ outcome }) => outcome)).toEqual(['Refused', 'Refused'])
  })
})

describe('an approval', () => {
  it('for another attempt, step or shape of the step passes nothing', () => {
    const w = atFirstGate()
    for (const wrong of [{ attempt: 'v1-9' }, { step: 2 }, { stepHash: 'other' }]) {
      decide(w, 'approve', wrong)
      settle(w)
      expect(share(w)).toBe(20)
      expect(w.rollout.status?.decisions.at(-1)?.outcome).toBe('Refused')
    }
  })
  it('is consumed once: the next step waits for its own', () => {
    const w = atFirstGate()
    const stale = { ...w.rollout.status?.release }
    approve(w)
    decide(w, 'approve', { step: 1, stepHash: stale.stepHash ?? '' })
    settle(w)
    pass(w, 1000)
    expect(w.rollout.status?.release?.step).toBe(2)
  })
  it('is forgotten when the steps are edited: a new attempt asks again', () => {
    const w = atFirstGate()
    const before = w.rollout.status?.release?.attempt
    w.copyGetsReady = false
    if (w.copy) w.copy.ready = 1
    decide(w, 'approve')
    settle(w)
    expect(w.rollout.status?.release?.approvedBy).toBe('ana')
    w.rollout.spec = specWith(steps(20, 60))
    settle(w)
    expect(w.rollout.status?.release?.attempt).not.toBe(before)
    expect(w.rollout.status?.release?.approvedBy).toBeUndefined()
  })
})

describe('a rollback', () => {
  it.each([1, 2, 3])('at gate %i takes all traffic off in its first write and ends rolled back, held', (gate) => {
    const w = atFirstGate()
    for (let i = 1; i < gate; i += 1) approve(w)
    decide(w, 'rollback')
    const made = turn(w)
    expect(made.actions[0]).toMatchObject({ kind: 'route', intent: { kind: 'withdrawn' } })
    expect(share(w)).toBe(0)
    expect(w.copy).toBeDefined()
    settle(w)
    pass(w, drainMs - 1)
    expect(w.copy).toBeDefined()
    pass(w, 1)
    expect([phase(w), w.copy]).toEqual(['RolledBack', undefined])
    expect(w.workload).toMatchObject({ revision: 'v2', paused: true, pods: { v1: 10 } })
  })
  it('works while paused, and while the pods never get ready', () => {
    const w = atFirstGate()
    decide(w, 'pause')
    w.copyGetsReady = false
    settle(w)
    decide(w, 'rollback')
    settle(w)
    expect(share(w)).toBe(0)
  })
  it('of an update that is held and not under way keeps it held', () => {
    const w = healthy()
    upgrade(w, 'v2')
    decide(w, 'rollback')
    settle(w)
    expect([phase(w), w.copy]).toEqual(['RolledBack', undefined])
  })
  it('leaves the rejected template rejected when it is applied again, and tries it again on retry', () => {
    const w = healthy()
    upgrade(w, 'v2')
    decide(w, 'rollback')
    settle(w)
    upgrade(w, 'v1')
    settle(w)
    expect(phase(w)).toBe('Healthy')
    upgrade(w, 'v2')
    settle(w)
    expect(phase(w)).toBe('RolledBack')
    decide(w, 'retry')
    settle(w)
    expect([phase(w), w.rollout.status?.release?.attempt]).toEqual(['Progressing', 'v2-1'])
  })
  it('by helm rollback is Healthy again without a pod being touched', () => {
    const w = atFirstGate()
    upgrade(w, 'v1')
    settle(w)
    pass(w, drainMs)
    expect(phase(w)).toBe('Healthy')
    expect(w.workload).toMatchObject({ revision: 'v1', paused: false, pods: { v1: 10 } })
  })
  it('by helm rollback says Healthy only once the hold is off', () => {
    const w = atFirstGate()
    decide(w, 'rollback')
    settle(w)
    pass(w, drainMs)
    upgrade(w, 'v1')
    const made = turn(w)
    expect([made.status.phase, made.actions[0]?.kind]).toEqual(['RolledBack', 'lift'])
    settle(w)
    expect([phase(w), w.workload?.held]).toEqual(['Healthy', false])
  })
  it('while promoting keeps all traffic on the copy until the old pods are back', () => {
    const w = rolling()
    if (w.workload) w.workload.pods = { v1: 6, v2: 4 }
    decide(w, 'rollback')
    settle(w)
    expect([phase(w), share(w), w.workload?.revision, w.workload?.paused]).toEqual(['Restoring', 100, 'v1', false])
    pass(w, 1000)
    expect(share(w)).toBe(0)
    pass(w, drainMs)
    expect([phase(w), w.copy, w.workload?.revision]).toEqual(['Healthy', undefined, 'v1'])
    upgrade(w, 'v2')
    settle(w)
    expect(phase(w)).toBe('RolledBack')
  })
  it('once the workload is fully new is refused: the new version is stable', () => {
    const w = rolling()
    pass(w, 1000)
    expect(stage(w)).toBe('Returning')
    decide(w, 'rollback')
    settle(w)
    expect(w.rollout.status?.decisions.at(-1)?.outcome).toBe('Refused')
  })
})

describe('another template mid-way', () => {
  it('sends traffic to stable first, then starts at step 1 with the newer revision', () => {
    const w = atFirstGate()
    upgrade(w, 'v3')
    settle(w)
    expect([phase(w), share(w)]).toEqual(['RollingBack', 0])
    pass(w, drainMs)
    expect([phase(w), w.copy?.revision, w.rollout.status?.release?.step]).toEqual(['Progressing', 'v3', 1])
  })
  it('while promoting is kept, put back after the old pods are back, and then canaried', () => {
    const w = rolling()
    if (w.workload) w.workload.pods = { v1: 6, v2: 4 }
    upgrade(w, 'v3')
    settle(w)
    expect([phase(w), w.templates.wanted, w.workload?.revision]).toEqual(['Restoring', 'v3', 'v1'])
    pass(w, 1000)
    pass(w, drainMs)
    expect([phase(w), w.workload?.revision, w.copy?.revision]).toEqual(['Progressing', 'v3', 'v3'])
    expect(w.workload?.pods).toEqual({ v1: 10 })
  })
  it('that began to roll un-held is taken back and then canaried, said aloud', () => {
    const w = healthy()
    w.holdInForce = false
    upgrade(w, 'v2')
    if (w.workload) w.workload.pods = { v1: 8, v2: 2 }
    const made = turn(w)
    expect(made.events.map(({ type }) => type)).toContain('Warning')
    settle(w)
    pass(w, 1000)
    expect([phase(w), w.workload?.paused, w.workload?.pods]).toEqual(['Progressing', true, { v1: 10 }])
  })
  it('that has rolled out un-held is adopted as stable, said aloud', () => {
    const w = healthy()
    if (w.workload) Object.assign(w.workload, { revision: 'v2', pods: { v2: 10 } })
    expect(turn(w).events).toMatchObject([{ type: 'Warning', reason: 'UpdateNotHeld' }])
    settle(w)
    expect([phase(w), w.templates.stable]).toEqual(['Healthy', 'v2'])
  })
})

describe('deletion', () => {
  it.each(['held', 'at a gate', 'rolling'])('%s leaves the stable version serving and nothing of ours', (when) => {
    const w = when === 'held' ? healthy() : when === 'rolling' ? rolling() : atFirstGate()
    if (when === 'held') upgrade(w, 'v2')
    w.rollout.deleting = true
    settle(w)
    pass(w, 1000)
    pass(w, drainMs)
    pass(w, 1000)
    expect(w.rollout.finalizers).toEqual([])
    expect(w.workload).toMatchObject({
      revision: 'v1',
      paused: false,
      held: false,
      claimedBy: undefined,
      pods: { v1: 10 },
    })
    expect([w.copy, w.service, w.route.registered, w.templates]).toEqual([undefined, false, false, {}])
  })
})

describe('bypass', () => {
  it('lets the held update roll by itself, on the record, until somebody says hold', () => {
    const w = atFirstGate()
    decide(w, 'bypass', { reason: 'outage' })
    settle(w)
    expect(share(w)).toBe(0)
    pass(w, drainMs)
    expect(phase(w)).toBe('Bypassed')
    expect(w.workload).toMatchObject({ claimedBy: undefined, paused: false, revision: 'v2' })
    pass(w, 1000)
    decide(w, 'hold')
    settle(w)
    pass(w, 1000)
    expect([phase(w), w.templates.stable]).toEqual(['Healthy', 'v2'])
  })
  it('by the annotation works too, and ends when it is taken away', () => {
    const w = healthy()
    if (w.workload) w.workload.bypass = 'no controller'
    settle(w)
    expect(phase(w)).toBe('Bypassed')
    if (w.workload) delete w.workload.bypass
    settle(w)
    expect(phase(w)).toBe('Healthy')
  })
})

describe('the kept stable template, when somebody deletes it', () => {
  it('is kept again while the workload still has it', () => {
    const w = healthy()
    delete w.templates.stable
    settle(w)
    expect([w.templates.stable, phase(w)]).toEqual(['v1', 'Healthy'])
  })
  it('keeps an update held that could not be taken back, until it is there again', () => {
    const w = healthy()
    delete w.templates.stable
    upgrade(w, 'v2')
    settle(w)
    expect([phase(w), waiting(w)?.reason, w.workload?.paused]).toEqual(['Pending', 'StableTemplateLost', true])
    upgrade(w, 'v1')
    settle(w)
    expect([phase(w), w.templates.stable]).toEqual(['Healthy', 'v1'])
  })
  it('lets no held update roll because the Rollout is deleted', () => {
    const w = atFirstGate()
    delete w.templates.stable
    w.rollout.deleting = true
    settle(w)
    pass(w, drainMs)
    pass(w, 1000)
    expect([w.workload?.paused, w.workload?.pods, waiting(w)?.reason]).toEqual([true, { v1: 10 }, 'StableTemplateLost'])
    upgrade(w, 'v1')
    settle(w)
    expect([w.rollout.finalizers, w.workload?.paused]).toEqual([[], false])
  })
  it.each(['the template is brought back', 'bypass'])('while the workload rolls, ends by: %s', (way) => {
    const w = rolling()
    if (w.workload) w.workload.pods = { v1: 6, v2: 4 }
    decide(w, 'rollback')
    delete w.templates.stable
    settle(w)
    expect(waiting(w)?.reason).toBe('StableTemplateLost')
    if (way === 'bypass') decide(w, 'bypass')
    else upgrade(w, 'v1')
    for (let i = 0; i < 4; i += 1) pass(w, drainMs)
    expect([phase(w), w.copy]).toEqual([way === 'bypass' ? 'Bypassed' : 'Healthy', undefined])
  })
})

describe('what somebody let through', () => {
  it('by hand while no controller ran is not taken back when the Rollout is deleted', () => {
    const w = healthy()
    if (w.workload) Object.assign(w.workload, { bypass: 'outage', revision: 'v2', pods: { v2: 10 } })
    w.rollout.deleting = true
    settle(w)
    expect([w.rollout.finalizers, w.workload]).toMatchObject([
      [],
      { revision: 'v2', claimedBy: undefined, bypass: undefined },
    ])
  })
})

describe('a pause', () => {
  it('holds a promotion that is being filled, also when the weight is there already', () => {
    const w = atFirstGate([{ weight: 100, replicas: { kind: 'count', count: 2 }, gates: [{ kind: 'approval' }] }])
    decide(w, 'approve')
    turn(w)
    decide(w, 'pause')
    settle(w)
    pass(w, 1000)
    expect([stage(w), waiting(w)?.reason]).toEqual(['Filling', 'Paused'])
    decide(w, 'resume')
    settle(w)
    expect(stage(w)).toBe('Draining')
  })
  it('has no deadline, whatever the pods do', () => {
    const w = atFirstGate()
    decide(w, 'pause')
    settle(w)
    w.copyGetsReady = false
    if (w.copy) w.copy.ready = 0
    pass(w, 6_000_000)
    expect([phase(w), share(w)]).toEqual(['Progressing', 20])
  })
})

describe('decisions', () => {
  it('that pile up while no controller runs are each taken once', () => {
    const w = atFirstGate()
    for (let i = 0; i < 30; i += 1) decide(w, i % 2 === 0 ? 'pause' : 'resume')
    const answers: string[] = []
    for (let i = 0; i < 4; i += 1) {
      const made = turn(w)
      answers.push(...made.actions.flatMap((action) => (action.kind === 'settle' ? action.decision : [])))
    }
    expect(answers).toHaveLength(new Set(answers).size)
    expect([answers.length, w.rollout.status?.release?.paused]).toEqual([30, undefined])
  })
})

describe('deletion while the workload rolls back', () => {
  it('does not wait for more pods than the workload is to have', () => {
    const w = rolling()
    if (w.workload) Object.assign(w.workload, { replicas: 5, pods: { v1: 3, v2: 2 } })
    w.rollout.deleting = true
    for (let i = 0; i < 5; i += 1) pass(w, drainMs)
    expect([w.rollout.finalizers, w.workload?.pods]).toEqual([[], { v1: 5 }])
  })
})

describe('a route that the user edits in mid-release', () => {
  it.each(['at a gate', 'while paused', 'while something else is wrong', 'while the workload rolls'])(
    'is followed at once, at the weight it has: %s',
    (when) => {
      const w = when === 'while the workload rolls' ? rolling() : atFirstGate()
      const before = share(w)
      if (when === 'while paused') decide(w, 'pause')
      if (when === 'while something else is wrong') w.problems = [{ reason: 'NameTaken', message: 'x', next: 'y' }]
      w.inStep = false
      settle(w)
      expect([w.inStep, share(w)]).toEqual([true, before])
    },
  )
})
