import { isRecord, type JsonObject, objectOf, objectsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { FieldCause } from '../../kube/errors.ts'
import type { Cel } from './cel.ts'

/**
 * What keeps an admission policy from being evaluated here: expressions that cannot be read, and what this server leaves
 * out. Such a policy is refused, since one that is stored and not obeyed would be worse.
 */
export function policyProblems({ spec }: KubeObject, cel: Cel): readonly FieldCause[] {
  const policy = objectOf(spec)
  const { paramKind, matchConstraints, mutations } = policy
  return [
    ...(paramKind === undefined ? [] : [forbidden('spec.paramKind', 'policies with parameters')]),
    ...(objectsOf(objectOf(matchConstraints)['resourceRules']).length > 0
      ? []
      : [{ field: 'spec.matchConstraints.resourceRules', message: 'Required value' }]),
    ...objectsOf(mutations).flatMap((mutation, index) => mutationProblems(mutation, `spec.mutations[${index}]`)),
    ...expressionsIn(policy, 'spec').flatMap(({ field, expression }) => {
      const { problem } = cel.compile(expression)
      return problem === undefined
        ? []
        : [{ field, message: `Invalid value: ${JSON.stringify(expression)}: ${problem}` }]
    }),
  ]
}

const forbidden = (field: string, what: string): FieldCause => ({
  field,
  message: `Forbidden: ${what} are not supported by this server`,
})

function mutationProblems({ patchType, applyConfiguration }: JsonObject, field: string): readonly FieldCause[] {
  if (patchType !== 'ApplyConfiguration')
    return [forbidden(`${field}.patchType`, 'mutations other than ApplyConfiguration')]
  return isRecord(applyConfiguration) ? [] : [{ field: `${field}.applyConfiguration`, message: 'Required value' }]
}

interface Expression {
  readonly field: string
  readonly expression: string
}

/** Wherever they are: conditions, variables, validations, messages, mutations. */
function expressionsIn(value: unknown, at: string): readonly Expression[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => expressionsIn(item, `${at}[${index}]`))
  return Object.entries(objectOf(value)).flatMap(([name, held]) => {
    const field = `${at}.${name}`
    const isExpression = (name === 'expression' || name === 'messageExpression') && typeof held === 'string'
    return isExpression ? [{ field, expression: held }] : expressionsIn(held, field)
  })
}
