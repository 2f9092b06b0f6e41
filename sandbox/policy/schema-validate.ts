import { isRecord, type JsonObject, pick, sameJson } from '../../api/json.ts'
import { child, oldField, oldItem } from './correlate.ts'
import { type Problem, problem, wrongType } from './problem.ts'
import type { Schema, SchemaType } from './schema.ts'

/**
 * What a value lacks by its schema, rules aside. What was there before and has not changed is let be, however wrong it
 * is by now: so a schema can become stricter.
 */
export function schemaProblems(schema: Schema, value: unknown, old: unknown, at: string): readonly Problem[] {
  if (value === old || (value === null && schema.nullable)) return []
  const found = problemsIn(schema, value, old, at)
  return found.length > 0 && old !== undefined && sameJson(value, old) ? [] : found
}

function problemsIn(schema: Schema, value: unknown, old: unknown, at: string): readonly Problem[] {
  const wanted = schema.isIntOrString ? 'integer,string' : schema.type
  if (wanted !== undefined && !isOfType(schema, value)) return [wrongType(at, wanted, value)]
  const problems = schema.checks.flatMap((check) => check(value, at) ?? [])
  if (Array.isArray(value)) return [...problems, ...listProblems(schema, value, old, at)]
  return isRecord(value) ? [...problems, ...fieldProblems(schema, value, old, at)] : problems
}

const predicates: Readonly<Record<SchemaType, (value: unknown) => boolean>> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
}

function isOfType({ type, isIntOrString }: Schema, value: unknown): boolean {
  if (isIntOrString) return typeof value === 'string' || Number.isInteger(value)
  return type === undefined || predicates[type](value)
}

function fieldProblems(schema: Schema, value: JsonObject, old: unknown, at: string): readonly Problem[] {
  const { properties, required, additional } = schema
  const problems: Problem[] = []
  for (const name of required)
    if (value[name] === undefined) problems.push(problem(child(at, name), 'Required value', ''))
  for (const [name, held] of Object.entries(value)) {
    const property = properties.get(name) ?? additional
    if (property === undefined || held === undefined) continue
    problems.push(...schemaProblems(property, held, oldField(old, name), child(at, name)))
  }
  return problems
}

function listProblems(schema: Schema, list: readonly unknown[], old: unknown, at: string): readonly Problem[] {
  const { items } = schema
  const inItems =
    items === undefined
      ? []
      : list.flatMap((item, index) => schemaProblems(items, item, oldItem(schema, old, item), `${at}[${index}]`))
  return [...inItems, ...duplicates(schema, list, at)]
}

/** In a set, items that are there twice; in a map, items with the same keys. */
function duplicates({ listKeys }: Schema, list: readonly unknown[], at: string): readonly Problem[] {
  if (listKeys === undefined) return []
  const identity = (item: unknown) => (listKeys === 'set' || !isRecord(item) ? item : pick(item, listKeys))
  const seen: unknown[] = []
  return list.flatMap((item, index) => {
    const one = identity(item)
    const isAgain = seen.some((other) => sameJson(other, one))
    seen.push(one)
    return isAgain ? [problem(`${at}[${index}]`, 'Duplicate value', '', one)] : []
  })
}
