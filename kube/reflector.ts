import type { Clock } from '../api/clock.ts'
import type { KubeObject, Resource } from '../api/kube-object.ts'
import { backoffMs } from './backoff.ts'
import { KubeError } from './errors.ts'
import type { KubeClient, KubeList, Selection, WatchEvent } from './types.ts'

/** Where a reflector puts what it sees. Must not throw. */
export interface ReflectorSink {
  /** The whole truth as of `resourceVersion`: what is not in it is gone. */
  replace(objects: readonly KubeObject[], resourceVersion: string): void
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void
}

export interface ReflectorOptions extends Selection {
  readonly client: Pick<KubeClient, 'list' | 'watch'>
  readonly resource: Resource
  readonly sink: ReflectorSink
  readonly clock: Clock
  readonly random?: () => number
  /** Shrinks an object before it is kept; `metadata.managedFields` is dropped before. */
  readonly transform?: (object: KubeObject) => KubeObject
  /** Each failed attempt; the reflector goes on by itself. Must not throw. */
  readonly onProblem?: (error: unknown) => void
}

const PAGE = 500
const FIRST_DELAY_MS = 800
const MOST_DELAY_MS = 30_000
/** A watch that lived this long was healthy: what ended it is no reason to wait. */
const HEALTHY_MS = 10_000
/** A quiet watch gets its first bookmark after 120 s (measured on 1.36): silent for longer, its socket is dead. */
const IDLE_MS = 180_000

/** Lists, then watches, for as long as the signal lets it. Resolves on abort, never rejects, stops for nothing else. */
export async function runReflector(options: ReflectorOptions, signal: AbortSignal): Promise<void> {
  const random = options.random ?? Math.random
  let version: string | undefined // undefined: list first
  let failures = 0
  while (!signal.aborted) {
    const startedMs = options.clock.monotonicMs()
    const end =
      version === undefined ? await attemptList(options, signal) : await attemptWatch(options, version, signal)
    if (signal.aborted) return
    if (end.kind === 'failed') options.onProblem?.(end.error)
    version = end.version
    const healthy = end.kind === 'listed' || options.clock.monotonicMs() - startedMs >= HEALTHY_MS
    if (healthy && end.kind !== 'listed') failures = 0
    const delayMs = delayAfter(end, healthy, failures, random)
    if (delayMs > 0) failures += 1
    if (!(await slept(options.clock, delayMs, signal))) return
  }
}

type AttemptEnd =
  | { readonly kind: 'listed'; readonly version: string }
  | { readonly kind: 'closed'; readonly version: string }
  | { readonly kind: 'failed'; readonly version: string | undefined; readonly error: unknown }

/** None after a list or a clean close of a healthy watch; a watch that closes at once is waited for like a failure. */
function delayAfter(end: AttemptEnd, healthy: boolean, failures: number, random: () => number): number {
  if (end.kind !== 'failed' && healthy) return 0
  const delayMs = backoffMs(failures, FIRST_DELAY_MS, MOST_DELAY_MS, random)
  const asked = end.kind === 'failed' && end.error instanceof KubeError ? (end.error.retryAfterMs ?? 0) : 0
  return Math.max(delayMs, Math.min(asked, 2 * MOST_DELAY_MS))
}

async function attemptList(options: ReflectorOptions, signal: AbortSignal): Promise<AttemptEnd> {
  try {
    const { objects, version } = await listPages(options, signal)
    options.sink.replace(objects, version)
    return { kind: 'listed', version }
  } catch (error) {
    return { kind: 'failed', version: undefined, error }
  }
}

/** Each page is shrunk before the next is asked for, so that a large list never stands in memory whole. */
async function listPages(options: ReflectorOptions, signal: AbortSignal) {
  const objects: KubeObject[] = []
  const selection = selectionOf(options)
  let next: KubeList | undefined
  do {
    const token: { continue?: string } = next?.continue === undefined ? {} : { continue: next.continue }
    next = await options.client.list(options.resource, { ...selection, limit: PAGE, ...token }, signal)
    for (const item of next.items) objects.push(shrink(options, item))
  } while (next.continue !== undefined)
  return { objects, version: next.resourceVersion }
}

async function attemptWatch(options: ReflectorOptions, from: string, signal: AbortSignal): Promise<AttemptEnd> {
  const { client, clock, resource, sink } = options
  const idle = idleDeadline(clock, signal)
  let version = from
  try {
    const timeoutSeconds = Math.round(240 + (options.random ?? Math.random)() * 240)
    const watch = { ...selectionOf(options), resourceVersion: version, timeoutSeconds }
    for await (const event of client.watch(resource, watch, idle.signal)) {
      idle.reset()
      if (event.type !== 'BOOKMARK') sink.apply(event.type, shrink(options, event.object))
      version = versionOf(event) ?? version
    }
    return { kind: 'closed', version }
  } catch (error) {
    return { kind: 'failed', version: mustListAgain(error) ? undefined : version, error }
  } finally {
    idle.clear()
  }
}

/** An outage leaves our version good. Anything else (410, 400, 404, garbage) says that this watch cannot be resumed. */
function mustListAgain(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false
  return error.fault !== 'unavailable' || error.reason === 'Garbage'
}

function versionOf(event: WatchEvent): string | undefined {
  const version = event.object.metadata.resourceVersion
  return version === undefined || version === '' ? undefined : version
}

function selectionOf({ namespace, labelSelector, fieldSelector }: Selection): Selection {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  }
}

function shrink(options: ReflectorOptions, object: KubeObject): KubeObject {
  const { managedFields: _dropped, ...metadata } = { managedFields: undefined, ...object.metadata }
  const bare: KubeObject = { ...object, metadata }
  try {
    return options.transform?.(bare) ?? bare
  } catch (error) {
    options.onProblem?.(error)
    return bare
  }
}

/** A signal that aborts with the given one, or when nothing arrives for too long. */
function idleDeadline(clock: Clock, signal: AbortSignal) {
  const controller = new AbortController()
  const expire = () =>
    controller.abort(
      new KubeError('unavailable', `the watch was silent for ${IDLE_MS / 1000} s: the connection is dead`),
    )
  const onAbort = () => controller.abort(signal.reason)
  signal.addEventListener('abort', onAbort)
  let cancel = clock.setTimer(IDLE_MS, expire)
  return {
    signal: controller.signal,
    reset() {
      cancel()
      cancel = clock.setTimer(IDLE_MS, expire)
    },
    clear() {
      cancel()
      signal.removeEventListener('abort', onAbort)
    },
  }
}

async function slept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  if (ms <= 0) return !signal.aborted
  return clock.sleep(ms, signal).then(
    () => !signal.aborted,
    () => false,
  )
}
