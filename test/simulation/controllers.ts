import type { Measure } from '../../analysis/measurement.ts'
import { type Control, createControl } from '../../rollout-controller/control.ts'
import type { Log } from '../../rollout-controller/log.ts'
import type { Metrics } from '../../rollout-controller/server/metrics.ts'
import { createFaultyClient } from './faulty-client.ts'
import { createProcessClock, type ProcessClock } from './process-clock.ts'
import { storeOf } from './store.ts'
import type { CallFault, Fault, WatchFault } from './story.ts'
import type { World } from './world.ts'

/** Hears what controllers do and what goes wrong with them. */
export interface Witness {
  readonly transition: (name: string) => void
  readonly fault: (kind: string, what: string) => void
  /** What a controller logged as a warning. */
  readonly complaint: (message: string) => void
}

/** The controller processes of a world: one at a time and its successor, or two by mistake. */
export interface Controllers {
  start(): Process
  /** So many have been started. */
  started(): number
  living(): readonly Process[]
  /** From now on nothing goes wrong with them. */
  heal(): void
}

export interface Process {
  readonly clock: ProcessClock
  /** Ends it as a crash does: nothing of it runs afterwards. */
  kill(): void
  /** The same, and another is started a while later. */
  die(): void
}

const restartMs = 2_000

export function createControllers(world: World, witness: Witness): Controllers {
  const { story } = world
  const living = new Set<Process>()
  let started = 0
  let healed = false

  const start = (): Process => {
    const index = started++
    const faults = healed ? [] : story.faults
    const clock = createProcessClock(world.clock)
    const dice = world.dice.fork(`process ${index}`)
    const calls = callFaultsOf(faults, index)
    const watches = watchFaultsOf(faults, index)
    let isDead = false
    const kill = () => {
      isDead = true
      clock.stop()
      living.delete(process)
    }
    const die = () => {
      if (isDead) return
      kill()
      world.clock.setTimer(restartMs + dice.next() * 10_000, () => {
        if (!healed) start()
      })
    }
    const process: Process = { clock, kill, die }
    const client = createFaultyClient({
      client: world.controllerClient,
      clock,
      dice,
      callMs: story.pace.callMs,
      watchLagMs: story.pace.watchLagMs,
      callFault: (count) => (healed ? undefined : calls.get(count)),
      watchFault: (count) => (healed ? undefined : watches.get(count)),
      isDown: () => !healed && isOut(faults, world.elapsedMs()),
      die,
      onFault: (what) => witness.fault(what.split(' ')[0] ?? '', `controller ${index + 1}: ${what}`),
    })
    for (const fault of faults) {
      if (fault.kind !== 'clock-jump' || fault.process !== index) continue
      clock.setTimer(Math.max(0, fault.atMs - world.elapsedMs()), () => {
        if (healed) return
        clock.jump(fault.byMs)
        world.chronicle.excuses.clockJumped = true
        witness.fault('clock-jump', `controller ${index + 1}: its wall clock jumps by ${fault.byMs} ms`)
      })
    }
    living.add(process)
    controlOf(
      client,
      clock,
      storeOf(story, clock, world.dice.fork(`store ${index}`)),
      () => dice.next(),
      index,
      witness,
    )
      .run(new AbortController().signal)
      .catch((error: unknown) => witness.complaint(`the controller ended: ${String(error)}`))
    return process
  }

  return {
    start,
    started: () => started,
    living: () => [...living],
    heal() {
      healed = true
    },
  }
}

function controlOf(
  client: Parameters<typeof createControl>[0]['client'],
  clock: ProcessClock,
  measure: Measure,
  random: () => number,
  index: number,
  witness: Witness,
): Control {
  return createControl({
    client,
    clock,
    random,
    identity: `controller-${index + 1}`,
    leaderElection: false,
    holdServed: true,
    measure,
    log: quietLog(witness),
    metrics: () => metricsTo(witness),
  })
}

const nothing = () => undefined

function quietLog({ complaint }: Witness): Log {
  const warn: Log['warn'] = (message, fields = {}) => complaint(`${message} ${JSON.stringify(fields)}`)
  return { error: warn, warn, info: nothing, debug: nothing }
}

function metricsTo({ transition }: Witness): Metrics {
  return {
    get registry(): never {
      throw new Error('nobody scrapes a simulation')
    },
    reconciled: nothing,
    requested: nothing,
    moved: transition,
    slipped: nothing,
    failed: nothing,
    recorded: nothing,
    waited: nothing,
    measured: nothing,
  }
}

function callFaultsOf(faults: readonly Fault[], index: number): ReadonlyMap<number, CallFault> {
  return new Map(
    faults.flatMap((fault) =>
      fault.kind === 'call' && fault.process === index ? [[fault.call, fault.how] as const] : [],
    ),
  )
}

function watchFaultsOf(faults: readonly Fault[], index: number): ReadonlyMap<number, WatchFault> {
  return new Map(
    faults.flatMap((fault) =>
      fault.kind === 'watch' && fault.process === index ? [[fault.event, fault.how] as const] : [],
    ),
  )
}

const isOut = (faults: readonly Fault[], nowMs: number): boolean =>
  faults.some((fault) => fault.kind === 'outage' && nowMs >= fault.atMs && nowMs < fault.atMs + fault.forMs)
