import type { AnalysisParameter, AnalysisSpec, Metric } from './analysis.ts'
import { parseDuration } from './duration.ts'
import {
  complain,
  type Field,
  type FieldProblem,
  optional,
  readDuration,
  readList,
  readOneOf,
  readRecord,
  readText,
  refuseTwice,
} from './field.ts'
import { isRecord } from './json.ts'
import {
  labelPattern,
  maxArguments,
  maxMetrics,
  maxNameLength,
  metricDefaults,
  namePattern,
  shortestInterval,
} from './limits.ts'
import { apiVersion } from './names.ts'
import { conditionKinds, readCondition } from './parse-condition.ts'
import { readSource, sourceKinds } from './parse-source.ts'
import { isBuiltIn, readArgumentName, readArgumentValue } from './parse-use.ts'

export type ParsedAnalysis =
  | { readonly kind: 'ok'; readonly spec: AnalysisSpec }
  | { readonly kind: 'problems'; readonly problems: readonly FieldProblem[] }

/**
 * Reads what a user wrote as an Analysis or a ClusterAnalysis, with every default filled in. It never throws: whatever
 * is wrong comes back as a list, every problem with the path of its field.
 */
export function parseAnalysis(raw: unknown): ParsedAnalysis {
  const problems: FieldProblem[] = []
  const root: Field = { path: '', value: raw, report: (problem) => problems.push(problem) }
  const spec = readAnalysis(root)
  return spec === undefined || problems.length > 0 ? { kind: 'problems', problems } : { kind: 'ok', spec }
}

function readAnalysis(root: Field): AnalysisSpec | undefined {
  const { value } = root
  if (!isRecord(value)) return complain({ ...root, path: 'spec' }, 'must be an object')
  const at = (path: string, value: unknown): Field => ({ path, value, report: root.report })
  optional(at('apiVersion', value.apiVersion), (field) => readOneOf(field, [apiVersion]))
  optional(at('kind', value.kind), (field) => readOneOf(field, ['Analysis', 'ClusterAnalysis']))
  if (isRecord(value.metadata)) optional(at('metadata.name', value.metadata.name), readAnalysisName)
  return readSpec(at('spec', value.spec))
}

function readAnalysisName(field: Field): string | undefined {
  const name = readText(field, { pattern: namePattern, maxLength: maxNameLength, what: 'the name of an object' })
  return name !== undefined && isBuiltIn(name) ? complain(field, 'is the name of one that comes with Sluice') : name
}

function readSpec(field: Field): AnalysisSpec | undefined {
  const pick = readRecord(field, { known: ['args', 'metrics'] })
  if (pick === undefined) return undefined
  const args = optional(pick('args'), readParameters) ?? []
  const metrics = readMetrics(pick('metrics'))
  return metrics && { args, metrics }
}

function readParameters(field: Field): readonly AnalysisParameter[] | undefined {
  const args = readList(field, { min: 0, max: maxArguments })?.flatMap((item) => readParameter(item) ?? [])
  const names = args?.map(({ name }) => name) ?? []
  refuseTwice(field, 'the parameter', names)
  return args
}

function readParameter(field: Field): AnalysisParameter | undefined {
  const pick = readRecord(field, { known: ['name', 'value'] })
  if (pick === undefined) return undefined
  const name = readArgumentName(pick('name'))
  const value = optional(pick('value'), readArgumentValue)
  return name === undefined ? undefined : { name, ...(value === undefined ? {} : { value }) }
}

function readMetrics(field: Field): readonly Metric[] | undefined {
  const metrics = readList(field, { min: 1, max: maxMetrics })?.flatMap((item) => readMetric(item) ?? [])
  const names = metrics?.map(({ name }) => name) ?? []
  refuseTwice(field, 'the metric', names)
  return metrics
}

const timeFields = ['interval', 'warmUp', 'patience'] as const

function readMetric(field: Field): Metric | undefined {
  const pick = readRecord(field, { known: ['name', ...timeFields, ...sourceKinds, ...conditionKinds] })
  if (pick === undefined) return undefined
  const what = 'a name of letters, digits, - and _'
  const name = readText(pick('name'), { pattern: labelPattern, maxLength: 63, what })
  const [intervalMs, warmUpMs, patienceMs] = timeFields.map((time) => readTime(pick(time), time))
  const source = readSource(field, pick)
  const condition = readCondition(field, pick)
  if (condition?.kind === 'evidence' && source?.kind === 'prometheus' && source.range !== undefined)
    complain({ ...field, path: `${field.path}.prometheus.range` }, 'is not for evidence, which counts at one moment')
  if (name === undefined || source === undefined || condition === undefined) return undefined
  if (intervalMs === undefined || warmUpMs === undefined || patienceMs === undefined) return undefined
  return { name, intervalMs, warmUpMs, patienceMs, source, condition }
}

function readTime(field: Field, time: (typeof timeFields)[number]): number | undefined {
  const minMs = time === 'interval' ? (parseDuration(shortestInterval) ?? 0) : 0
  const ms = optional(field, (given) => readDuration(given, { minMs }))
  return ms ?? parseDuration(metricDefaults[time])
}
