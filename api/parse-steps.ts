import {
  complain,
  type Field,
  isAbsent,
  optional,
  type Pick,
  readDuration,
  readInteger,
  readKind,
  readList,
  readRecord,
} from './field.ts'
import { maxGates, maxReplicas, maxSteps, percentPattern } from './limits.ts'
import { readUse, refuseNamesTwice } from './parse-use.ts'
import type { Gate, Replicas, Step } from './rollout.ts'

/** The list of steps of a canary. Their weights never fall: less traffic is what a rollback is for. */
export function readSteps(field: Field): readonly Step[] | undefined {
  const items = readList(field, { min: 1, max: maxSteps })
  if (items === undefined) return undefined
  let highest = 0
  return items.flatMap((item) => {
    const step = readStep(item)
    const { weight = highest } = step ?? {}
    if (weight < highest) {
      complain(
        { ...item, path: `${item.path}.weight` },
        `is ${weight}, after a step with ${highest}: weights never fall`,
      )
    }
    highest = Math.max(highest, weight)
    return step ?? []
  })
}

function readStep(field: Field): Step | undefined {
  const pick = readRecord(field, { known: ['weight', 'replicas', 'gates'], unserved: ['matches'] })
  if (pick === undefined) return undefined
  if (isAbsent(pick('weight')) && isAbsent(pick('replicas'))) complain(field, 'must have weight, replicas or both')
  const weight = optional(pick('weight'), (share) => readInteger(share, { min: 1, max: 100 }))
  const replicas = optional(pick('replicas'), readReplicas)
  return {
    ...(weight === undefined ? {} : { weight }),
    ...(replicas === undefined ? {} : { replicas }),
    gates: optional(pick('gates'), readGates) ?? [],
  }
}

function readReplicas(field: Field): Replicas | undefined {
  const { value } = field
  if (typeof value === 'string') {
    if (new RegExp(percentPattern).test(value)) return { kind: 'percent', percent: Number.parseInt(value, 10) }
    return complain(field, 'must be a number of pods or a share such as "30%"')
  }
  const count = readInteger(field, { min: 1, max: maxReplicas })
  return count === undefined ? undefined : { kind: 'count', count }
}

function readGates(field: Field): readonly Gate[] | undefined {
  const gates = readList(field, { min: 0, max: maxGates })?.flatMap((item) => readGate(item) ?? [])
  if (gates === undefined) return undefined
  refuseNamesTwice(
    field,
    gates.flatMap((gate) => (gate.kind === 'analysis' ? [gate.use] : [])),
  )
  return gates
}

const gateKinds = ['approval', 'pause', 'analysis'] as const

function readGate(field: Field): Gate | undefined {
  const pick = readRecord(field, { known: gateKinds })
  if (pick === undefined) return undefined
  const kind = readKind(field, pick, gateKinds)
  return kind && readGateOf[kind](pick)
}

const readGateOf: Readonly<Record<(typeof gateKinds)[number], (pick: Pick) => Gate | undefined>> = {
  approval: readApproval,
  pause: readPause,
  analysis: readAnalysis,
}

function readApproval(pick: Pick): Gate | undefined {
  const pickApproval = readRecord(pick('approval'), { known: ['timeout'] })
  if (pickApproval === undefined) return undefined
  const timeoutMs = optional(pickApproval('timeout'), (timeout) => readDuration(timeout, { minMs: 1 }))
  return { kind: 'approval', ...(timeoutMs === undefined ? {} : { timeoutMs }) }
}

function readPause(pick: Pick): Gate | undefined {
  const durationMs = readDuration(pick('pause'), { minMs: 1 })
  return durationMs === undefined ? undefined : { kind: 'pause', durationMs }
}

function readAnalysis(pick: Pick): Gate | undefined {
  const use = readUse(pick('analysis'))
  return use && { kind: 'analysis', use }
}
