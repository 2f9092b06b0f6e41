import { isRecord } from '../api/json.ts'
import { KubeError } from './errors.ts'
import { isKubeObject } from './json.ts'
import { errorOfStatus } from './status.ts'
import { type Call, explain } from './transport.ts'
import type { WatchEvent } from './types.ts'

/** Longest event that is read; the API server's own limit for an object is 3 MB on the wire. */
const LONGEST_LINE = 16 * 1024 * 1024

/** Watch events from a response body. Ends on a clean close; throws on a reset, half a line, garbage and ERROR events. */
export async function* readEvents(
  call: Call,
  body: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  try {
    for await (const line of readLines(call, body)) if (line !== '') yield parseEvent(call, line)
  } catch (error) {
    throw explain(call, error, signal)
  }
}

/** Whole lines only: what follows the last newline is a torn event. */
async function* readLines(call: Call, body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder() // a multi-byte character may be cut by a chunk
  let parts: string[] = []
  let held = 0
  for await (const chunk of body) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n')
    const rest = pieces.pop() ?? ''
    for (const piece of pieces) {
      yield parts.join('') + piece
      parts = []
      held = 0
    }
    parts.push(rest)
    held += rest.length
    if (held > LONGEST_LINE) throw garbage(call, 'an event without an end')
  }
  if (parts.join('').trim() !== '') throw garbage(call, 'the watch ended in the middle of an event')
}

function parseEvent(call: Call, line: string): WatchEvent {
  const event = parseLine(call, line)
  const { type, object } = event
  if (type === 'ERROR') throw errorEvent(call, object)
  if (!isEventType(type) || !isKubeObject(object)) throw garbage(call, 'an event of unknown shape')
  return { type, object }
}

function parseLine(call: Call, line: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(line)
    if (isRecord(parsed)) return parsed
  } catch {
    // reported below, without the text: it may hold anything
  }
  throw garbage(call, 'an event that is not JSON')
}

function errorEvent(call: Call, status: unknown): KubeError {
  if (!isRecord(status)) return garbage(call, 'an error of unknown shape')
  return errorOfStatus(call.attempt, typeof status.code === 'number' ? status.code : 500, status)
}

function isEventType(type: unknown): type is WatchEvent['type'] {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK'
}

function garbage(call: Call, what: string): KubeError {
  return new KubeError('unavailable', `cannot ${call.attempt}: ${what}`, { reason: 'Garbage' })
}
