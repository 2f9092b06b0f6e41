import type { KubeObject } from '../kube-object.ts'
import {
  bypassAnnotation,
  holdPolicyName,
  holdWarningPolicyName,
  validatingBindingResource,
  validatingPolicyResource,
} from '../names.ts'
import { isBypassed, isController, isHeld, label, templateChanges } from './expressions.ts'
import { admissionObject, claimedDeployments, type NamedExpression } from './policy.ts'

export interface Warning {
  /** When it is false, the message is said. */
  readonly expression: string
  readonly messageExpression: string
}

/** Nobody reads warnings that the controller is given; and a bypass was somebody's own choice. */
export const warningConditions: readonly NamedExpression[] = [
  { name: 'somebody-else', expression: `!(${isController})` },
  { name: 'not-bypassed', expression: `!${isBypassed}` },
]

const name = label('object')
const place = `${name} + ' -n ' + request.namespace`
const claimed = `${name} != ''`

/** This policy sees the object after the hold was put on it, so it says what is so and not what should be. */
export const holdWarnings: readonly Warning[] = [
  {
    expression: `!(${templateChanges} && ${isHeld('object')})`,
    messageExpression: `'this update is held by Rollout ' + ${name} + '; follow it with: sluice status ' + ${place} + ' --watch'`,
  },
  {
    // An unpause that was kept looks like an update that changes nothing.
    expression: `!(${isHeld('oldObject')} && ${isHeld('object')} && object.spec == oldObject.spec)`,
    messageExpression: `'this Deployment stays held by Rollout ' + ${name} + '; to release it: sluice approve ' + ${place} + '; to go around Sluice: sluice bypass ' + ${place} + ', or kubectl annotate deployment ' + object.metadata.name + ' -n ' + request.namespace + ' ${bypassAnnotation}=<reason> and then kubectl rollout resume'`,
  },
  {
    expression: `!(${templateChanges} && ${claimed} && !${isHeld('object')})`,
    messageExpression: `'this update is NOT held by Rollout ' + ${name} + ' and rolls at once: the policy ${holdPolicyName} is not in force; see: sluice explain ' + ${place}`,
  },
]

/** Tells whoever updates a claimed Deployment, at their own terminal, that the update is held and what to do. */
export const holdWarningPolicy: readonly KubeObject[] = [
  admissionObject(validatingPolicyResource, holdWarningPolicyName, {
    failurePolicy: 'Ignore',
    matchConstraints: claimedDeployments,
    matchConditions: warningConditions,
    validations: holdWarnings,
  }),
  admissionObject(validatingBindingResource, holdWarningPolicyName, {
    policyName: holdWarningPolicyName,
    validationActions: ['Warn'],
  }),
]
