import type { JsonObject } from '../../api/json.ts'

/** All fields but the named ones. */
export const without = (object: JsonObject, fields: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !fields.includes(key)))
