import { isRecord, sameJson } from '../../api/json.ts'
import type { Cel, CelVariables } from './cel.ts'
import { child, oldField, oldItem } from './correlate.ts'
import { invalid, type Problem, problem } from './problem.ts'
import type { Schema, SchemaRule } from './schema.ts'

/** Evaluates the rules of a schema on a value and all in it. Of what has not changed only rules of change are asked. */
export function ruleProblems(cel: Cel, schema: Schema, value: unknown, old: unknown, at: string): readonly Problem[] {
  if (!schema.hasRules || value === null || value === undefined) return []
  if (value === old && !schema.hasTransitions) return []
  const own = schema.rules.flatMap((rule) => failure(cel, schema, rule, value, old, at) ?? [])
  return [...own, ...innerProblems(cel, schema, value, old, at)]
}

function innerProblems(cel: Cel, schema: Schema, value: unknown, old: unknown, at: string): readonly Problem[] {
  const { items, properties, additional, listKeys } = schema
  if (Array.isArray(value)) {
    if (items === undefined || !items.hasRules) return []
    const found = value.flatMap((item, index) =>
      ruleProblems(cel, items, item, oldItem(schema, old, item), `${at}[${index}]`),
    )
    // Items without keys have nothing to be compared with: they have not changed when their list has not.
    return found.length > 0 && !Array.isArray(listKeys) && sameJson(value, old) ? [] : found
  }
  return Object.entries(isRecord(value) ? value : {}).flatMap(([name, held]) => {
    const property = properties.get(name) ?? additional
    return property === undefined ? [] : ruleProblems(cel, property, held, oldField(old, name), child(at, name))
  })
}

function failure(
  cel: Cel,
  { type }: Schema,
  rule: SchemaRule,
  value: unknown,
  old: unknown,
  at: string,
): Problem | undefined {
  const { program, isTransition, reason, fieldPath } = rule
  if (isTransition && old === undefined) return undefined
  const variables: CelVariables = { self: cel.toCel(value), ...(isTransition ? { oldSelf: cel.toCel(old) } : {}) }
  const answer = program.run(variables)
  if (answer.kind === 'error') return invalid(at, `${answer.message} evaluating rule: ${nameOf(rule)}`, type ?? '')
  if (answer.value === true || (!isTransition && old !== undefined && sameJson(value, old))) return undefined
  const field = at === '' ? fieldPath.replace(/^\./, '') : `${at}${fieldPath}`
  return because(reason, field, messageOf(rule, variables), isRecord(value) || Array.isArray(value) ? undefined : value)
}

const nameOf = ({ message, program }: SchemaRule): string => message ?? program.expression.trim()

function messageOf(rule: SchemaRule, variables: CelVariables): string {
  const answer = rule.messageProgram?.run(variables)
  const said = answer?.kind === 'value' && typeof answer.value === 'string' ? answer.value.trim() : ''
  if (said !== '' && !said.includes('\n')) return said
  return rule.message ?? `failed rule: ${rule.program.expression.trim()}`
}

/** `value` is what the API names of the offender: only what is neither an object nor a list. */
function because(reason: string | undefined, field: string, message: string, value: unknown): Problem {
  switch (reason ?? 'FieldValueInvalid') {
    case 'FieldValueForbidden':
      return problem(field, 'Forbidden', message)
    case 'FieldValueRequired':
      return problem(field, 'Required value', message)
    case 'FieldValueDuplicate':
      return problem(field, 'Duplicate value', '', value)
    default:
      return invalid(field, message, value)
  }
}
