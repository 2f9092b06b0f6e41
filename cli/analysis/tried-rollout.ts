import type { AnalysisKind, AnalysisUse, Argument } from '../../api/analysis.ts'
import { type JsonObject, objectOf, objectsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { RolloutSpec } from '../../api/rollout.ts'

/** What is to be tried: the name, and what the person says about it. */
export interface TryWish {
  readonly name: string
  readonly kind?: AnalysisKind
  readonly args: readonly Argument[]
}

/** All uses of analyses in a spec. */
export function usesOf({ strategy: { canary } }: RolloutSpec): readonly AnalysisUse[] {
  const gates = canary.steps.flatMap((step) => step.gates)
  return [
    ...gates.flatMap((gate) => (gate.kind === 'analysis' ? [gate.use] : [])),
    ...canary.analysis,
    ...canary.beforePromotion,
  ]
}

/** As the Rollout uses it, if it does, with what the person says instead. */
export function wishedUse(wish: TryWish, spec: RolloutSpec | undefined): TryWish {
  const used = spec && usesOf(spec).find(({ name, kind }) => name === wish.name && (wish.kind ?? kind) === kind)
  if (used === undefined) return wish
  const said = wish.args.map(({ name }) => name)
  return {
    name: wish.name,
    kind: used.kind,
    args: [...used.args.filter(({ name }) => !said.includes(name)), ...wish.args],
  }
}

/** The Rollout as if this were the only analysis that it uses. */
export function triedRollout(rollout: KubeObject, { name, kind, args }: TryWish): KubeObject {
  const spec = objectOf(rollout['spec'])
  const strategy = objectOf(spec['strategy'])
  const { analysis: _analysis, beforePromotion: _promotion, ...canary } = objectOf(strategy['canary'])
  const use = { name, ...(kind === undefined ? {} : { kind }), args }
  const steps = objectsOf(canary['steps']).map(withoutAnalysis)
  return { ...rollout, spec: { ...spec, strategy: { ...strategy, canary: { ...canary, steps, analysis: [use] } } } }
}

function withoutAnalysis({ gates, ...step }: JsonObject): JsonObject {
  if (gates === undefined) return step
  return { ...step, gates: objectsOf(gates).filter((gate) => gate['analysis'] === undefined) }
}
