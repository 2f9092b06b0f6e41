import type { KubeObject } from '../kube-object.ts'
import {
  heldAnnotation,
  holdPolicyName,
  mutatingBindingResource,
  mutatingPolicyResource,
  rolloutLabel,
} from '../names.ts'
import { claim, holdIsLifted, isBypassed, isController, templateChanges } from './expressions.ts'
import { admissionObject, claimedDeployments, type NamedExpression } from './policy.ts'

/** All of them must be true for an update to be held. */
export const holdConditions: readonly NamedExpression[] = [
  {
    // A template change is held whoever makes it, so that our own dry run tells the truth.
    name: 'template-changes-or-hold-is-lifted',
    expression: `(${templateChanges}) || (!(${isController}) && ${holdIsLifted})`,
  },
  { name: 'not-bypassed', expression: `!${isBypassed}` },
]

/** What the update is given: held, and still claimed (a PUT by somebody who does not know our label would drop it). */
export const holdMutation = `Object{
  metadata: Object.metadata{
    annotations: {'${heldAnnotation}': 'true'},
    labels: {'${rolloutLabel}': ${claim}}
  },
  spec: Object.spec{paused: true}
}`

/**
 * The hold: the API server itself pauses an update of a claimed Deployment. No process of ours takes part. It has no
 * parameters, since a policy with parameters denies or lets through everything for seconds after a restart.
 */
export const holdPolicy: readonly KubeObject[] = [
  admissionObject(mutatingPolicyResource, holdPolicyName, {
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    matchConstraints: claimedDeployments,
    matchConditions: holdConditions,
    mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: holdMutation } }],
  }),
  admissionObject(mutatingBindingResource, holdPolicyName, { policyName: holdPolicyName }),
]
