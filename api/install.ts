import { type ControllerImage, controllerDeployment } from './controller-deployment.ts'
import { analysisCrd, clusterAnalysisCrd } from './crds/analysis.ts'
import { decisionCrd } from './crds/decision.ts'
import { rolloutCrd } from './crds/rollout.ts'
import type { KubeObject } from './kube-object.ts'
import { systemNamespace } from './names.ts'
import { decisionPolicy } from './policies/decision.ts'
import { holdPolicy } from './policies/hold.ts'
import { holdWarningPolicy } from './policies/hold-warning.ts'
import { accessObjects, prometheusAccess } from './rbac.ts'

export interface InstallOptions {
  /** The controller's image. Absent: no Deployment; the controller runs elsewhere as our service account. */
  readonly image?: string
  /** Where its metrics are asked: see ControllerImage. */
  readonly metrics?: Omit<ControllerImage, 'image'>
}

const namespace: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: systemNamespace,
    labels: { 'app.kubernetes.io/name': 'sluice', 'pod-security.kubernetes.io/enforce': 'restricted' },
  },
}

/** All that Sluice puts into a cluster, in the order to apply it. The kinds are served a moment after their CRDs are. */
export function installManifests({ image, metrics = {} }: InstallOptions = {}): readonly KubeObject[] {
  return [
    namespace,
    rolloutCrd,
    decisionCrd,
    analysisCrd,
    clusterAnalysisCrd,
    ...accessObjects,
    ...(image === undefined ? [] : prometheusAccess(metrics.prometheus?.auth?.secret)),
    ...decisionPolicy,
    ...holdPolicy,
    ...holdWarningPolicy,
    ...(image === undefined ? [] : [controllerDeployment({ image, ...metrics })]),
  ]
}

/**
 * The same objects in the order to delete them: controller, policies, rights, CRDs, namespace. Only once every Rollout is
 * retired: until then the policies hold updates, and the CRDs keep what is needed to retire.
 */
export function uninstallOrder(): readonly KubeObject[] {
  return installManifests({ image: 'any' }).toReversed()
}
