import type { Clock } from '../api/clock.ts'
import type { KubeObject, Resource } from '../api/kube-object.ts'
import { isFault } from './errors.ts'
import { microTime } from './micro-time.ts'
import type { KubeClient } from './types.ts'

/** What an event is about; a KubeObject will do. */
export type Regarding = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>

export interface EventInput {
  readonly regarding: Regarding
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  /** What was done or tried: `Promote`, `ShiftTraffic`. */
  readonly action: string
  readonly note: string
}

export interface EventRecorder {
  /** Returns at once and never throws. The same event again is counted on the one that is there. */
  record(event: EventInput): void
  /** Sends what is counted but not yet sent; for shutdown and tests. */
  flush(): Promise<void>
}

export interface RecorderOptions {
  readonly component: string
  readonly instance: string
  readonly clock: Clock
  readonly onProblem?: (error: unknown) => void
}

const EVENTS: Resource = { group: 'events.k8s.io', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }

/** Counts are sent at most this often. */
const SERIES_MS = 10_000
/** An event not seen for this long starts a new one. */
const FORGET_MS = 360_000
/** Different events an object may have in a row, and how soon it may have one more. */
const BURST = 25
const REFILL_MS = 10_000
/** Entries and unsent events kept at most; beyond it events are dropped, not memory taken. */
const MOST_KEPT = 4_096
const MOST_UNSENT = 1_000

interface Entry {
  readonly input: EventInput
  readonly namespace: string
  readonly name: string
  readonly firstAt: Date
  count: number
  sentCount: number
  lastMs: number
  lastAt: Date
  cancel: (() => void) | undefined
}

interface Bucket {
  left: number
  atMs: number
}

/** Writes events.k8s.io/v1 Events, one at a time, fire and forget. */
export function createEventRecorder(
  client: Pick<KubeClient, 'create' | 'patch'>,
  options: RecorderOptions,
): EventRecorder {
  const { clock } = options
  const entries = new Map<string, Entry>()
  const buckets = new Map<string, Bucket>()
  let unsent = 0
  let serial = 0
  let line: Promise<void> = Promise.resolve()

  const enqueue = (send: () => Promise<void>) => {
    if (unsent >= MOST_UNSENT) return
    unsent += 1
    line = line
      .then(send)
      .catch((error: unknown) => options.onProblem?.(error))
      .catch(() => undefined)
      .finally(() => {
        unsent -= 1
      })
  }
  const send = async (entry: Entry): Promise<void> => {
    entry.cancel = undefined
    const count = entry.count
    if (count === entry.sentCount) return
    const isFirst = entry.sentCount === 0
    entry.sentCount = count
    if (!isFirst) {
      const series = { series: { count, lastObservedTime: microTime(entry.lastAt) } }
      try {
        await client.patch(EVENTS, entry, { type: 'merge', body: series })
        return
      } catch (error) {
        if (!isFault(error, 'not-found')) throw error // the server's hour is over: write it anew
      }
    }
    await client.create(EVENTS, eventOf(entry, options))
  }
  const repeat = (entry: Entry) => {
    entry.count += 1
    entry.lastMs = clock.monotonicMs()
    entry.lastAt = new Date(clock.now())
    entry.cancel ??= clock.setTimer(SERIES_MS, () => enqueue(() => send(entry)))
  }
  const begin = (key: string, input: EventInput) => {
    if (!takeToken(buckets, regardingKey(input.regarding), clock.monotonicMs())) return
    const now = new Date(clock.now())
    serial += 1
    const entry: Entry = {
      input,
      namespace: input.regarding.metadata.namespace ?? 'default',
      name: eventName(input.regarding.metadata.name, now, serial, options.instance),
      firstAt: now,
      count: 1,
      sentCount: 0,
      lastMs: clock.monotonicMs(),
      lastAt: now,
      cancel: undefined,
    }
    entries.set(key, entry)
    dropOldest(entries)
    enqueue(() => send(entry))
  }

  return {
    record(input) {
      const key = [regardingKey(input.regarding), input.type, input.reason, input.action, input.note].join('\u0000')
      const known = entries.get(key)
      if (known !== undefined && clock.monotonicMs() - known.lastMs < FORGET_MS) repeat(known)
      else begin(key, input)
    },
    async flush() {
      for (const entry of entries.values()) {
        entry.cancel?.()
        entry.cancel = undefined
        if (entry.count !== entry.sentCount) enqueue(() => send(entry))
      }
      await line
    },
  }
}

function eventOf(entry: Entry, options: RecorderOptions): KubeObject {
  const { input } = entry
  const { name, namespace, uid, resourceVersion } = input.regarding.metadata
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: entry.name, namespace: entry.namespace },
    eventTime: microTime(entry.firstAt),
    reportingController: options.component,
    reportingInstance: options.instance.slice(0, 128),
    regarding: {
      apiVersion: input.regarding.apiVersion,
      kind: input.regarding.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    type: input.type,
    reason: input.reason.slice(0, 128),
    action: input.action.slice(0, 128),
    note: input.note.slice(0, 1024),
    ...(entry.count > 1 ? { series: { count: entry.count, lastObservedTime: microTime(entry.lastAt) } } : {}),
  }
}

/** Unique without a look: the moment, a serial number and a mark of this instance. */
function eventName(regarding: string, now: Date, serial: number, instance: string): string {
  let mark = 0
  for (const char of instance) mark = (mark * 31 + (char.codePointAt(0) ?? 0)) % 0xffffff
  return `${regarding.slice(0, 200)}.${now.getTime().toString(16)}.${mark.toString(16)}${serial.toString(16)}`
}

function regardingKey({ kind, metadata }: Regarding): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}/${metadata.uid ?? ''}`
}

function takeToken(buckets: Map<string, Bucket>, key: string, nowMs: number): boolean {
  const bucket = buckets.get(key) ?? { left: BURST, atMs: nowMs }
  const refilled = Math.floor((nowMs - bucket.atMs) / REFILL_MS)
  const left = Math.min(BURST, bucket.left + refilled)
  buckets.delete(key) // put back at the end: the oldest goes first
  buckets.set(key, { left: Math.max(0, left - 1), atMs: bucket.atMs + refilled * REFILL_MS })
  dropOldest(buckets)
  return left > 0
}

function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= MOST_KEPT) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
