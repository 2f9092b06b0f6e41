import { isRecord, type JsonObject } from '../../api/json.ts'
import { child } from './correlate.ts'
import type { Schema } from './schema.ts'

type OnUnknown = (path: string) => void

/** Unknown fields out, nulls that are no values out, defaults in. The very same value where nothing is to do. */
export function completed(schema: Schema, value: unknown, onUnknown?: OnUnknown, at = ''): unknown {
  if (Array.isArray(value))
    return schema.items === undefined ? value : completedList(schema.items, value, onUnknown, at)
  return isRecord(value) ? completedFields(schema, value, onUnknown, at) : value
}

function completedList(items: Schema, list: readonly unknown[], onUnknown: OnUnknown | undefined, at: string): unknown {
  const next = list.map((item, index) => completed(items, item, onUnknown, `${at}[${index}]`))
  return next.some((item, index) => item !== list[index]) ? next : list
}

export function completedFields(schema: Schema, given: JsonObject, onUnknown?: OnUnknown, at = ''): JsonObject {
  const fields = withDefaults(schema, given)
  let changed: Record<string, unknown> | undefined
  for (const [name, value] of Object.entries(fields)) {
    const next = completedField(schema, name, value, onUnknown, at)
    if (next === value) continue
    changed ??= { ...fields }
    if (next === undefined) delete changed[name]
    else changed[name] = next
  }
  return changed ?? fields
}

/** Undefined: the field goes. */
function completedField(schema: Schema, name: string, value: unknown, onUnknown: OnUnknown | undefined, at: string) {
  const { properties, additional, preserves, isEmbedded } = schema
  if (isEmbedded && isMeta(name)) return value
  const field = properties.get(name) ?? additional
  if (field !== undefined) {
    return value === null && !field.nullable ? undefined : completed(field, value, onUnknown, child(at, name))
  }
  if (preserves) return value
  onUnknown?.(child(at, name))
  return undefined
}

const isMeta = (name: string): boolean => name === 'apiVersion' || name === 'kind' || name === 'metadata'

function withDefaults({ properties }: Schema, fields: JsonObject): JsonObject {
  let changed: Record<string, unknown> | undefined
  for (const [name, property] of properties) {
    const value = fields[name]
    const isMissing = value === undefined || (value === null && !property.nullable)
    if (!isMissing || property.default === undefined) continue
    changed ??= { ...fields }
    changed[name] = property.default
  }
  return changed ?? fields
}
