import type { Admission } from '../server/admission.ts'
import type { Api } from '../server/api.ts'
import type { Authorize } from '../server/caller.ts'
import type { Cel } from './cel.ts'
import { keptUntilChanged } from './kept.ts'
import { mutate } from './mutating.ts'
import { policyResources, readPolicies } from './policy-objects.ts'
import { sceneOf } from './policy-scene.ts'
import { validate } from './validating.ts'

export interface AdmissionDeps {
  readonly api: Pick<Api, 'list' | 'find' | 'watch'>
  /** Whom `authorizer` in expressions asks. */
  readonly authorize: Authorize
  readonly cel: Cel
}

/** Admission by the stored MutatingAdmissionPolicies and ValidatingAdmissionPolicies; a new one is in force at once. */
export function createAdmission(deps: AdmissionDeps): Admission {
  const policies = keptUntilChanged(deps.api, policyResources, () => readPolicies(deps.api, deps.cel))
  return {
    mutate(request) {
      const { object } = request
      const { mutating } = policies()
      if (object === undefined || mutating.length === 0) return object
      return mutate(mutating, sceneOf(deps, request), object, deps.cel)
    },
    validate(request) {
      const { validating } = policies()
      return validating.length === 0 ? [] : validate(validating, sceneOf(deps, request))
    },
  }
}
