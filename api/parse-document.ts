import { complain, type Field, type FieldProblem, optional, type Read, readOneOf } from './field.ts'
import { isRecord } from './json.ts'
import { apiVersion } from './names.ts'

export type Parsed<T> =
  | { readonly kind: 'ok'; readonly spec: T }
  | { readonly kind: 'problems'; readonly problems: readonly FieldProblem[] }

export interface DocumentRules<T> {
  readonly kinds: readonly string[]
  readonly readName: Read<string>
  readonly readSpec: Read<T>
}

/**
 * Reads what a user wrote as an object of ours, from a file or from the server. It never throws: whatever is wrong comes
 * back as a list, every problem with the path of its field.
 */
export function parseDocument<T>(raw: unknown, rules: DocumentRules<T>): Parsed<T> {
  const problems: FieldProblem[] = []
  const report: Field['report'] = (problem) => problems.push(problem)
  const spec = readDocument({ path: '', value: raw, report }, rules)
  return spec === undefined || problems.length > 0 ? { kind: 'problems', problems } : { kind: 'ok', spec }
}

function readDocument<T>(root: Field, { kinds, readName, readSpec }: DocumentRules<T>): T | undefined {
  const { value } = root
  if (!isRecord(value)) return complain({ ...root, path: 'spec' }, 'must be an object')
  const at = (path: string, value: unknown): Field => ({ path, value, report: root.report })
  optional(at('apiVersion', value.apiVersion), (field) => readOneOf(field, [apiVersion]))
  optional(at('kind', value.kind), (field) => readOneOf(field, kinds))
  if (isRecord(value.metadata)) optional(at('metadata.name', value.metadata.name), readName)
  return readSpec(at('spec', value.spec))
}
