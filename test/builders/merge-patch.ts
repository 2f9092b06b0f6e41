import type { JsonPatchOp } from '../../kube/types.ts'

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else if (value !== undefined) merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

/** RFC 6902, as far as objects go: add and replace. */
export function jsonPatch(target: unknown, ops: readonly JsonPatchOp[]): unknown {
  return ops.reduce(applyOp, target)
}

function applyOp(target: unknown, op: JsonPatchOp): unknown {
  if (op.op !== 'add' && op.op !== 'replace') throw new Error(`the fake does not know the operation ${op.op}`)
  const keys = op.path.split('/').slice(1)
  return setAt(target, keys.map(unescaped), op.value)
}

const unescaped = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~')

function setAt(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  const parent = isObject(target) ? target : {}
  return { ...parent, [key]: setAt(parent[key], rest, value) }
}
