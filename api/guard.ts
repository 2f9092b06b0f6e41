import { isRecord } from './json.ts'

/** Tells whether a value is a T, in every field that Sluice reads. Fields it does not know are let be. */
export type Guard<T> = (value: unknown) => value is T

/** A field that may be missing. */
export interface OptionalGuard<T> {
  readonly optional: Guard<T>
}

/** One guard for every field of T: a field added to the type must be added here, or it does not compile. */
export type Shape<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? OptionalGuard<Exclude<T[K], undefined>>
    : Guard<T[K]>
}

export const isText: Guard<string> = (value) => typeof value === 'string'
export const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean'
export const isCount: Guard<number> = (value): value is number => Number.isInteger(value) && Number(value) >= 0
/** A number that can be reckoned with. */
export const isNumber: Guard<number> = (value): value is number => Number.isFinite(value)
/** Text by name. */
export const isTexts: Guard<Readonly<Record<string, string>>> = (value): value is Readonly<Record<string, string>> =>
  isRecord(value) && Object.values(value).every(isText)
/** A time that can be reckoned with. */
export const isTime: Guard<string> = (value): value is string =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value))

export function isOneOf<T extends string>(...options: readonly T[]): Guard<T> {
  return (value): value is T => options.some((option) => option === value)
}

export function isListOf<T>(isItem: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every((item) => isItem(item))
}

export function optionally<T>(optional: Guard<T>): OptionalGuard<T> {
  return { optional }
}

export function isShaped<T extends object>(shape: Shape<T>): Guard<T> {
  const fields = Object.entries<Guard<unknown> | OptionalGuard<unknown>>(shape)
  return (value): value is T => isRecord(value) && fields.every(([key, guard]) => passes(value[key], guard))
}

function passes(value: unknown, guard: Guard<unknown> | OptionalGuard<unknown>): boolean {
  if (typeof guard === 'function') return guard(value)
  return value === undefined || guard.optional(value)
}
