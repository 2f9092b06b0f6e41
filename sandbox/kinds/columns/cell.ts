import { isRecord, type JsonObject, objectsOf, stringsOf, textOf } from '../../../api/json.ts'
import { describeSelector, labelSelectorOf } from '../../../rollout-controller/workload/selectors.ts'
import type { Column } from '../../server/kind.ts'

/** A column that is always shown. */
export const column = (name: string, cell: Column['cell'], type: Column['type'] = 'string'): Column => ({
  name,
  type,
  priority: 0,
  cell,
})

/** A column of `-o wide`. */
export const wide = (name: string, cell: Column['cell'], type: Column['type'] = 'string'): Column => ({
  ...column(name, cell, type),
  priority: 1,
})

export const nameColumn = column('Name', ({ metadata }) => metadata.name)
export const ageColumn = column('Age', ({ metadata }, nowMs) => since(metadata.creationTimestamp, nowMs))

/** What is at a path such as `spec.template.metadata`; undefined where it ends early. */
export function at(object: JsonObject, path: string): unknown {
  let value: unknown = object
  for (const key of path.split('.')) value = isRecord(value) ? value[key] : undefined
  return value
}

export const text = (object: JsonObject, path: string, otherwise = ''): string => textOf(at(object, path)) ?? otherwise
export const objects = (object: JsonObject, path: string): readonly JsonObject[] => objectsOf(at(object, path))
export const number = (object: JsonObject, path: string): number => {
  const value = at(object, path)
  return typeof value === 'number' ? value : 0
}

/** A text or a number as it is; nothing of what is neither. */
export const shownAs = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''

/** How long ago, as kubectl says it. */
export function since(timestamp: unknown, nowMs: number): string {
  const ms = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
  return Number.isNaN(ms) ? '<unknown>' : humanDuration(nowMs - ms)
}

/** The two largest units that matter: `10s`, `5m3s`, `3h`, `2d4h`; source: apimachinery's HumanDuration. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 120) return `${Math.max(0, seconds)}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (days < 8) return two(days, 'd', hours % 24, 'h')
  if (days < 365 * 2) return `${days}d`
  const years = Math.floor(days / 365)
  return days < 365 * 8 ? two(years, 'y', days % 365, 'd') : `${years}y`
}

const two = (large: number, unit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large}${unit}` : `${large}${unit}${small}${smallUnit}`

/** `app=web,tier=front`, sorted. */
export function labelsText(labels: unknown): string {
  const pairs = Object.entries(stringsOf(labels)).map(([key, value]) => `${key}=${value}`)
  return pairs.length === 0 ? '<none>' : pairs.toSorted().join(',')
}

export function selectorText(selector: unknown): string {
  if (selector === undefined) return '<none>'
  return describeSelector(labelSelectorOf(selector)) || '<none>'
}

/** The containers of a pod template and their images, for `-o wide`. */
export const containerColumns = (path: string): readonly Column[] =>
  ['name', 'image'].map((key) => {
    const cell = (object: JsonObject) =>
      objects(object, path)
        .map((container) => text(container, key))
        .join(',')
    return wide(key === 'name' ? 'Containers' : 'Images', cell)
  })

/** `a,b,c + 2 more...` */
export function atMost(most: number, list: readonly string[], separator = ','): string {
  const more = list.length - most
  return list.slice(0, most).join(separator) + (more > 0 ? ` + ${more} more...` : '')
}

/** A column of the text at a path. */
export const shown = (name: string, path: string, otherwise = ''): Column =>
  column(name, (object) => text(object, path, otherwise))
