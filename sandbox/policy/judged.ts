import { mutatingPolicyResource, validatingPolicyResource } from '../../api/names.ts'
import type { Kind } from '../server/kind.ts'
import type { Cel } from './cel.ts'
import { definitionProblems } from './definition-problems.ts'
import { policyProblems } from './policy-problems.ts'

/** The kind, and where it is of definitions or admission policies: with what cannot be evaluated here refused. */
export function judged(kind: Kind, cel: Cel): Kind {
  const problems = problemsOf(kind.resource.plural)
  if (problems === undefined) return kind
  return { ...kind, validate: (object, old) => [...kind.validate(object, old), ...problems(object, cel)] }
}

function problemsOf(plural: string): typeof policyProblems | undefined {
  if (plural === 'customresourcedefinitions') return definitionProblems
  const isPolicy = plural === mutatingPolicyResource.plural || plural === validatingPolicyResource.plural
  return isPolicy ? policyProblems : undefined
}
