import {
  type AnalysisKind,
  type AnalysisUse,
  type Argument,
  analysisKinds,
  type BuiltInName,
  builtInNames,
} from './analysis.ts'
import { parseDuration } from './duration.ts'
import {
  complain,
  type Field,
  optional,
  readBoolean,
  readDuration,
  readNamed,
  readOneOf,
  readRecord,
  readText,
  refuseTwice,
} from './field.ts'
import {
  defaultAnalysisDeadline,
  labelPattern,
  maxAnalyses,
  maxArgumentLength,
  maxArguments,
  maxNameLength,
  namePattern,
} from './limits.ts'

/** What an inconclusive verdict may lead to at the deadline. */
export const deadlineChoices: readonly AnalysisUse['atDeadline'][] = ['pause', 'goOn', 'rollBack']

/** The analyses of a list; absent: none. A name may stand in it once. */
export function readUses(field: Field): readonly AnalysisUse[] {
  const range = { what: 'the analysis', min: 0, max: maxAnalyses }
  return optional(field, (given) => readNamed(given, range, readUse)) ?? []
}

/** One analysis as a Rollout uses it, with its defaults. */
export function readUse(field: Field): AnalysisUse | undefined {
  const pick = readRecord(field, { known: ['name', 'kind', 'args', 'deadline', 'atDeadline', 'advisory'] })
  if (pick === undefined) return undefined
  const name = readText(pick('name'), { pattern: namePattern, maxLength: maxNameLength, what: 'the name of an object' })
  const given = optional(pick('kind'), (kind) => readOneOf(kind, analysisKinds))
  const args = optional(pick('args'), readArguments) ?? []
  const deadlineMs = optional(pick('deadline'), (deadline) => readDuration(deadline, { minMs: 1 }))
  const atDeadline = optional(pick('atDeadline'), (choice) => readOneOf(choice, deadlineChoices)) ?? 'pause'
  const advisory = optional(pick('advisory'), readBoolean) ?? false
  const kind = name && kindOf(pick('kind'), name, given)
  if (name === undefined || !kind) return undefined
  const defaultMs = parseDuration(defaultAnalysisDeadline) ?? 0
  return { name, kind, args, deadlineMs: deadlineMs ?? defaultMs, atDeadline, advisory }
}

/** A run is known by the name of its analysis: a list may have it once. */
export function refuseNamesTwice(field: Field, uses: readonly AnalysisUse[]): void {
  refuseTwice(
    field,
    'the analysis',
    uses.map(({ name }) => name),
  )
}

/** One of Sluice's own analyses. */
export function isBuiltIn(name: string): name is BuiltInName {
  return builtInNames.some((builtIn) => builtIn === name)
}

function kindOf(field: Field, name: string, given: AnalysisKind | undefined): AnalysisKind | undefined {
  const kind = isBuiltIn(name) ? 'BuiltIn' : 'Analysis'
  if (given === undefined || given === kind) return kind
  if (kind === 'BuiltIn') return complain(field, `must be BuiltIn: ${name} comes with Sluice`)
  if (given === 'BuiltIn') return complain(field, `is BuiltIn, and ${name} is none of: ${builtInNames.join(', ')}`)
  return given
}

function readArguments(field: Field): readonly Argument[] | undefined {
  return readNamed(field, { what: 'the argument', min: 0, max: maxArguments }, readArgument)
}

function readArgument(field: Field): Argument | undefined {
  const pick = readRecord(field, { known: ['name', 'value'] })
  const name = pick && readArgumentName(pick('name'))
  const value = pick && readArgumentValue(pick('value'))
  return name === undefined || value === undefined ? undefined : { name, value }
}

/** What stands after `args.` in a query. */
export function readArgumentName(field: Field): string | undefined {
  return readText(field, { pattern: labelPattern, maxLength: 63, what: 'a name of letters, digits, - and _' })
}

/** It may be empty. A number must be quoted: YAML would not keep its digits. */
export function readArgumentValue(field: Field): string | undefined {
  return readText(field, {
    pattern: '',
    maxLength: maxArgumentLength,
    what: `text of at most ${maxArgumentLength} characters: put numbers into quotes`,
  })
}
