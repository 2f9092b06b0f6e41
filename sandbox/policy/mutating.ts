import { isRecord, type JsonObject, objectOf, sameJson } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { Refusal } from '../server/refusal.ts'
import type { Cel, CelProgram, CelVariables } from './cel.ts'
import { appliesTo, failureText, type Invocation, invocationsOf } from './policy-conditions.ts'
import type { MutatingPolicy } from './policy-objects.ts'
import type { Scene } from './policy-scene.ts'

type Outcome =
  | { readonly kind: 'object'; readonly object: KubeObject }
  | { readonly kind: 'error'; readonly message: string }

/**
 * The object after all policies, and after those once more that asked for it and had a later one change their work.
 * Throws 403 when a policy fails that may not. The very same object where nothing is changed.
 */
export function mutate(policies: readonly MutatingPolicy[], scene: Scene, object: KubeObject, cel: Cel): KubeObject {
  const first = round(invocationsOf(policies, scene), scene, object, cel)
  return first.due.length === 0 ? first.object : round(first.due, scene, first.object, cel).object
}

interface Round {
  readonly object: KubeObject
  /** To be invoked again. */
  readonly due: readonly Invocation<MutatingPolicy>[]
}

function round(invocations: readonly Invocation<MutatingPolicy>[], scene: Scene, given: KubeObject, cel: Cel): Round {
  let object = given
  const due = new Set<Invocation<MutatingPolicy>>()
  const invoked: Invocation<MutatingPolicy>[] = []
  const failures: string[] = []
  for (const invocation of invocations) {
    const outcome = invoke(invocation.policy, scene, object, cel)
    if (outcome.kind === 'error') failures.push(denialText(invocation, outcome.message))
    else if (outcome.object !== object) {
      object = outcome.object
      for (const earlier of invoked) due.add(earlier)
    }
    if (invocation.policy.isReinvoked) invoked.push(invocation)
  }
  const [first] = failures
  if (first === undefined) return { object, due: [...due] }
  throw new Refusal(
    403,
    'Invalid',
    first,
    failures.map((message) => ({ field: '', message })),
  )
}

const denialText = ({ policy, binding }: Invocation<MutatingPolicy>, message: string): string =>
  `policy '${policy.name}' with binding '${binding.name}' denied request: ${message}`

function invoke(policy: MutatingPolicy, scene: Scene, given: KubeObject, cel: Cel): Outcome {
  const applies = appliesTo(policy, scene.variables(policy, given))
  if (applies.kind === 'error') return applies
  let object = given
  for (const mutation of applies.kind === 'yes' ? policy.mutations : []) {
    const outcome = applied(mutation, scene.variables(policy, object), object, cel)
    if (outcome.kind === 'object') object = outcome.object
    else if (!policy.ignoresFailures) return outcome
  }
  return { kind: 'object', object }
}

function applied(mutation: CelProgram, variables: CelVariables, object: KubeObject, cel: Cel): Outcome {
  const answer = mutation.run(variables)
  if (answer.kind === 'error') return { kind: 'error', message: failureText(mutation, answer.message) }
  try {
    const fields = mergedFields(object, objectOf(cel.toJson(answer.value)))
    return { kind: 'object', object: fields === object ? object : { ...object, ...fields } }
  } catch (error) {
    return { kind: 'error', message: error instanceof Error ? error.message : String(error) }
  }
}

/** As an apply merges: maps field by field. A list that is there already is a conflict, since here no list has keys. */
function mergedFields(base: JsonObject, applied: JsonObject): JsonObject {
  const changes = Object.entries(applied)
    .map(([name, value]) => [name, mergedValue(base[name], value, name)] as const)
    .filter(([name, value]) => value !== base[name])
  return changes.length === 0 ? base : { ...base, ...Object.fromEntries(changes) }
}

function mergedValue(base: unknown, applied: unknown, name: string): unknown {
  if (isRecord(applied)) return isRecord(base) ? mergedFields(base, applied) : applied
  if (sameJson(base, applied)) return base
  if (!Array.isArray(base) || !Array.isArray(applied)) return applied
  throw new Error(`${name}: applying a list to a list that is there is not supported by this server`)
}
