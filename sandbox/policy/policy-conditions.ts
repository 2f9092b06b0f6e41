import type { CelProgram, CelVariables } from './cel.ts'
import type { Binding, Policy } from './policy-objects.ts'
import type { Scene } from './policy-scene.ts'

/** A policy and one of its bindings that are about a request. */
export interface Invocation<P extends Policy> {
  readonly policy: P
  readonly binding: Binding
}

/** Admission policies are exempt from admission policies, so that nobody locks himself out. */
const exemptGroup = 'admissionregistration.k8s.io'

export function invocationsOf<P extends Policy>(policies: readonly P[], scene: Scene): readonly Invocation<P>[] {
  const { request, namespaceLabels } = scene
  if (request.resource.group === exemptGroup) return []
  const matches = (one: Policy | Binding) => one.matches(request, namespaceLabels)
  return policies
    .filter((policy) => policy.bindings.length > 0 && matches(policy))
    .flatMap((policy) => policy.bindings.filter(matches).map((binding) => ({ policy, binding })))
}

export type Applies =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' }
  | { readonly kind: 'error'; readonly message: string }

/** One condition that is false settles it; an error among true ones is an error, or a no where failures are ignored. */
export function appliesTo({ conditions, ignoresFailures }: Policy, variables: CelVariables): Applies {
  const errors: string[] = []
  for (const condition of conditions) {
    const answer = condition.run(variables)
    if (answer.kind === 'error') errors.push(failureText(condition, answer.message))
    else if (answer.value === false) return { kind: 'no' }
  }
  if (errors.length === 0) return { kind: 'yes' }
  return ignoresFailures ? { kind: 'no' } : { kind: 'error', message: aggregate(errors) }
}

export const failureText = ({ expression }: CelProgram, message: string): string =>
  `expression '${expression}' resulted in error: ${message}`

const aggregate = (messages: readonly string[]): string =>
  messages.length === 1 ? messages.join() : `[${messages.join(', ')}]`
