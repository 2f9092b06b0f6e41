import { sameJson } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import type { HoldProbe, Phase } from '../api/status.ts'
import { isFault } from '../kube/errors.ts'
import { compareResourceVersions } from '../kube/resource-version.ts'
import type { KubeClient } from '../kube/types.ts'
import { act } from './act.ts'
import type { ActContext, Result } from './act-context.ts'
import type { Interests } from './interests.ts'
import type { ReconcileResult } from './loop/worker.ts'
import type { Measuring } from './measuring.ts'
import { type ObserveDeps, type Observed, observe } from './observe.ts'
import { observeEndpoints } from './observe-endpoints.ts'
import { rememberWrite } from './observed-caches.ts'
import type { Action, Plan, PlannedEvent } from './plan.ts'
import { record } from './record.ts'
import type { Snapshot } from './snapshot.ts'
import type { WatchLag } from './watch-lag.ts'

export interface ReconcileDeps extends ObserveDeps {
  readonly client: KubeClient
  readonly plan: (snapshot: Snapshot) => Plan
  readonly interests: Interests
  readonly lag: WatchLag
  readonly measuring: Measuring
  /** Says what happened, on the Rollout. Must not throw. */
  readonly tell: (rollout: KubeObject, event: PlannedEvent) => void
  /** Hears of every plan that was recorded, for metrics and logs. Must not throw. */
  readonly onRecorded?: (snapshot: Snapshot, plan: Plan) => void
}

export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult>

/** What is kept of a Rollout between two reconciles, and lost by a restart without harm. */
interface Memory {
  /** The answer of a dry run, until it is recorded. */
  probe?: HoldProbe
  /** What the API server said when it refused the last write. */
  failure?: string
  /** How many looks in a row found the caches behind. */
  stale: number
  /** The Rollout as we stored it last, while a release is under way: read again only when somebody else has written it. */
  rollout?: KubeObject
  /** The drain that is under way, and when we saw it first, by the monotonic clock. */
  drain?: { readonly since: string; readonly seenAtMs: number }
  /** Our deletes that the caches may not have heard of. */
  readonly deleted: Set<string>
}

type Round = { readonly kind: 'gone' } | { readonly kind: 'done'; readonly plan: Plan; readonly result: Result }

const mostRounds = 10
/** Looks at once when the caches are behind; after that their own events, or a growing delay, bring the next. */
const mostStaleRounds = 2

/** Brings one Rollout as far as it goes without waiting: looks, plans, records, acts, and again while something changed. */
export function createReconcile(deps: ReconcileDeps): Reconcile {
  const memories = new Map<string, Memory>()
  return async (key, signal) => {
    const memory = memories.get(key) ?? { stale: 0, deleted: new Set() }
    memories.set(key, memory)
    let staleRounds = 0
    for (let round = 1; ; round++) {
      const outcome = await once(deps, key, memory, signal)
      if (outcome.kind === 'gone') {
        memories.delete(key)
        deps.interests.forget(key)
        deps.measuring.forget(key)
        return {}
      }
      if (outcome.result === 'unchanged') {
        memory.stale = 0
        return wakeOf(outcome.plan)
      }
      if (outcome.result === 'stale') staleRounds++
      if (staleRounds > mostStaleRounds || round >= mostRounds) return wakeOf(outcome.plan, staleDelayMs(memory))
    }
  }
}

async function once(deps: ReconcileDeps, key: string, memory: Memory, signal: AbortSignal): Promise<Round> {
  const look = await lookAndPlan(deps, key, memory, signal)
  if (look === undefined) return { kind: 'gone' }
  const { observed, plan } = look
  deps.interests.set(key, interestsOf(observed.snapshot))
  const rollout = await recordOrStale(deps, observed, plan, signal)
  if (rollout === undefined) return { kind: 'done', plan, result: 'stale' }
  watchDrain(deps, plan.status.drainSince, memory)
  delete memory.probe
  deps.measuring.recorded(key, observed.snapshot.measurements)
  for (const event of plan.events) deps.tell(rollout, event)
  deps.onRecorded?.(observed.snapshot, plan)
  const result = await actOrTell(deps, key, observed, plan, rollout, memory, signal)
  const moving = isMoving(plan.status.phase)
  if (result !== 'stale' && moving && !plan.actions.some(writesRollout)) memory.rollout = rollout
  if (!moving) memory.deleted.clear()
  return { kind: 'done', plan, result }
}

interface Look {
  readonly observed: Observed
  readonly plan: Plan
}

/**
 * Looks at what is known. A plan that records something is safe on it, since the record is conditional on its version; one
 * that only acts is made again on a live read, so that nothing is ever done on what another leader has overruled.
 */
async function lookAndPlan(
  deps: ReconcileDeps,
  key: string,
  memory: Memory,
  signal: AbortSignal,
): Promise<Look | undefined> {
  const known = deps.lag.isAway() ? undefined : newestKnown(deps, key, memory)
  delete memory.rollout
  const first = await lookOnce(deps, key, memory, signal, known)
  if (first === undefined || known === undefined || !actsUnrecorded(first)) return first
  return lookOnce(deps, key, memory, signal)
}

async function lookOnce(
  deps: ReconcileDeps,
  key: string,
  memory: Memory,
  signal: AbortSignal,
  known?: KubeObject,
): Promise<Look | undefined> {
  const seen = await observe(deps, nameOf(key), { probe: memory.probe, ...deps.measuring.seen(key) }, signal, known)
  if (seen === undefined) return undefined
  const endpoints = deps.lag.leftMs() > 0 ? {} : await observeEndpoints(deps, seen.snapshot, signal)
  const snapshot = { ...seen.snapshot, ...endpoints, ...seenInTime(deps, seen.snapshot, memory) }
  const observed = { ...seen, snapshot }
  return { observed, plan: planned(deps, observed, memory) }
}

/**
 * How long we have seen the drain under way: a wall clock may jump, and the one that stamped it may have been another.
 * While gateways may not have heard of it, it has not begun.
 */
function seenInTime(
  deps: ReconcileDeps,
  { rollout }: Snapshot,
  memory: Memory,
): Pick<Snapshot, 'drainSeenMs' | 'watchLagMs'> {
  const { clock, lag } = deps
  watchDrain(deps, rollout.status?.drainSince, memory)
  const { drain } = memory
  return {
    watchLagMs: lag.leftMs(),
    ...(drain && { drainSeenMs: clock.monotonicMs() - Math.max(drain.seenAtMs, lag.settledAtMs()) }),
  }
}

/** From the moment in which we record a drain, or first see one that another process has recorded. */
function watchDrain({ clock }: ReconcileDeps, since: string | undefined, memory: Memory): void {
  if (since === undefined) delete memory.drain
  else if (memory.drain?.since !== since) memory.drain = { since, seenAtMs: clock.monotonicMs() }
}

function actsUnrecorded({ observed, plan }: Look): boolean {
  return plan.actions.some(({ kind }) => kind !== 'measure') && sameJson(observed.rollout['status'], plan.status)
}

/** What we stored ourselves, if the watch has brought nothing newer. It may be behind by what the watch is behind. */
function newestKnown({ caches }: ReconcileDeps, key: string, { rollout }: Memory): KubeObject | undefined {
  const { namespace, name } = nameOf(key)
  const seen = caches.rollouts.get(namespace, name)
  if (rollout === undefined || seen?.uid !== rollout.metadata.uid) return undefined
  const order = compareResourceVersions(rollout.metadata.resourceVersion, seen?.resourceVersion)
  return order !== undefined && order >= 0 ? rollout : undefined
}

const isMoving = (phase: Phase): boolean => phase === 'Progressing' || phase === 'Promoting' || isUrgent(phase)

const writesRollout = ({ kind }: Action): boolean => kind === 'addFinalizer' || kind === 'removeFinalizer'

async function recordOrStale(
  { client }: ReconcileDeps,
  { rollout }: Observed,
  plan: Plan,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return await record(client, rollout, plan.status, signal)
  } catch (error) {
    if (isFault(error, 'conflict') || isFault(error, 'not-found')) return undefined
    throw error
  }
}

/** A refusal (rights, somebody's admission policy) is said on the Rollout: waiting for it in silence helps nobody. */
async function actOrTell(
  deps: ReconcileDeps,
  key: string,
  { snapshot, routes }: Observed,
  plan: Plan,
  rollout: KubeObject,
  memory: Memory,
  signal: AbortSignal,
): Promise<Result> {
  const { client, caches } = deps
  const remember = (object: KubeObject) => rememberWrite(caches, object)
  const learn = (probe: HoldProbe) => {
    memory.probe = probe
  }
  const mended = memory.failure !== undefined
  try {
    const { deleted } = memory
    const measure: ActContext['measure'] = (requests) => deps.measuring.start(key, requests, signal)
    const result = await act({
      client,
      caches,
      snapshot,
      plan,
      routes,
      rollout,
      remember,
      deleted,
      learn,
      measure,
      signal,
    })
    delete memory.failure
    return mended && result === 'unchanged' ? 'changed' : result
  } catch (error) {
    if (!isFault(error, 'denied') && !isFault(error, 'invalid')) throw error
    if (memory.failure !== error.message)
      deps.tell(rollout, { type: 'Warning', reason: 'WriteRefused', note: error.message })
    memory.failure = error.message
    await recordOrStale(
      deps,
      { snapshot, routes, rollout },
      planned(deps, { snapshot, routes, rollout }, memory),
      signal,
    )
    throw error
  }
}

function planned(deps: ReconcileDeps, { snapshot }: Observed, { failure }: Memory): Plan {
  return deps.plan(failure === undefined ? snapshot : { ...snapshot, failure })
}

function wakeOf(plan: Plan, soonMs = Number.POSITIVE_INFINITY): ReconcileResult {
  const ms = Math.min(plan.wakeAfterMs ?? Number.POSITIVE_INFINITY, soonMs)
  if (!Number.isFinite(ms)) return {}
  return { wakeAfterMs: Math.max(1, ms), lane: isUrgent(plan.status.phase) ? 'rollback' : 'normal' }
}

const isUrgent = (phase: Phase): boolean => phase === 'RollingBack' || phase === 'Restoring'

/** 50 ms, doubled each time, at most 30 s. */
function staleDelayMs(memory: Memory): number {
  return Math.min(30_000, 50 * 2 ** Math.min(memory.stale++, 10))
}

function interestsOf({ rollout, services }: Snapshot): readonly string[] {
  const { namespace } = rollout.meta
  return services.flatMap(({ stable, canary }) => [`${namespace}/${stable}`, `${namespace}/${canary}`])
}

function nameOf(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = key.split('/')
  return { namespace, name }
}
