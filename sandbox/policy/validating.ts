import { resourceText } from '../server/naming.ts'
import { Refusal } from '../server/refusal.ts'
import type { CelVariables } from './cel.ts'
import { appliesTo, failureText, invocationsOf } from './policy-conditions.ts'
import type { ValidatingPolicy, Validation } from './policy-objects.ts'
import type { Scene } from './policy-scene.ts'

interface Failed {
  readonly message: string
  readonly reason: string
}

const codes: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 }

/** The warnings of all policies. Throws the first denial. */
export function validate(policies: readonly ValidatingPolicy[], scene: Scene): readonly string[] {
  const warnings: string[] = []
  const denials: Failed[] = []
  for (const { policy, binding } of invocationsOf(policies, scene)) {
    const names = `ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}'`
    for (const { message, reason } of failuresOf(policy, scene)) {
      if (binding.warns) warnings.push(`Validation failed for ${names}: ${message}`)
      if (binding.denies) denials.push({ message: `${names} denied request: ${message}`, reason })
    }
  }
  const [first] = denials
  if (first !== undefined) throw denial(scene, first)
  return warnings
}

function denial({ request }: Scene, { message, reason }: Failed): Refusal {
  const text = `${resourceText(request.resource)} "${request.name}" is forbidden: ${message}`
  return new Refusal(codes[reason] ?? 422, reason, text, [{ field: '', message }])
}

function failuresOf(policy: ValidatingPolicy, scene: Scene): readonly Failed[] {
  const variables = scene.variables(policy, scene.request.object)
  const applies = appliesTo(policy, variables)
  if (applies.kind === 'error') return [{ message: applies.message, reason: 'Invalid' }]
  if (applies.kind === 'no') return []
  return policy.validations.flatMap((validation) => failureOf(validation, policy, variables) ?? [])
}

function failureOf(validation: Validation, policy: ValidatingPolicy, variables: CelVariables): Failed | undefined {
  const { program, reason } = validation
  const answer = program.run(variables)
  if (answer.kind === 'value') {
    return answer.value === true ? undefined : { message: messageOf(validation, variables), reason }
  }
  return policy.ignoresFailures ? undefined : { message: failureText(program, answer.message), reason: 'Invalid' }
}

/** A message expression that gives no line of text is passed over. */
function messageOf({ program, message, messageProgram }: Validation, variables: CelVariables): string {
  const answer = messageProgram?.run(variables)
  const said = answer?.kind === 'value' && typeof answer.value === 'string' ? answer.value.trim() : ''
  if (said !== '' && !said.includes('\n')) return said
  return message ?? `failed expression: ${program.expression.trim()}`
}
