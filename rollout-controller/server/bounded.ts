import * as names from '../../api/names.ts'

/** Turns any text into one of a fixed set of label values: what is not known is `other`. */
export type Bounded = (value: string) => string

export const other = 'other'

export function bounded(values: Iterable<string>): Bounded {
  const known = new Set(values)
  return (value) => (known.has(value) ? value : other)
}

/** Every kind that the controller asks the API server for: those of api/names.ts, and kube's own two. */
export const kinds: readonly string[] = [
  ...Object.values(names).flatMap((named) => (typeof named === 'object' ? named.kind : [])),
  'Event',
  'Lease',
].toSorted()

/** What an API server answers with; 0 stands for no answer. */
export const statuses = [
  0, 200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 429, 500, 501, 502, 503, 504,
] as const
