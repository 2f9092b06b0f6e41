import { setImmediate } from 'node:timers/promises'
import { numberOf, objectOf } from '../../api/json.ts'
import { createEngines } from '../../sandbox/sandbox.ts'
import { createApprover } from './approver.ts'
import type { Assumptions, Ending, Run, WhatIf } from './course.ts'
import { endingOf, type Playing } from './ending.ts'
import { record, tenths } from './moments.ts'
import type { Scene } from './scene.ts'
import { createStrike } from './strike.ts'
import { createWorld, type SimulatedWorld } from './world.ts'

/** Plays releases, one after the other, each from an update to its end; the same ones always come out the same. */
export interface Player {
  play(whatIf?: WhatIf): Promise<Run>
  stop(): Promise<void>
}

const hourMs = 3_600_000
const minuteMs = 60_000

/** A release that leaves its world at rest leaves it to the next one: most of the time goes into making worlds. */
export function createPlayer(scene: Scene, assumptions: Assumptions, signal: AbortSignal): Player {
  const engines = createEngines()
  const patienceMs = patienceOf(scene, assumptions)
  let known: SimulatedWorld | undefined

  const stop = async () => {
    const world = known
    known = undefined
    await world?.stop()
  }
  const worldAtRest = async () => {
    if (known !== undefined && !(await isTidy(known))) await stop()
    known ??= createWorld(scene, engines, assumptions.pods)
    await known.clock.advanceUntil(patienceMs, known.isAtRest) // as far as it comes: it says itself what is wrong
    await breathe(signal)
    return known
  }
  return {
    stop,
    async play(whatIf) {
      const world = await worldAtRest()
      return playOn(world, scene, assumptions, patienceMs, whatIf, signal)
    },
  }
}

/** What waits for a person is rolled back, for the next one. */
async function isTidy({ clock, decide, isAtRest }: SimulatedWorld): Promise<boolean> {
  if (isAtRest()) return true
  decide('rollback')
  await clock.advanceUntil(hourMs, isAtRest)
  return isAtRest()
}

/** Longer than anything takes that goes on by itself. */
function patienceOf({ deployment }: Scene, { pods }: Assumptions): number {
  const { minReadySeconds, progressDeadlineSeconds } = objectOf(deployment['spec'])
  const deadlineMs = (numberOf(progressDeadlineSeconds) ?? 600) * 1000
  const patientMs = deadlineMs < 24 * hourMs ? deadlineMs : 0 // longer says: no deadline
  return hourMs + patientMs + (numberOf(minReadySeconds) ?? 0) * 1000 + pods.readyAfterMs
}

/** Virtual time keeps the process busy: signals are heard in between only. */
async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}

async function playOn(
  world: SimulatedWorld,
  scene: Scene,
  { approveAfterMs }: Assumptions,
  patienceMs: number,
  whatIf: WhatIf | undefined,
  signal: AbortSignal,
): Promise<Run> {
  const recording = record(world, scene)
  const approver = createApprover(world, recording, approveAfterMs, whatIf)
  const strike = whatIf === undefined ? undefined : createStrike(world, recording, whatIf)
  world.upgrade()
  const ending = await untilOver({ world, recording, approver, patienceMs, whatIf }, signal)
  recording.stop()
  approver.stop()
  const struckAt = strike?.at()
  return {
    moments: recording.moments,
    endMs: tenths(world.clock.monotonicMs() - recording.startMs),
    ending,
    ...(struckAt === undefined ? {} : { struckAt }),
  }
}

/** Lets time pass until it is over, or until nothing moves any more. */
async function untilOver(playing: Playing, signal: AbortSignal): Promise<Ending> {
  const { world } = playing
  const { clock } = world
  for (;;) {
    await clock.advanceUntil(10 * minuteMs, () => endingOf(playing) !== undefined)
    const ending = endingOf(playing)
    if (ending !== undefined) return ending
    const idleMs = (nextMs(playing) ?? 0) - clock.monotonicMs() - minuteMs
    if (idleMs > hourMs) await world.doze(idleMs)
    await breathe(signal)
  }
}

/** When it goes on by itself, as far as it says so. */
function nextMs({ world: { clock, status }, approver }: Playing): number | undefined {
  const until = status()?.waiting?.until
  const untilMs = until === undefined ? undefined : clock.monotonicMs() + Date.parse(until) - clock.now()
  const dueMs = approver.dueMs()
  if (untilMs === undefined || dueMs === undefined) return untilMs ?? dueMs
  return Math.min(untilMs, dueMs)
}
