import { isRecord, type JsonObject } from '../../api/json.ts'

/** A field of its own, not one that every JavaScript object inherits: `constructor` is a fine name of a label. */
export const own = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined)

/** `next` with every part that is equal to the one in `old` being that very part, and `old` itself when nothing differs. */
export function share(old: unknown, next: unknown): unknown {
  if (old === next) return old
  if (Array.isArray(old) && Array.isArray(next)) return shareItems(old, next)
  if (isRecord(old) && isRecord(next)) return shareFields(old, next)
  return next
}

function shareItems(old: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const shared = next.map((item, index) => share(old[index], item))
  return shared.length === old.length && shared.every((item, index) => item === old[index]) ? old : shared
}

function shareFields(old: JsonObject, next: JsonObject): JsonObject {
  const shared: Record<string, unknown> = { ...next }
  let differs = Object.keys(old).length !== Object.keys(next).length
  for (const [key, value] of Object.entries(next)) {
    const part = share(own(old, key), value)
    if (part !== value) shared[key] = part
    if (!Object.hasOwn(old, key) || part !== old[key]) differs = true
  }
  return differs ? shared : old
}
