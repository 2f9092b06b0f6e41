import type { CompareCondition, EvidenceCondition, MetricCondition, Sides, ThresholdCondition } from './analysis.ts'
import {
  complain,
  type Field,
  isAbsent,
  optional,
  type Pick,
  readBoolean,
  readInteger,
  readKind,
  readLine,
  readNumber,
  readOneOf,
  readRecord,
  readText,
} from './field.ts'
import {
  compareDefaults,
  conditionDefaults,
  evidenceDefaults,
  maxConditionLength,
  maxCount,
  maxMargin,
  maxMinimumSample,
  maxQueryLength,
  maxRatio,
  relativePattern,
} from './limits.ts'

export const conditionKinds = ['threshold', 'compare', 'evidence'] as const

export const vectorChoices = ['all', 'any'] as const
export const noDataChoices = ['inconclusive', 'fail'] as const
export const betterChoices = ['higher', 'lower'] as const

/** What a metric's answers are held against: one field of the metric, named as the kind. */
export function readCondition(metric: Field, pick: Pick): MetricCondition | undefined {
  const kind = readKind(metric, pick, conditionKinds)
  return kind && readConditionOf[kind](pick(kind))
}

const readConditionOf: Readonly<
  Record<(typeof conditionKinds)[number], (field: Field) => MetricCondition | undefined>
> = { threshold: readThreshold, compare: readCompare, evidence: readEvidence }

const countFields = ['count', 'failureLimit', 'consecutiveErrorLimit'] as const

function readThreshold(field: Field): ThresholdCondition | undefined {
  const pick = readRecord(field, { known: ['query', 'pass', 'fail', 'over', 'noData', ...countFields] })
  if (pick === undefined) return undefined
  const query = readQuery(pick('query'))
  const pass = readLine(pick('pass'), maxConditionLength)
  const fail = optional(pick('fail'), (given) => readLine(given, maxConditionLength))
  const over = optional(pick('over'), (given) => readOneOf(given, vectorChoices)) ?? 'all'
  const noData = optional(pick('noData'), (given) => readOneOf(given, noDataChoices)) ?? 'inconclusive'
  const counts = readCounts(pick)
  if (query === undefined || pass === undefined) return undefined
  return { kind: 'threshold', query, pass, ...(fail && { fail }), over, noData, ...counts }
}

type Counts = Omit<ThresholdCondition, 'kind' | 'query' | 'pass' | 'fail' | 'over' | 'noData'>

function readCounts(pick: Pick): Counts {
  const count = optional(pick('count'), (given) => readInteger(given, { min: 1, max: maxCount }))
  const upTo = { min: 0, max: maxCount }
  const failureLimit = optional(pick('failureLimit'), (given) => readInteger(given, upTo))
  const consecutiveErrorLimit = optional(pick('consecutiveErrorLimit'), (given) => readInteger(given, upTo))
  return {
    count: count ?? conditionDefaults.count,
    failureLimit: failureLimit ?? conditionDefaults.failureLimit,
    ...(consecutiveErrorLimit === undefined ? {} : { consecutiveErrorLimit }),
  }
}

function readCompare(field: Field): CompareCondition | undefined {
  const known = ['canary', 'stable', 'better', 'margin', 'minimumSample', ...countFields]
  const pick = readRecord(field, { known })
  if (pick === undefined) return undefined
  const sides = readSides(pick)
  const better = readOneOf(pick('better'), betterChoices)
  const margin = readMargin(pick('margin'))
  const minimumSample = optional(pick('minimumSample'), readMinimumSample)
  const counts = readCounts(pick)
  if (sides === undefined || better === undefined || margin === undefined) return undefined
  return { kind: 'compare', ...sides, better, margin, ...(minimumSample && { minimumSample }), ...counts }
}

function readMargin(field: Field): CompareCondition['margin'] | undefined {
  if (isAbsent(field)) return { absolute: 0, relativePercent: Number.parseFloat(compareDefaults.relative) }
  const pick = readRecord(field, { known: ['absolute', 'relative'] })
  if (pick === undefined) return undefined
  if (isAbsent(pick('absolute')) && isAbsent(pick('relative'))) complain(field, 'must have absolute, relative or both')
  const absolute = optional(pick('absolute'), (given) => readNumber(given, { min: 0, max: maxMargin }))
  const relative = optional(pick('relative'), readRelative)
  return { absolute: absolute ?? 0, relativePercent: relative ?? 0 }
}

function readRelative(field: Field): number | undefined {
  const text = readText(field, { pattern: relativePattern, maxLength: 16, what: 'a share such as "10%"' })
  return text === undefined ? undefined : Number.parseFloat(text)
}

function readMinimumSample(field: Field): CompareCondition['minimumSample'] {
  const pick = readRecord(field, { known: ['canary', 'stable', 'count'] })
  const sides = pick && readSides(pick)
  const count = pick && readInteger(pick('count'), { min: 1, max: maxMinimumSample })
  return sides === undefined || count === undefined ? undefined : { ...sides, count }
}

function readEvidence(field: Field): EvidenceCondition | undefined {
  const pick = readRecord(field, { known: ['requests', 'errors', 'good', 'ratio', 'margin', 'passEarly'] })
  if (pick === undefined) return undefined
  const requests = readSidesAt(pick('requests'))
  const counts = readKind(field, pick, ['errors', 'good'] as const)
  const queries = counts && readSidesAt(pick(counts))
  const ratio = optional(pick('ratio'), (given) => readNumber(given, { min: 1, max: maxRatio }))
  const margin = optional(pick('margin'), (given) => readNumber(given, { min: 0, max: 100 }))
  const passEarly = optional(pick('passEarly'), readBoolean)
  if (requests === undefined || counts === undefined || queries === undefined) return undefined
  return {
    kind: 'evidence',
    requests,
    bad: { counts, queries },
    ratio: ratio ?? evidenceDefaults.ratio,
    marginPoints: margin ?? evidenceDefaults.margin,
    passEarly: passEarly ?? evidenceDefaults.passEarly,
  }
}

function readSidesAt(field: Field): Sides | undefined {
  const pick = readRecord(field, { known: ['canary', 'stable'] })
  return pick && readSides(pick)
}

function readSides(pick: Pick): Sides | undefined {
  const canary = readQuery(pick('canary'))
  const stable = readQuery(pick('stable'))
  return canary === undefined || stable === undefined ? undefined : { canary, stable }
}

const readQuery = (field: Field) => readLine(field, maxQueryLength)
