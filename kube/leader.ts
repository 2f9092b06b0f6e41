import type { Clock } from '../api/clock.ts'
import { isRecord } from '../api/json.ts'
import type { KubeObject, Resource } from '../api/kube-object.ts'
import { isFault } from './errors.ts'
import { microTime } from './micro-time.ts'
import type { KubeClient } from './types.ts'

export interface ElectionOptions {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>
  readonly namespace: string
  readonly name: string
  /** Unique per process: whoever carries it owns the lease. */
  readonly identity: string
  readonly clock: Clock
  readonly random?: () => number
  readonly leaseMs?: number
  readonly renewDeadlineMs?: number
  readonly retryMs?: number
  readonly onChange?: (leading: boolean) => void
  readonly onProblem?: (error: unknown) => void
}

export interface Election {
  /** Asks the clock, not a flag: false from the renew deadline on, even while a renewal hangs. */
  isLeader(): boolean
  /**
   * Campaigns until the signal aborts. While leading, `lead` runs with a signal that aborts at the latest when the renew
   * deadline passes; it must stop writing then. The lease is released after `lead` has returned.
   */
  run(lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>
}

const LEASES: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
}

interface LeaseSpec {
  readonly holder: string
  readonly seconds: number
  readonly renewTime: string
  readonly acquireTime: string
  readonly transitions: number
}

/** Lease election: 15 s lease, 10 s renew deadline, 2 s between tries. */
export function createElection(options: ElectionOptions): Election {
  const { client, clock, identity } = options
  const times = {
    leaseMs: options.leaseMs ?? 15_000,
    renewMs: options.renewDeadlineMs ?? 10_000,
    retryMs: options.retryMs ?? 2_000,
  }
  const where = { namespace: options.namespace, name: options.name }
  const report = (error: unknown) => options.onProblem?.(error)
  let deadlineMs = Number.NEGATIVE_INFINITY
  let observed = { stamp: '', atMs: 0 } // when *we* saw the lease change: other clocks are not trusted
  let kept: KubeObject | undefined // the lease as we wrote it last: a renewal is conditional on it and needs no look
  const isLeader = () => clock.monotonicMs() < deadlineMs

  /** A conditional write, after a look where the lease is not as we left it. True when we hold it. */
  const tryHold = async (signal: AbortSignal): Promise<boolean> => {
    const startedMs = clock.monotonicMs()
    const written = (await renewKept(signal)) ?? (await takeIfFree(signal))
    kept = written
    // taken from us: not one write more; otherwise from before the request, since the lease counts from then for others
    deadlineMs = written === undefined ? Number.NEGATIVE_INFINITY : startedMs + times.renewMs
    return written !== undefined
  }
  const nextLease = (lease: KubeObject | undefined): KubeObject => {
    const held = lease === undefined ? undefined : specOf(lease)
    return leaseOf(where, lease, nextSpec(held, identity, times.leaseMs, new Date(clock.now())))
  }
  /** Undefined when somebody else has written it since. */
  const renewKept = async (signal: AbortSignal): Promise<KubeObject | undefined> => {
    const lease = kept
    kept = undefined
    if (lease === undefined) return undefined
    try {
      return await client.replace(LEASES, nextLease(lease), {}, signal)
    } catch (error) {
      if (isFault(error, 'conflict') || isFault(error, 'not-found')) return undefined
      throw error
    }
  }
  /** Undefined when somebody else holds it. */
  const takeIfFree = async (signal: AbortSignal): Promise<KubeObject | undefined> => {
    const lease = await client.get(LEASES, where, signal).catch(notFound)
    if (lease === undefined) return client.create(LEASES, nextLease(lease), {}, signal)
    return isFree(specOf(lease)) ? client.replace(LEASES, nextLease(lease), {}, signal) : undefined
  }
  const isFree = (held: LeaseSpec): boolean => {
    if (held.holder === '' || held.holder === identity) return true
    const stamp = `${held.holder} ${held.renewTime} ${held.transitions}`
    if (stamp !== observed.stamp) observed = { stamp, atMs: clock.monotonicMs() }
    return clock.monotonicMs() >= observed.atMs + held.seconds * 1000
  }
  /** A refusal or an outage is "not held"; the deadline decides what follows. */
  const attempt = async (signal: AbortSignal, withinMs: number): Promise<boolean> => {
    const bounded = withDeadline(clock, withinMs, signal)
    try {
      return await tryHold(bounded.signal)
    } catch (error) {
      if (!signal.aborted && !isFault(error, 'conflict') && !isFault(error, 'exists')) report(error)
      return false
    } finally {
      bounded.clear()
    }
  }
  const pause = (signal: AbortSignal) =>
    clock.sleep(times.retryMs * (1 + (options.random ?? Math.random)() * 0.2), signal).catch(() => undefined)

  /** Renews until the deadline passes, somebody else holds the lease, or the signal aborts. */
  const keep = async (signal: AbortSignal): Promise<void> => {
    while (isLeader()) {
      await pause(signal)
      if (signal.aborted) return
      await attempt(signal, deadlineMs - clock.monotonicMs())
    }
  }
  const reign = async (lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> => {
    const term = new AbortController()
    const end = () => term.abort(signal.aborted ? signal.reason : new Error('the lease was lost'))
    signal.addEventListener('abort', end)
    const watchdog = watchDeadline(clock, () => deadlineMs, end)
    options.onChange?.(true)
    const work = lead(term.signal).catch((error: unknown) => {
      if (!term.signal.aborted) report(error)
    })
    await Promise.race([keep(term.signal), work])
    end()
    watchdog()
    signal.removeEventListener('abort', end)
    await work
    options.onChange?.(false)
    await release()
  }
  /** Empties the lease so that a successor need not wait; conditional, and only while it is still ours. */
  const release = async (): Promise<void> => {
    const held = isLeader()
    deadlineMs = Number.NEGATIVE_INFINITY
    kept = undefined
    if (!held) return
    const bounded = withDeadline(clock, times.retryMs, undefined)
    try {
      const lease = await client.get(LEASES, where, bounded.signal)
      const spec = specOf(lease)
      if (spec.holder !== identity) return
      await client.replace(LEASES, leaseOf(where, lease, { ...spec, holder: '', seconds: 1 }), {}, bounded.signal)
    } catch (error) {
      report(error)
    } finally {
      bounded.clear()
    }
  }

  return {
    isLeader,
    async run(lead, signal) {
      while (!signal.aborted) {
        if (await attempt(signal, times.renewMs)) await reign(lead, signal)
        if (!signal.aborted) await pause(signal)
      }
    },
  }
}

function notFound(error: unknown): undefined {
  if (isFault(error, 'not-found')) return undefined
  throw error
}

function specOf(lease: KubeObject): LeaseSpec {
  const spec = isRecord(lease.spec) ? lease.spec : {}
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const count = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise)
  return {
    holder: text(spec.holderIdentity),
    seconds: count(spec.leaseDurationSeconds, 15),
    renewTime: text(spec.renewTime),
    acquireTime: text(spec.acquireTime),
    transitions: count(spec.leaseTransitions, 0),
  }
}

function nextSpec(held: LeaseSpec | undefined, identity: string, leaseMs: number, now: Date): LeaseSpec {
  const renewTime = microTime(now)
  const continued = held?.holder === identity
  return {
    holder: identity,
    seconds: Math.max(1, Math.round(leaseMs / 1000)),
    renewTime,
    acquireTime: continued ? held.acquireTime : renewTime,
    transitions: held === undefined ? 0 : held.transitions + (continued ? 0 : 1),
  }
}

/** The lease with that spec, on the resourceVersion that was read. */
function leaseOf(
  where: { namespace: string; name: string },
  read: KubeObject | undefined,
  spec: LeaseSpec,
): KubeObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: read?.metadata ?? where,
    spec: {
      holderIdentity: spec.holder,
      leaseDurationSeconds: spec.seconds,
      renewTime: spec.renewTime,
      acquireTime: spec.acquireTime,
      leaseTransitions: spec.transitions,
    },
  }
}

/** Calls `end` when the deadline passes; it moves forward with every renewal. Returns its cancel. */
function watchDeadline(clock: Clock, deadlineMs: () => number, end: () => void): () => void {
  const check = () => {
    const leftMs = deadlineMs() - clock.monotonicMs()
    if (leftMs > 0) cancel = clock.setTimer(leftMs, check)
    else end()
  }
  let cancel = clock.setTimer(Math.max(0, deadlineMs() - clock.monotonicMs()), check)
  return () => cancel()
}

function withDeadline(clock: Clock, ms: number, signal: AbortSignal | undefined) {
  const controller = new AbortController()
  const cancel = clock.setTimer(Math.max(0, ms), () => controller.abort(new Error('the lease request took too long')))
  const onAbort = () => controller.abort(signal?.reason)
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort)
  return {
    signal: controller.signal,
    clear() {
      cancel()
      signal?.removeEventListener('abort', onAbort)
    },
  }
}
