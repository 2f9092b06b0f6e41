import type { KubeObject } from '../kube-object.ts'
import {
  decisionPolicyName,
  decisionResource,
  rolloutResource,
  validatingBindingResource,
  validatingPolicyResource,
} from '../names.ts'
import { admissionObject } from './policy.ts'

/** Whoever signs a decision is whoever sends it. */
export const isOwnName = 'object.spec.decidedBy == request.userInfo.username'

/** RBAC says who may say which verb on which Rollout, as if the verb were sent to the Rollout itself. */
export const mayDecide = `authorizer.group('${rolloutResource.group}').resource('${rolloutResource.plural}').namespace(request.namespace).name(object.spec.rollout).check(object.spec.verb).allowed()`

/** Makes a Decision as good as a signature, with no webhook of ours. */
export const decisionPolicy: readonly KubeObject[] = [
  admissionObject(validatingPolicyResource, decisionPolicyName, {
    failurePolicy: 'Fail',
    matchConstraints: {
      matchPolicy: 'Equivalent',
      resourceRules: [
        {
          apiGroups: [decisionResource.group],
          apiVersions: [decisionResource.version],
          operations: ['CREATE'],
          resources: [decisionResource.plural],
        },
      ],
    },
    validations: [
      {
        expression: isOwnName,
        reason: 'Forbidden',
        messageExpression:
          "'spec.decidedBy is ' + object.spec.decidedBy + ', but you are ' + request.userInfo.username + ': nobody decides in the name of another'",
      },
      {
        expression: mayDecide,
        reason: 'Forbidden',
        messageExpression:
          "request.userInfo.username + ' may not ' + object.spec.verb + ' Rollout ' + object.spec.rollout + ' in namespace ' + request.namespace + ': that takes the verb ' + object.spec.verb + ' on rollouts.sluice.dev'",
      },
    ],
  }),
  admissionObject(validatingBindingResource, decisionPolicyName, {
    policyName: decisionPolicyName,
    validationActions: ['Deny'],
  }),
]
