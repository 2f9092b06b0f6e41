import { analysisKinds } from './analysis.ts'
import {
  type AnalysisRun,
  analysisScopes,
  type Figures,
  type MetricRun,
  type Sample,
  verdicts,
} from './analysis-run.ts'
import {
  isBoolean,
  isCount,
  isListOf,
  isNumber,
  isOneOf,
  isShaped,
  isText,
  isTexts,
  isTime,
  optionally,
} from './guard.ts'

const isVerdict = isOneOf(...verdicts)

const isFigures = isShaped<Figures>({
  canary: optionally(isNumber),
  stable: optionally(isNumber),
  margin: optionally(isNumber),
  evidence: optionally(isNumber),
  requests: optionally(isNumber),
  needed: optionally(isNumber),
})

const isSample = isShaped<Sample>({
  at: isTime,
  verdict: isVerdict,
  canary: optionally(isNumber),
  stable: optionally(isNumber),
  note: optionally(isText),
})

/** What the judge remembers is its own to read. */
const isMetricRun = isShaped<MetricRun>({
  name: isText,
  verdict: isVerdict,
  why: isText,
  measuredAt: optionally(isTime),
  figures: isFigures,
  samples: isListOf(isSample),
  queries: isTexts,
  away: optionally(isBoolean),
  awayMs: optionally(isCount),
  state: optionally(isText),
})

/** An analysis at work, as the controller stored it. */
export const isAnalysisRun = isShaped<AnalysisRun>({
  id: isText,
  scope: isOneOf(...analysisScopes),
  analysis: isText,
  kind: isOneOf(...analysisKinds),
  hash: isText,
  startedAt: isTime,
  verdict: isVerdict,
  why: isText,
  advisory: isBoolean,
  acceptedBy: optionally(isText),
  awayMs: isCount,
  metrics: isListOf(isMetricRun),
})
