import { isRecord } from '../../api/json.ts'
import type { Schema } from './schema.ts'

/** The field of what was there before. */
export const oldField = (old: unknown, name: string): unknown => (isRecord(old) ? old[name] : undefined)

/** The item of the list before that has the same keys; items of other lists are nobody's successors. */
export function oldItem({ listKeys }: Schema, old: unknown, item: unknown): unknown {
  if (!Array.isArray(old) || listKeys === undefined || listKeys === 'set' || !isRecord(item)) return undefined
  return old.find((other: unknown) => isRecord(other) && listKeys.every((key) => other[key] === item[key]))
}

export const child = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`)
