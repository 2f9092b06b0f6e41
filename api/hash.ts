import { createHash } from 'node:crypto'
import { isRecord } from './json.ts'
import type { Step } from './rollout.ts'

/** JSON with sorted keys and no null or undefined fields: equal for values that the API server holds equal. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value)
    .filter(([, field]) => field !== null && field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`)
  return `{${fields.join(',')}}`
}

/**
 * The identity of a pod template: 10 hex digits. Only templates that the same server returned just now may be
 * compared by it, since a new server version may add defaults (see PodTemplate in `names.ts`).
 */
export function revisionOf(podTemplate: unknown): string {
  return digest(withoutBirthday(podTemplate))
}

/** Names one step as it was shown to whoever approves it. */
export function stepHashOf(step: Step): string {
  return digest(step)
}

/** Names a whole list of steps: another list is another attempt. */
export function stepsHashOf(steps: readonly Step[]): string {
  return digest(steps)
}

/** Names a value: 10 hex digits, the same for values that the API server holds equal. */
export function digest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 10)
}

/** Clients write `creationTimestamp: null` or leave it out, and it means nothing in a template. */
function withoutBirthday(template: unknown): unknown {
  if (!isRecord(template) || !isRecord(template.metadata)) return template
  const { creationTimestamp: _, ...metadata } = template.metadata
  return { ...template, metadata }
}
