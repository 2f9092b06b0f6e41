import { type Decision, verbs } from './decision.ts'
import {
  complain,
  type Field,
  type FieldProblem,
  optional,
  readInteger,
  readOneOf,
  readRecord,
  readText,
} from './field.ts'
import type { KubeObject } from './kube-object.ts'
import {
  attemptPattern,
  hashPattern,
  maxReasonLength,
  maxRolloutNameLength,
  maxSteps,
  maxUserLength,
  namePattern,
} from './limits.ts'

export type ParsedDecision =
  | { readonly kind: 'ok'; readonly decision: Decision }
  | { readonly kind: 'problems'; readonly problems: readonly FieldProblem[] }

/** Reads a Decision as the server returned it. It never throws. */
export function parseDecision(object: KubeObject): ParsedDecision {
  const problems: FieldProblem[] = []
  const report = (problem: FieldProblem) => problems.push(problem)
  const decision = readDecision(object, report)
  return decision === undefined || problems.length > 0 ? { kind: 'problems', problems } : { kind: 'ok', decision }
}

const specFields = ['rollout', 'verb', 'attempt', 'revision', 'step', 'stepHash', 'reason', 'decidedBy']

function readDecision(object: KubeObject, report: Field['report']): Decision | undefined {
  const { name, uid = '', creationTimestamp: createdAt = '' } = object.metadata
  const spec: Field = { path: 'spec', value: object.spec, report }
  const pick = readRecord(spec, { known: specFields })
  if (pick === undefined) return undefined
  const rollout = readText(pick('rollout'), rules.rollout)
  const verb = readOneOf(pick('verb'), verbs)
  const decidedBy = readText(pick('decidedBy'), rules.user)
  const rest = defined({
    attempt: optional(pick('attempt'), (field) => readText(field, rules.attempt)),
    revision: optional(pick('revision'), (field) => readText(field, rules.hash)),
    step: optional(pick('step'), (field) => readInteger(field, { min: 1, max: maxSteps })),
    stepHash: optional(pick('stepHash'), (field) => readText(field, rules.hash)),
    reason: optional(pick('reason'), (field) => readText(field, rules.reason)),
    outcome: outcomeOf(object.status),
  })
  if (rollout === undefined || verb === undefined || decidedBy === undefined) return undefined
  const { attempt, step, stepHash } = rest
  const isExact = attempt !== undefined && step !== undefined && stepHash !== undefined
  if (verb === 'approve' && !isExact) return complain(spec, 'must name attempt, step and stepHash to approve')
  return { name, uid, createdAt, rollout, verb, decidedBy, ...rest }
}

/** Damage there is no reason to take the decision twice: it is only shown. */
function outcomeOf(status: unknown): Decision['outcome'] {
  if (typeof status !== 'object' || status === null || !('outcome' in status)) return undefined
  const { outcome } = status
  return outcome === 'Accepted' || outcome === 'Refused' ? outcome : undefined
}

/** Without the fields that are undefined: in our types a field is there or it is not. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

const hash = { maxLength: 10, what: 'ten hexadecimal digits' }
const rules = {
  rollout: { pattern: namePattern, maxLength: maxRolloutNameLength, what: 'the name of a Rollout' },
  user: { pattern: '.', maxLength: maxUserLength, what: "a user's name" },
  reason: { pattern: '', maxLength: maxReasonLength, what: `a text of at most ${maxReasonLength} characters` },
  hash: { pattern: hashPattern, ...hash },
  attempt: { pattern: attemptPattern, maxLength: 20, what: 'an attempt, such as 0123456789-1' },
}
