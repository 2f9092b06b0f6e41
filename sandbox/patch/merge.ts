import { isRecord, type JsonObject, objectOf } from '../../api/json.ts'
import { own, share } from './share.ts'

/**
 * RFC 7386, as the API server reads it: a null deletes the field it stands for, also within what a list brings anew.
 * `target` is not changed; what the patch leaves equal stays the same reference, up to the whole.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return share(target, withoutNulls(patch))
  const from = objectOf(target)
  let merged: Record<string, unknown> | undefined
  for (const [key, value] of Object.entries(patch)) {
    const before = own(from, key)
    const after = value === null ? undefined : mergePatch(before, value)
    if (after === before) continue
    merged ??= { ...from }
    if (after === undefined) delete merged[key]
    else merged[key] = after
  }
  return merged ?? from
}

/** Without the fields that are null, at any depth; a null in a list stays. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item))
  return isRecord(value) ? fieldsThatAre(value) : value
}

const fieldsThatAre = (value: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([key, field]) => [key, withoutNulls(field)]),
  )
