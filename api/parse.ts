import { parseDuration } from './duration.ts'
import { complain, type Field, optional, readDuration, readList, readOneOf, readRecord, readText } from './field.ts'
import { defaultProgressDeadline, maxNameLength, maxRolloutNameLength, maxRoutes, namePattern } from './limits.ts'
import { type Parsed, parseDocument } from './parse-document.ts'
import { readSteps } from './parse-steps.ts'
import { readUses } from './parse-use.ts'
import type { CanaryStrategy, RolloutSpec, RouteTarget, WorkloadRef } from './rollout.ts'

export type ParsedRollout = Parsed<RolloutSpec>

/** Reads a Rollout, with every default filled in; see `parseDocument`. */
export function parseRollout(raw: unknown): ParsedRollout {
  return parseDocument(raw, { kinds: ['Rollout'], readName: readRolloutName, readSpec })
}

/** The name becomes the value of a label on the workload. */
function readRolloutName(field: Field): string | undefined {
  const maxLength = maxRolloutNameLength
  return readText(field, { pattern: namePattern, maxLength, what: `a name of at most ${maxLength} characters` })
}

function readSpec(field: Field): RolloutSpec | undefined {
  const pick = readRecord(field, { known: ['workloadRef', 'strategy', 'traffic', 'progressDeadline'] })
  if (pick === undefined) return undefined
  const workloadRef = readWorkloadRef(pick('workloadRef'))
  const canary = readStrategy(pick('strategy'))
  const traffic = readTraffic(pick('traffic'))
  const deadlineMs = optional(pick('progressDeadline'), (deadline) => readDuration(deadline, { minMs: 1 }))
  if (workloadRef === undefined || canary === undefined || traffic === undefined) return undefined
  const progressDeadlineMs = deadlineMs ?? parseDuration(defaultProgressDeadline) ?? 0
  return { workloadRef, strategy: { canary }, traffic, progressDeadlineMs }
}

function readWorkloadRef(field: Field): WorkloadRef | undefined {
  const pick = readRecord(field, { known: ['apiVersion', 'kind', 'name'] })
  if (pick === undefined) return undefined
  optional(pick('apiVersion'), (version) => readOneOf(version, ['apps/v1']))
  const kind = readOneOf(pick('kind'), ['Deployment'])
  const name = readName(pick('name'))
  return kind === undefined || name === undefined ? undefined : { apiVersion: 'apps/v1', kind, name }
}

function readStrategy(field: Field): CanaryStrategy | undefined {
  const pick = readRecord(field, { known: ['canary'], unserved: ['blueGreen'] })
  const pickCanary = pick && readRecord(pick('canary'), { known: ['steps', 'analysis', 'beforePromotion'] })
  if (pickCanary === undefined) return undefined
  const steps = readSteps(pickCanary('steps'))
  const analysis = readUses(pickCanary('analysis'))
  const beforePromotion = readUses(pickCanary('beforePromotion'))
  return steps && { steps, analysis, beforePromotion }
}

function readTraffic(field: Field): readonly RouteTarget[] | undefined {
  const items = readList(field, { min: 1, max: maxRoutes })
  const targets = items?.flatMap((item) => readRoute(item) ?? [])
  targets?.forEach((target, index) => {
    const first = targets.findIndex((other) => other.kind === target.kind && other.name === target.name)
    if (first < index) complain(field, `names the ${target.kind} ${target.name} twice`)
  })
  return targets
}

function readRoute(field: Field): RouteTarget | undefined {
  const pick = readRecord(field, { known: ['ingress'], unserved: ['httpRoute'] })
  const pickIngress = pick && readRecord(pick('ingress'), { known: ['name', 'drain'] })
  if (pickIngress === undefined) return undefined
  const name = readName(pickIngress('name'))
  const drainMs = optional(pickIngress('drain'), (drain) => readDuration(drain, { minMs: 0 }))
  if (name === undefined) return undefined
  return { kind: 'ingress', name, ...(drainMs === undefined ? {} : { drainMs }) }
}

function readName(field: Field): string | undefined {
  return readText(field, { pattern: namePattern, maxLength: maxNameLength, what: 'the name of an object' })
}
