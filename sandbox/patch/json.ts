import jsonpatch, { type Operation } from 'fast-json-patch'
import { isRecord, type JsonObject } from '../../api/json.ts'
import { badRequest, Refusal } from '../server/refusal.ts'
import { own, share } from './share.ts'

/**
 * RFC 6902 in the API server's dialect: to replace a field that is not there is to add it, to copy it is to copy null,
 * and it passes a test for null. `target` is not changed. What is no list of operations is refused with 400; an operation
 * that does not apply, an unknown one among them, with 422.
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch) || !patch.every((step) => isRecord(step))) {
    throw badRequest('json: cannot unmarshal into a list of JSON patch operations')
  }
  return share(target, patch.reduce<unknown>(applied, target))
}

function applied(target: unknown, step: JsonObject): unknown {
  const { op, path, from, value } = step
  if (op !== 'move' && op !== 'copy') return appliedAt(target, keysOf(path), op, value)
  const keys = keysOf(from)
  const moved = valueAt(target, keys)
  if (moved === undefined && Array.isArray(valueAt(target, keys.slice(0, -1)))) throw unprocessable()
  const left = op === 'move' ? appliedAt(target, keys, 'remove', undefined) : target
  return appliedAt(left, keysOf(path), 'add', moved ?? null)
}

function appliedAt(target: unknown, keys: readonly string[], op: unknown, value: unknown): unknown {
  const isNew = isRecord(valueAt(target, keys.slice(0, -1))) && valueAt(target, keys) === undefined
  if (isNew && op === 'test' && value === null) return target
  const path = keys.map((key) => `/${jsonpatch.escapePathComponent(key)}`).join('')
  return inPlace(copiedAlong(target, keys), { op: isNew && op === 'replace' ? 'add' : op, path, value } as Operation)
}

/** The library works in place, on what was copied for it; it finds out whether this is an operation at all. */
function inPlace(open: unknown, operation: Operation): unknown {
  try {
    return jsonpatch.applyOperation(open, operation, true).newDocument
  } catch {
    throw unprocessable()
  }
}

/** With copies of all that lies on the way: what the library may write to. */
function copiedAlong(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (String(index) === key ? copiedAlong(item, rest) : item))
  }
  if (!isRecord(value)) throw unprocessable()
  return Object.hasOwn(value, key) ? { ...value, [key]: copiedAlong(value[key], rest) } : { ...value }
}

/** Undefined for a field that is not there, and for the place behind a list. */
function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value
  if (isRecord(value)) return valueAt(own(value, key), rest)
  if (!Array.isArray(value) || !isIndex(key, value.length)) throw unprocessable()
  return valueAt(value[Number(key)], rest)
}

const isIndex = (key: string, length: number): boolean =>
  key === '-' || (/^(0|[1-9]\d*)$/.test(key) && Number(key) <= length)

/** RFC 6901. */
function keysOf(pointer: unknown): readonly string[] {
  const [first, ...keys] = typeof pointer === 'string' ? pointer.split('/') : ['none']
  if (first !== '' || keys.length === 0) throw unprocessable()
  return keys.map((key) => jsonpatch.unescapePathComponent(key))
}

/** The server says no more than this, whatever was wrong. */
const unprocessable = (): Refusal =>
  new Refusal(422, 'Invalid', 'the server rejected our request due to an error in our request')
