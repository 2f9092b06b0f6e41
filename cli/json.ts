import { isRecord } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'

type Key = string | number

/** What lies at a path of a JSON value; undefined when the path leads nowhere. */
export function at(value: unknown, ...path: readonly Key[]): unknown {
  return path.reduce<unknown>((here, key) => {
    if (Array.isArray(here)) return typeof key === 'number' ? here[key] : undefined
    return isRecord(here) ? here[key] : undefined
  }, value)
}

export function textAt(value: unknown, ...path: readonly Key[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}

export function numberAt(value: unknown, ...path: readonly Key[]): number | undefined {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}

export function listAt(value: unknown, ...path: readonly Key[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** Text values of a map, such as labels. */
export function textsAt(value: unknown, ...path: readonly Key[]): Readonly<Record<string, string>> {
  const found = at(value, ...path)
  if (!isRecord(found)) return {}
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** True when every label that the selector wants is there. An empty selector matches nothing here: Services without one select no pods. */
export function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

export const labelsOf = (object: KubeObject): Readonly<Record<string, string>> => object.metadata.labels ?? {}
export const annotationsOf = (object: KubeObject): Readonly<Record<string, string>> => object.metadata.annotations ?? {}
