import type { AnalysisParameter, AnalysisSpec, Metric } from './analysis.ts'
import { parseDuration } from './duration.ts'
import { complain, type Field, optional, readDuration, readNamed, readRecord, readText } from './field.ts'
import {
  labelPattern,
  maxArguments,
  maxMetrics,
  maxNameLength,
  metricDefaults,
  namePattern,
  shortestInterval,
} from './limits.ts'
import { conditionKinds, readCondition } from './parse-condition.ts'
import { type Parsed, parseDocument } from './parse-document.ts'
import { readSource, sourceKinds } from './parse-source.ts'
import { isBuiltIn, readArgumentName, readArgumentValue } from './parse-use.ts'

export type ParsedAnalysis = Parsed<AnalysisSpec>

/** Reads an Analysis or a ClusterAnalysis, with every default filled in; see `parseDocument`. */
export function parseAnalysis(raw: unknown): ParsedAnalysis {
  return parseDocument(raw, { kinds: ['Analysis', 'ClusterAnalysis'], readName: readAnalysisName, readSpec })
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
  return readNamed(field, { what: 'the parameter', min: 0, max: maxArguments }, readParameter)
}

function readParameter(field: Field): AnalysisParameter | undefined {
  const pick = readRecord(field, { known: ['name', 'value'] })
  if (pick === undefined) return undefined
  const name = readArgumentName(pick('name'))
  const value = optional(pick('value'), readArgumentValue)
  return name === undefined ? undefined : { name, ...(value === undefined ? {} : { value }) }
}

function readMetrics(field: Field): readonly Metric[] | undefined {
  return readNamed(field, { what: 'the metric', min: 1, max: maxMetrics }, readMetric)
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
