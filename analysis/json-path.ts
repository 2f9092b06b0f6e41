import { JSONPath } from 'jsonpath-plus'

/** One thing that a path leads to. */
export interface Found {
  /** Where it is, such as `$['items'][0]`. */
  readonly place: string
  readonly value: unknown
}

const longest = 256
const name = /\.[\p{L}_][\p{L}\p{N}_-]*/u
const quoted = /\[(?:'[\p{L}\p{N}_ .:/-]+'|"[\p{L}\p{N}_ .:/-]+")\]/u
const each = /\.\*|\[\*\]/u
const index = /\[\d+\]|\[-?\d*:-?\d*\]/u
const segment = [name, quoted, each, index].map(({ source }) => source).join('|')
const grammar = new RegExp(`^\\$(?:${segment})*(?:\\.(?:${name.source})(?:${segment})*)?$`, 'u')

/**
 * What is wrong with a path; undefined when it can be followed. Names, indices, slices, `*` and one `..`: no filters and
 * scripts, which would run a user's code in the controller, and no unions, with which a short path takes for ever.
 */
export function pathProblem(path: string): string | undefined {
  if (path.trim() === '') return 'is empty'
  if (path.length > longest) return `is longer than ${longest} characters`
  if (!path.startsWith('$')) return 'is not a JSONPath: it must start with $'
  return grammar.test(path)
    ? undefined
    : 'is not a JSONPath of the kind that is allowed here: names, indices, slices, * and one .., without filters'
}

/** What a path leads to; `many` when that is more than `most`, `bad` for a path that cannot be followed. */
export function follow(path: string, json: unknown, most: number): readonly Found[] | 'many' | 'bad' {
  if (pathProblem(path) !== undefined) return 'bad'
  const found: Found[] = []
  try {
    // below a root of ours: the library takes a value such as 0 or false for nothing at all
    JSONPath({
      path: `$['root']${path.slice(1)}`,
      json: { root: json },
      eval: false,
      resultType: 'all',
      callback: (_value: unknown, _type: unknown, { path: place, value }: { path: string; value: unknown }) => {
        found.push({ place: place.replace("['root']", ''), value })
        if (found.length > most) throw new TooMany()
      },
    })
  } catch (error) {
    return error instanceof TooMany ? 'many' : 'bad'
  }
  return found
}

/** Ends a search that finds more than anybody wants. */
class TooMany extends Error {
  override readonly name = 'TooMany'
}
