import type { AnalysisUse } from '../../api/analysis.ts'
import { formatDuration } from '../../api/duration.ts'
import { type JsonObject, objectOf, objectsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { Gate, RolloutSpec, Step } from '../../api/rollout.ts'

/** A Rollout that needs no metric store. */
export interface Unmeasured {
  readonly rollout: KubeObject
  readonly spec: RolloutSpec
  /** What is taken for granted instead, a sentence each. */
  readonly assumed: readonly string[]
  /** What the pause of a step stands for, by its number: `analysis errors`. */
  readonly standsFor: StandsFor
}

export type StandsFor = Readonly<Record<number, string>>

/** Puts a pause as long as its deadline where a gate is an analysis: here nothing answers requests, so nothing can be measured. */
export function withoutAnalysis(rollout: KubeObject, spec: RolloutSpec): Unmeasured {
  const { steps, analysis, beforePromotion } = spec.strategy.canary
  const assumed = [
    ...steps.flatMap(assumedOf),
    ...besideText(analysis, 'beside the steps'),
    ...besideText(beforePromotion, 'before promotion'),
  ]
  if (assumed.length === 0) return { rollout, spec, assumed, standsFor: {} }
  const paused = { ...spec, strategy: { canary: { ...spec.strategy.canary, steps: steps.map(pausedStep) } } }
  return {
    rollout: { ...rollout, spec: rawWithout(objectOf(rollout['spec']), steps) },
    spec: paused,
    assumed: [...assumed, notPlayed],
    standsFor: standsForIn(steps),
  }
}

const notPlayed = 'That an analysis fails, or comes to no verdict, is not played'

function standsForIn(steps: readonly Step[]): StandsFor {
  const texts = steps.map(({ gates }, index) => [index + 1, standsForText(gates)] as const)
  return Object.fromEntries(texts.filter(([, text]) => text !== ''))
}

function standsForText(gates: readonly Gate[]): string {
  const names = gates.flatMap((gate) => (gate.kind === 'analysis' && !gate.use.advisory ? [gate.use.name] : []))
  const pause = gates.some(({ kind }) => kind === 'pause') ? 'the end of the pause and ' : ''
  return names.length === 0 ? '' : `${pause}${analysesText(names)}`
}

const analysesText = (names: readonly string[]): string =>
  `${names.length === 1 ? 'analysis' : 'analyses'} ${names.join(' and ')}`

const pausedStep = (step: Step): Step => ({ ...step, gates: step.gates.flatMap(pausedGate) })

function pausedGate(gate: Gate): readonly Gate[] {
  if (gate.kind !== 'analysis') return [gate]
  return gate.use.advisory ? [] : [{ kind: 'pause', durationMs: gate.use.deadlineMs }]
}

function rawWithout(spec: JsonObject, steps: readonly Step[]): JsonObject {
  const strategy = objectOf(spec['strategy'])
  const { analysis: _background, beforePromotion: _promotion, ...canary } = objectOf(strategy['canary'])
  const raw = objectsOf(canary['steps']).map((step, index) => ({ ...step, ...rawGates(step, steps[index]) }))
  return { ...spec, strategy: { ...strategy, canary: { ...canary, steps: raw } } }
}

/** Gates stand in the object as they do in the spec that was parsed from it. */
function rawGates(step: JsonObject, parsed: Step | undefined): JsonObject {
  if (step['gates'] === undefined) return {}
  const gates = objectsOf(step['gates']).flatMap((raw, index) => {
    const gate = parsed?.gates[index]
    if (gate?.kind !== 'analysis') return [raw]
    return pausedGate(gate).map(() => ({ pause: formatDuration(gate.use.deadlineMs) }))
  })
  return { gates }
}

const assumedOf = ({ gates }: Step, index: number): readonly string[] =>
  gates.flatMap((gate) => {
    if (gate.kind !== 'analysis') return []
    const { name, advisory, deadlineMs } = gate.use
    const passes = advisory
      ? 'it decides nothing'
      : `it is taken to pass at its deadline, after ${formatDuration(deadlineMs)}`
    return [`Nothing is measured here: step ${index + 1} has analysis ${name}, and ${passes}`]
  })

function besideText(uses: readonly AnalysisUse[], where: string): readonly string[] {
  const names = [...new Set(uses.map(({ name }) => name))]
  if (names.length === 0) return []
  const are = names.length === 1 ? 'is' : 'are'
  return [`Nothing is measured here: ${analysesText(names)} ${where} ${are} taken to pass`]
}
