import { applyPatch, type Operation } from 'rfc6902'
import { isRecord } from '../../api/json.ts'
import { badRequest, Refusal } from '../server/refusal.ts'
import { own, share } from './share.ts'

/**
 * RFC 6902 in the API server's dialect: to replace a field that is not there is to add it, and a field that is not there
 * passes a test for null. `target` is not changed. What is no list of operations is refused with 400; an operation that
 * does not apply, an unknown one among them, with 422.
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch) || !patch.every((step) => isRecord(step))) {
    throw badRequest('json: cannot unmarshal into a list of JSON patch operations')
  }
  return share(target, patch.reduce<unknown>(applied, target))
}

function applied(target: unknown, step: unknown): unknown {
  if (!isOperation(step)) throw unprocessable()
  const keys = keysOf(step.path)
  const open = copiedAlong('from' in step ? copiedAlong(target, keysOf(step.from)) : target, keys)
  const [error] = applyPatch(open, [inDialect(open, keys, step)])
  if (error != null) throw unprocessable()
  return open
}

const isOperation = (step: unknown): step is Operation =>
  isRecord(step) &&
  typeof step['path'] === 'string' &&
  (typeof step['from'] === 'string' || !moves.includes(step['op']))

const moves: readonly unknown[] = ['move', 'copy']

/** The library works in place: it gets copies of all that lies on the way of its pointers, and shares the rest. */
function copiedAlong(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value
  if (Array.isArray(value)) {
    if (!isIndex(key, value.length)) throw unprocessable()
    return value.map((item: unknown, index) => (String(index) === key ? copiedAlong(item, rest) : item))
  }
  if (!isRecord(value)) throw unprocessable()
  return Object.hasOwn(value, key) ? { ...value, [key]: copiedAlong(value[key], rest) } : { ...value }
}

const isIndex = (key: string, length: number): boolean =>
  key === '-' || (/^(0|[1-9]\d*)$/.test(key) && Number(key) <= length)

function inDialect(target: unknown, keys: readonly string[], step: Operation): Operation {
  const isNewField = isRecord(valueAt(target, keys.slice(0, -1))) && valueAt(target, keys) === undefined
  if (isNewField && step.op === 'test' && step.value === null) return { op: 'test', path: '', value: target }
  return isNewField && step.op === 'replace' ? { ...step, op: 'add' } : step
}

function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value
  if (Array.isArray(value)) return valueAt(value[Number(key)], rest)
  return isRecord(value) ? valueAt(own(value, key), rest) : undefined
}

/** RFC 6901. The library does not find its way through these names, which no field of Kubernetes has. */
function keysOf(pointer: string): readonly string[] {
  const [first, ...keys] = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (first !== '' || keys.some((key) => ['__proto__', 'constructor', 'prototype'].includes(key))) throw unprocessable()
  return keys
}

/** The server says no more than this, whatever was wrong. */
const unprocessable = (): Refusal =>
  new Refusal(422, 'Invalid', 'the server rejected our request due to an error in our request')
