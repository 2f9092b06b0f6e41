import { setImmediate } from 'node:timers/promises'
import { numberOf, objectOf } from '../../api/json.ts'
import type { RolloutStatus, Waiting } from '../../api/status.ts'
import type { Engines } from '../../sandbox/sandbox.ts'
import { type Moment, type Recording, record } from './moments.ts'
import type { PodStart } from './pod-start.ts'
import type { Scene } from './scene.ts'
import { createWorld, type SimulatedWorld } from './world.ts'

/** What goes otherwise than it should, and in which step; `promotion`: while the workload itself rolls. */
export interface WhatIf {
  readonly kind: 'never-ready' | 'crash' | 'rollback' | 'no-approval'
  readonly at: number | 'promotion'
}

export interface Assumptions {
  readonly pods: PodStart
  /** From the question to the approval. */
  readonly approveAfterMs: number
}

export type Ending =
  | { readonly kind: 'promoted' }
  /** The old version has all traffic, and nothing of the release is left. */
  | { readonly kind: 'rolled-back'; readonly because: string }
  /** Nothing goes on until a person does something. */
  | { readonly kind: 'waits'; readonly waiting: Pick<Waiting, 'reason' | 'message' | 'next'> }

/** One release from the update to its end. */
export interface Run {
  readonly moments: readonly Moment[]
  readonly endMs: number
  readonly ending: Ending
  /** The moment in which it went wrong, an index of `moments`; absent when it did not come to that. */
  readonly struckAt?: number
}

const hourMs = 3_600_000
const minuteMs = 60_000

/** Plays one release on a cluster of its own; the same scene always comes out the same. */
export async function play(
  scene: Scene,
  engines: Engines,
  assumptions: Assumptions,
  signal: AbortSignal,
  whatIf?: WhatIf,
): Promise<Run> {
  const world = createWorld(scene, engines, assumptions.pods)
  try {
    await settle(world, patienceMs(scene, assumptions), signal)
    const recording = record(world, scene)
    const approver = approve(world, recording, assumptions, whatIf)
    const strike = whatIf === undefined ? undefined : strikes(world, recording, whatIf)
    world.upgrade()
    const patience = patienceMs(scene, assumptions)
    const ending = await untilOver({ world, recording, approver, patience, whatIf }, signal)
    const struckAt = strike?.at()
    return {
      moments: recording.moments,
      endMs: world.clock.monotonicMs() - recording.startMs,
      ending,
      ...(struckAt === undefined ? {} : { struckAt }),
    }
  } finally {
    await world.stop()
  }
}

/** Longer than anything takes that goes on by itself. */
function patienceMs({ deployment }: Scene, { pods }: Assumptions): number {
  const { minReadySeconds, progressDeadlineSeconds } = objectOf(deployment['spec'])
  const deadlineMs = (numberOf(progressDeadlineSeconds) ?? 600) * 1000
  const patientMs = deadlineMs < 24 * hourMs ? deadlineMs : 0 // longer says: no deadline
  return hourMs + patientMs + (numberOf(minReadySeconds) ?? 0) * 1000 + pods.readyAfterMs
}

/** The cluster at rest: all pods there, and updates held. Or as far as it comes. */
async function settle({ clock, status, isWhole }: SimulatedWorld, ms: number, signal: AbortSignal): Promise<void> {
  await clock.advanceUntil(ms, () => status()?.phase === 'Healthy' && isWhole())
  await breathe(signal)
}

/** Virtual time keeps the process busy: signals are heard in between only. */
async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}

interface Approver {
  /** When the approval that was asked for comes; undefined when none is to come. */
  dueMs(): number | undefined
}

/** Answers every question after a while, up to the step in which something goes wrong. */
function approve(
  { clock, decide }: SimulatedWorld,
  recording: Recording,
  { approveAfterMs }: Assumptions,
  whatIf: WhatIf | undefined,
): Approver {
  const answered = new Set<number>()
  let dueMs: number | undefined
  recording.onMoment(({ step, waiting }) => {
    if (waiting?.reason !== 'Approval' || step === undefined || answered.has(step) || !isApproved(step, whatIf)) return
    answered.add(step)
    dueMs = clock.monotonicMs() + approveAfterMs
    clock.setTimer(approveAfterMs, () => {
      dueMs = undefined
      decide('approve')
    })
  })
  return { dueMs: () => dueMs }
}

const isApproved = (step: number, whatIf: WhatIf | undefined): boolean =>
  whatIf === undefined || whatIf.at === 'promotion' || step < whatIf.at

/** Lets it go wrong as soon as it has come that far. */
function strikes(world: SimulatedWorld, recording: Recording, whatIf: WhatIf): { at(): number | undefined } {
  let at: number | undefined
  if (whatIf.kind === 'never-ready') world.fates.copy = 'crash-loop'
  if (whatIf.kind === 'crash' && whatIf.at === 'promotion') world.fates.workload = 'crash-loop'
  recording.onMoment((moment) => {
    if (at !== undefined || !hasCome(moment, whatIf)) return
    at = recording.moments.length - 1
    if (whatIf.kind === 'rollback') world.clock.setTimer(0, () => world.decide('rollback'))
    if (whatIf.kind === 'crash' && whatIf.at !== 'promotion') world.clock.setTimer(0, world.crashCopy)
  })
  return { at: () => at }
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

interface Playing {
  readonly world: SimulatedWorld
  readonly recording: Recording
  readonly approver: Approver
  readonly patience: number
  readonly whatIf: WhatIf | undefined
}

/** Lets time pass until it is over, or until nothing moves any more. */
async function untilOver(playing: Playing, signal: AbortSignal): Promise<Ending> {
  const { world, approver } = playing
  const { clock } = world
  for (;;) {
    await clock.advanceUntil(10 * minuteMs, () => endingOf(playing) !== undefined)
    const ending = endingOf(playing)
    if (ending !== undefined) return ending
    const idleMs = (nextMs(world, approver) ?? 0) - clock.monotonicMs() - minuteMs
    if (idleMs > hourMs) await world.doze(idleMs)
    await breathe(signal)
  }
}

/** When it goes on by itself, as far as it says so. */
function nextMs({ clock, status }: SimulatedWorld, approver: Approver): number | undefined {
  const until = status()?.waiting?.until
  const untilMs = until === undefined ? undefined : clock.monotonicMs() + Date.parse(until) - clock.now()
  const dueMs = approver.dueMs()
  if (untilMs === undefined || dueMs === undefined) return untilMs ?? dueMs
  return Math.min(untilMs, dueMs)
}

function endingOf({ world, recording, approver, patience, whatIf }: Playing): Ending | undefined {
  const { moments, startMs } = recording
  const status = world.status()
  const last = moments.at(-1)
  if (status === undefined || last === undefined) return undefined
  const over = overOf(status, recording)
  const { waiting, message } = status
  if (over !== undefined || waiting?.until !== undefined || approver.dueMs() !== undefined) return over
  const isAlone = waiting?.reason === 'Approval' && whatIf?.kind === 'no-approval'
  const quietMs = world.clock.monotonicMs() - startMs - last.atMs
  return isAlone || quietMs >= patience ? { kind: 'waits', waiting: waitOf(waiting, message) } : undefined
}

function overOf(
  { phase, release, rejected, stable, message }: RolloutStatus,
  { moments, stableBefore }: Recording,
): Ending | undefined {
  if (phase === 'RolledBack') return { kind: 'rolled-back', because: rejected?.message ?? message }
  if (phase !== 'Healthy' || release !== undefined || !moments.some(({ step }) => step !== undefined)) return undefined
  return stable?.revision === stableBefore ? { kind: 'rolled-back', because: message } : { kind: 'promoted' }
}

function waitOf(waiting: Waiting | undefined, message: string): Pick<Waiting, 'reason' | 'message' | 'next'> {
  if (waiting === undefined) return { reason: 'Nothing', message, next: '' }
  const { reason, message: said, next } = waiting
  return { reason, message: said, next }
}
