import type { KubeObject, Resource } from '../kube-object.ts'
import { rolloutLabel } from '../names.ts'

const apiVersion = 'admissionregistration.k8s.io/v1'

/** Updates of Deployments that a Rollout claims, before or after the update; nobody else's updates are even looked at. */
export const claimedDeployments = {
  matchPolicy: 'Equivalent',
  objectSelector: { matchExpressions: [{ key: rolloutLabel, operator: 'Exists' }] },
  resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] }],
}

export interface NamedExpression {
  readonly name: string
  readonly expression: string
}

/** A policy or a binding; cluster-scoped, like all of them. */
export function admissionObject({ kind }: Resource, name: string, spec: unknown): KubeObject {
  return { apiVersion, kind, metadata: { name, labels: { 'app.kubernetes.io/name': 'sluice' } }, spec }
}
