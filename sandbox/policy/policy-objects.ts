import { type JsonObject, objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import {
  mutatingBindingResource,
  mutatingPolicyResource,
  validatingBindingResource,
  validatingPolicyResource,
} from '../../api/names.ts'
import type { Api } from '../server/api.ts'
import type { Cel, CelProgram } from './cel.ts'
import { type RequestMatch, requestMatch } from './policy-match.ts'

/** The policies in force, in the order of their names, with their expressions compiled. */
export interface Policies {
  readonly mutating: readonly MutatingPolicy[]
  readonly validating: readonly ValidatingPolicy[]
}

export interface Policy {
  readonly name: string
  /** What cannot be evaluated denies the request unless failures are ignored. */
  readonly ignoresFailures: boolean
  readonly matches: RequestMatch
  readonly bindings: readonly Binding[]
  /** All must be true for the policy to apply. */
  readonly conditions: readonly CelProgram[]
  readonly variables: ReadonlyMap<string, CelProgram>
}

export interface MutatingPolicy extends Policy {
  /** Each gives the configuration to apply. */
  readonly mutations: readonly CelProgram[]
  /** Whether it is invoked once more when a later policy has changed the object. */
  readonly isReinvoked: boolean
}

export interface ValidatingPolicy extends Policy {
  readonly validations: readonly Validation[]
}

export interface Validation {
  readonly program: CelProgram
  readonly message?: string
  readonly messageProgram?: CelProgram
  readonly reason: string
}

export interface Binding {
  readonly name: string
  readonly matches: RequestMatch
  readonly denies: boolean
  readonly warns: boolean
}

/** The kinds that policies are made of. */
export const policyResources: readonly Resource[] = [
  mutatingPolicyResource,
  mutatingBindingResource,
  validatingPolicyResource,
  validatingBindingResource,
]

export function readPolicies(api: Pick<Api, 'list'>, cel: Cel): Policies {
  const mutatingBindings = bindingsIn(api, mutatingBindingResource)
  const validatingBindings = bindingsIn(api, validatingBindingResource)
  return {
    mutating: api.list(mutatingPolicyResource).items.map((policy) => mutatingPolicy(policy, mutatingBindings, cel)),
    validating: api.list(validatingPolicyResource).items.map((item) => validatingPolicy(item, validatingBindings, cel)),
  }
}

type BindingsByPolicy = ReadonlyMap<string, readonly Binding[]>

function bindingsIn(api: Pick<Api, 'list'>, resource: Resource): BindingsByPolicy {
  const byPolicy = new Map<string, Binding[]>()
  for (const object of api.list(resource).items) {
    const { policyName, matchResources, validationActions } = objectOf(object['spec'])
    const actions: readonly unknown[] = Array.isArray(validationActions) ? validationActions : []
    const binding = {
      name: object.metadata.name,
      matches: requestMatch(matchResources),
      denies: actions.includes('Deny'),
      warns: actions.includes('Warn'),
    }
    byPolicy.set(String(policyName), [...(byPolicy.get(String(policyName)) ?? []), binding])
  }
  return byPolicy
}

function mutatingPolicy(object: KubeObject, bindings: BindingsByPolicy, cel: Cel): MutatingPolicy {
  const { mutations, reinvocationPolicy } = objectOf(object['spec'])
  return {
    ...policyOf(object, bindings, cel),
    mutations: objectsOf(mutations).map((mutation) => expressionIn(mutation['applyConfiguration'], cel)),
    isReinvoked: reinvocationPolicy === 'IfNeeded',
  }
}

function validatingPolicy(object: KubeObject, bindings: BindingsByPolicy, cel: Cel): ValidatingPolicy {
  const { validations } = objectOf(object['spec'])
  return {
    ...policyOf(object, bindings, cel),
    validations: objectsOf(validations).map((validation) => validationOf(validation, cel)),
  }
}

function policyOf({ metadata, spec }: KubeObject, bindings: BindingsByPolicy, cel: Cel): Policy {
  const { failurePolicy, matchConstraints, matchConditions, variables } = objectOf(spec)
  return {
    name: metadata.name,
    ignoresFailures: failurePolicy === 'Ignore',
    matches: requestMatch(matchConstraints),
    bindings: bindings.get(metadata.name) ?? [],
    conditions: objectsOf(matchConditions).map((condition) => expressionIn(condition, cel)),
    variables: new Map(objectsOf(variables).map((one) => [String(one['name']), expressionIn(one, cel)])),
  }
}

function validationOf(validation: JsonObject, cel: Cel): Validation {
  const { message, messageExpression, reason } = validation
  const said = textOf(messageExpression)
  const plain = textOf(message)?.trim()
  return {
    program: expressionIn(validation, cel),
    ...(plain === undefined ? {} : { message: plain }),
    ...(said === undefined ? {} : { messageProgram: cel.compile(said) }),
    reason: textOf(reason) ?? 'Invalid',
  }
}

const expressionIn = (holder: unknown, cel: Cel): CelProgram => cel.compile(String(objectOf(holder)['expression']))
