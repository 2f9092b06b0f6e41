import type { Clock } from '../../api/clock.ts'
import { errorOfStatus } from '../../kube/status.ts'
import type { KubeClient, WatchEvent } from '../../kube/types.ts'
import type { Dice } from './dice.ts'
import type { CallFault, WatchFault } from './story.ts'

export interface FaultyClientOptions {
  readonly client: KubeClient
  readonly clock: Clock
  readonly dice: Dice
  /** Around this long a call takes, half before it happens and half before its answer arrives. */
  readonly callMs: number
  /** Around this long an event takes. */
  readonly watchLagMs: number
  /** What goes wrong with the n-th call, and with the n-th event, counted from 1. */
  readonly callFault: (count: number) => CallFault | undefined
  readonly watchFault: (count: number) => WatchFault | undefined
  /** The API server cannot be reached. */
  readonly isDown: () => boolean
  /** The process ends here: nothing of it runs afterwards. */
  readonly die: () => void
  /** Hears of each fault as it strikes. */
  readonly onFault: (what: string) => void
}

/** The client of one controller process in a world where calls take time, get lost and fail, and watches lag and break. */
export function createFaultyClient(options: FaultyClientOptions): KubeClient {
  const { client, dice } = options
  const calls = createCalls(options)
  const forgotten = new Map<string, number>() // by kind: what came before that version the server no longer knows
  return {
    ...client,
    get: (resource, name, signal) => calls(`get ${resource.kind}`, () => client.get(resource, name), signal),
    list: (resource, page, signal) => calls(`list ${resource.kind}`, () => client.list(resource, page), signal),
    listAll: (resource, page, signal) => calls(`list ${resource.kind}`, () => client.listAll(resource, page), signal),
    create: (resource, object, write, signal) =>
      calls(`create ${resource.kind}`, () => client.create(resource, object, write), signal),
    replace: (resource, object, write, signal) =>
      calls(`replace ${resource.kind}`, () => client.replace(resource, object, write), signal),
    patch: (resource, name, patch, write, signal) =>
      calls(`patch ${resource.kind}`, () => client.patch(resource, name, patch, write), signal),
    delete: (resource, name, how, signal) =>
      calls(`delete ${resource.kind}`, () => client.delete(resource, name, how), signal),
    watch(resource, from, signal) {
      const { plural } = resource
      const open = () => client.watch(resource, from, signal)
      const history: History = {
        isForgotten: Number(from.resourceVersion ?? Number.POSITIVE_INFINITY) < (forgotten.get(plural) ?? 0),
        forget: (version) => forgotten.set(plural, version),
      }
      return lagging(options, dice.fork(`watch ${plural}`), open, history, signal)
    },
  }
}

type Calls = <T>(what: string, run: () => Promise<T>, signal?: AbortSignal) => Promise<T>

function createCalls({ clock, dice, callMs, callFault, isDown, die, onFault }: FaultyClientOptions): Calls {
  let count = 0
  const half = () => clock.sleep(dice.next() * callMs)
  return async (what, run, signal) => {
    signal?.throwIfAborted()
    count++
    const fault = callFault(count)
    if (fault !== undefined) onFault(`${fault} of call ${count}, ${what}`)
    await half()
    if (fault === 'slow') await clock.sleep(1_000 + dice.next() * 9_000)
    const before = isDown() ? refusedBy('outage', what) : fault && failureBefore(fault, what)
    if (fault === 'crash-before') await dead(die)
    if (fault === 'timeout-before') await clock.sleep(15_000)
    if (before !== undefined) throw before
    const answer = await run()
    if (fault === 'crash-after') await dead(die)
    if (fault === 'timeout-after') await clock.sleep(15_000)
    await half()
    if (fault === 'error-after' || fault === 'timeout-after') throw refusedBy(fault, what)
    return answer
  }
}

/** A call that never returns: its process is no more. */
function dead(die: () => void): Promise<never> {
  die()
  return new Promise(() => undefined)
}

/** Faults that strike before anything happens, and answer. */
const answersBefore: readonly CallFault[] = ['conflict', 'throttled', 'error-before', 'timeout-before']

function failureBefore(fault: CallFault, what: string) {
  const isRead = what.startsWith('get') || what.startsWith('list')
  if (!answersBefore.includes(fault) || (fault === 'conflict' && isRead)) return undefined
  return refusedBy(fault, what)
}

const refusals: Readonly<Record<CallFault | 'outage', readonly [number, string]>> = {
  conflict: [409, 'Conflict'],
  throttled: [429, 'TooManyRequests'],
  'error-before': [500, 'InternalError'],
  'error-after': [503, 'ServiceUnavailable'],
  'timeout-before': [504, 'Timeout'],
  'timeout-after': [504, 'Timeout'],
  outage: [503, 'ServiceUnavailable'],
  slow: [504, 'Timeout'],
  'crash-before': [503, 'ServiceUnavailable'],
  'crash-after': [503, 'ServiceUnavailable'],
}

function refusedBy(fault: CallFault | 'outage', what: string) {
  const [code, reason] = refusals[fault]
  return errorOfStatus(what, code, { reason, message: `simulated: ${fault}` })
}

/** What the server remembers of one kind. */
interface History {
  /** The watch would begin before what it remembers. */
  readonly isForgotten: boolean
  forget(before: number): void
}

const tooOld = () => errorOfStatus('watch', 410, { reason: 'Expired', message: 'simulated: too old resource version' })

/** Events in their order, each a little late; now and then one comes twice, the connection breaks, or it is too old to go on. */
async function* lagging(
  { clock, watchLagMs, watchFault, isDown, onFault }: FaultyClientOptions,
  dice: Dice,
  open: () => AsyncIterable<WatchEvent>,
  history: History,
  signal: AbortSignal,
): AsyncIterable<WatchEvent> {
  if (isDown()) throw refusedBy('outage', 'watch')
  if (history.isForgotten) throw tooOld()
  let count = 0
  let wokeMs = Number.NaN
  for await (const event of open()) {
    // what piled up meanwhile comes in one go: a lag does not add up
    if (clock.monotonicMs() !== wokeMs) await clock.sleep(dice.next() * watchLagMs, signal)
    wokeMs = clock.monotonicMs()
    if (isDown()) throw refusedBy('outage', 'watch')
    count++
    const fault = watchFault(count)
    if (fault !== undefined)
      onFault(`${fault} of a watch at event ${count}, ${event.object.kind} ${event.object.metadata.name}`)
    if (fault === 'drop')
      throw errorOfStatus('watch', 500, { reason: 'InternalError', message: 'simulated: the connection broke' })
    if (fault === 'expire') {
      history.forget(Number(event.object.metadata.resourceVersion ?? 0))
      throw tooOld()
    }
    if (fault === 'stall') await clock.sleep(5_000 + dice.next() * 25_000, signal)
    yield event
    if (fault === 'repeat') yield event
  }
}
