import type { Auth, DefaultPrometheus, Header } from './analysis.ts'
import type { Field, FieldProblem, Read } from './field.ts'
import { readAuth, readHeader } from './parse-source.ts'

/** `why`: in words that follow what was written. */
export type ReadText<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'problem'; readonly why: string }

/** The arguments of `sluice controller` that name a Prometheus. */
export function prometheusArgs({ address, headers, auth }: DefaultPrometheus): readonly string[] {
  return [
    `--prometheus=${address}`,
    ...headers.map(({ name, value }) => `--prometheus-header=${name}=${value}`),
    ...(auth === undefined ? [] : [`--prometheus-auth=${auth.type}:${auth.secret}`]),
  ]
}

/** Reads NAME=VALUE, with the bounds of a metric's own headers. */
export function readHeaderText(text: string): ReadText<Header> {
  const parts = parted(text, '=')
  if (parts === undefined) return { kind: 'problem', why: 'write it as NAME=VALUE, such as X-Scope-OrgID=shop' }
  return readParts(readHeader, { name: parts[0], value: parts[1] })
}

/** Reads TYPE:SECRET. */
export function readAuthText(text: string): ReadText<Auth> {
  const parts = parted(text, ':')
  if (parts === undefined) return { kind: 'problem', why: 'write it as TYPE:SECRET, such as bearer:mimir' }
  return readParts(readAuth, { type: parts[0], secret: parts[1] })
}

function parted(text: string, by: string): readonly [string, string] | undefined {
  const at = text.indexOf(by)
  return at < 1 ? undefined : [text.slice(0, at), text.slice(at + 1)]
}

function readParts<T>(read: Read<T>, parts: Readonly<Record<string, string>>): ReadText<T> {
  const problems: FieldProblem[] = []
  const field: Field = { path: '', value: parts, report: (problem) => problems.push(problem) }
  const value = read(field)
  if (value !== undefined && problems.length === 0) return { kind: 'ok', value }
  return { kind: 'problem', why: problems.map(({ path, message }) => `its ${path} ${message}`).join('; ') }
}
