import { setMaxListeners } from 'node:events'
import type { Measure } from '../analysis/measurement.ts'
import type { Clock } from '../api/clock.ts'
import type { Resource } from '../api/kube-object.ts'
import { leaseName, systemNamespace } from '../api/names.ts'
import { retryOf } from '../kube/errors.ts'
import { createEventRecorder, type EventRecorder } from '../kube/events.ts'
import { createElection, type Election } from '../kube/leader.ts'
import type { KubeClient } from '../kube/types.ts'
import { providerFor } from '../traffic-providers/registry.ts'
import { fenceWrites } from './fenced-client.ts'
import { createInterests, type Interests } from './interests.ts'
import { type Log, messageOf } from './log.ts'
import { createQueue, type WorkQueue } from './loop/queue.ts'
import { type ReconcileResult, work } from './loop/worker.ts'
import { createMeasuring, type Measuring } from './measuring.ts'
import { type Caches, createCaches } from './observed-caches.ts'
import { plan } from './planner/plan.ts'
import { createReconcile, type Reconcile } from './reconcile.ts'
import { counted } from './server/counted.ts'
import type { Metrics } from './server/metrics.ts'
import { sweepOrphans } from './sweep.ts'
import { createTriggers } from './triggers.ts'
import { createWatchLag, minding, type WatchLag } from './watch-lag.ts'

export interface ControlOptions {
  readonly client: KubeClient
  readonly clock: Clock
  /** From 0 to 1, for delays that should not fall together; by chance unless given. */
  readonly random?: () => number
  /** Unique per process. */
  readonly identity: string
  readonly namespace?: string
  readonly leaderElection: boolean
  readonly holdServed: boolean
  /** Asks metric stores. */
  readonly measure: Measure
  readonly log: Log
  readonly metrics: (sources: ControlView) => Metrics
}

/** What can be asked of a controller at work. */
export interface ControlView {
  readonly caches: Caches
  readonly queue: WorkQueue
  readonly isLeader: () => boolean
  /** The kinds that are not known yet; empty when it can work. */
  readonly missing: () => readonly string[]
  /** Resolves when all kinds are known, or when it ends before. */
  readonly synced: Promise<unknown>
}

export interface Control extends ControlView {
  readonly metrics: Metrics
  /** Watches and works until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** The controller without its surroundings: caches, queue, workers and election over one client. */
export function createControl(options: ControlOptions): Control {
  const { clock, log } = options
  const chance = options.random === undefined ? {} : { random: options.random }
  const queue = createQueue({ clock, ...chance, onTaken: (lane, ms) => metrics.waited(lane, ms) })
  const interests = createInterests()
  const lag = createWatchLag(clock)
  const mindful = minding(options.client, lag, clock)
  const listeners = createTriggers({
    caches: () => caches,
    interests,
    wake: (key, lane) => queue.add(key, lane),
  })
  const caches = createCaches({
    client: mindful,
    clock,
    ...chance,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    listeners,
    onProblem: (resource, error) => watchProblem(resource, error),
  })
  const election = electionOf({ ...options, client: mindful })
  const isLeader = () => election?.isLeader() ?? true
  const watched = Object.entries(caches).filter(([kind]) => options.holdServed || !isPolicyKind(kind))
  const view: ControlView = {
    caches,
    queue,
    isLeader,
    synced: Promise.all(watched.map(([, cache]) => cache.synced)),
    missing: () => watched.filter(([, cache]) => !cache.hasSynced()).map(([kind]) => kind),
  }
  const metrics = options.metrics(view)
  const watchProblem = (resource: Resource, error: unknown) => {
    metrics.failed(`watch ${resource.kind}`)
    log.warn(`cannot watch ${resource.kind}s, trying again`, { error: messageOf(error) })
  }

  const lead = async (signal: AbortSignal): Promise<void> => {
    setMaxListeners(0, signal)
    await view.synced
    if (signal.aborted) return
    const client = fenceWrites(mindful, isLeader)
    const events = eventsOf(client, options)
    const wake = (key: string) => queue.add(key)
    const measuring = createMeasuring({ measure: options.measure, clock, wake })
    const deps = { client, events, caches, interests, lag, measuring, metrics }
    const reconcile = timed(reconcileOf(deps, options), metrics, clock)
    const report = (key: string, error: unknown) =>
      log.warn('reconcile failed', { rollout: key, error: messageOf(error) })
    for (const { namespace, name } of caches.rollouts.list()) queue.add(`${namespace}/${name}`)
    await Promise.all([
      work({ queue, reconcile, report, retryOf: retrying, workers: 4, rollbackWorkers: 2 }, signal),
      sweep(client, options, caches, signal),
    ])
    await events.flush()
  }

  return {
    ...view,
    metrics,
    async run(signal) {
      setMaxListeners(0, signal) // one listener for every watch, request and worker is no leak
      const watching = watched.map(([, cache]) => cache.run(signal))
      const leading = election === undefined ? lead(signal) : election.run(lead, signal)
      await Promise.all([...watching, leading])
    },
  }
}

const isPolicyKind = (kind: string): boolean => kind === 'policies' || kind === 'bindings'

/** A refusal is tried again as well: rights are granted and other people's policies change without our hearing of it. */
function retrying(error: unknown): 'now' | 'backoff' {
  return retryOf(error) === 'now' ? 'now' : 'backoff'
}

function electionOf(options: ControlOptions): Election | undefined {
  if (!options.leaderElection) return undefined
  const { client, clock, identity, log, random } = options
  return createElection({
    client,
    clock,
    ...(random === undefined ? {} : { random }),
    identity,
    namespace: systemNamespace,
    name: leaseName,
    onChange: (leading) => log.info(leading ? 'leads' : 'does not lead any more', { identity }),
    onProblem: (error) => log.warn('cannot renew the lease', { error: messageOf(error) }),
  })
}

function eventsOf(client: KubeClient, { clock, identity, log }: ControlOptions): EventRecorder {
  return createEventRecorder(client, {
    component: 'sluice-controller',
    instance: identity,
    clock,
    onProblem: (error) => log.debug('cannot write an event', { error: messageOf(error) }),
  })
}

interface LeaderParts {
  readonly client: KubeClient
  readonly events: EventRecorder
  readonly caches: Caches
  readonly interests: Interests
  readonly lag: WatchLag
  readonly measuring: Measuring
  readonly metrics: Metrics
}

function reconcileOf(parts: LeaderParts, { clock, holdServed, log }: ControlOptions): Reconcile {
  const { client, events, caches, interests, lag, measuring, metrics } = parts
  return createReconcile({
    client,
    caches,
    clock,
    holdServed,
    interests,
    lag,
    measuring,
    plan,
    tell: (regarding, event) => events.record({ regarding, action: event.reason, ...event }),
    onRecorded({ now, rollout: { meta, status: before } }, { transitions, status, events }) {
      for (const { type, reason, note } of events) {
        if (type === 'Warning') log.warn(reason, { rollout: `${meta.namespace}/${meta.name}`, note })
      }
      metrics.recorded(counted({ before, after: status, transitions, nowMs: now }))
      for (const transition of transitions) {
        metrics.moved(transition)
        if (transition === 'slipped' || transition === 'adopted') metrics.slipped()
        log.info(transition, {
          rollout: `${meta.namespace}/${meta.name}`,
          phase: status.phase,
          message: status.message,
        })
      }
    },
  })
}

function timed(reconcile: Reconcile, metrics: Metrics, clock: Clock): Reconcile {
  return async (key, signal): Promise<ReconcileResult> => {
    const startedMs = clock.monotonicMs()
    try {
      const result = await reconcile(key, signal)
      metrics.reconciled('ok', clock.monotonicMs() - startedMs)
      return result
    } catch (error) {
      metrics.reconciled('error', clock.monotonicMs() - startedMs)
      throw error
    }
  }
}

/** What cannot be swept now is swept by the next start. */
async function sweep(client: KubeClient, options: ControlOptions, caches: Caches, signal: AbortSignal): Promise<void> {
  const { clock, log } = options
  const { drainMs } = providerFor('ingress')
  try {
    await sweepOrphans(
      {
        client,
        caches,
        clock,
        drainMs,
        report: (message, { resource, name }) =>
          log.warn(message, { kind: resource.kind, object: `${name.namespace}/${name.name}` }),
      },
      signal,
    )
  } catch (error) {
    if (!signal.aborted) log.warn('cannot sweep orphans', { error: messageOf(error) })
  }
}
