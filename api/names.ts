import type { Resource } from './kube-object.ts'

/** Names that other programs see: groups, labels, annotations, objects. One place, so that they stay one word per idea. */
export const group = 'sluice.dev'
export const version = 'v1alpha1'
export const apiVersion = `${group}/${version}`

/** Where `sluice install` puts the controller's identity. */
export const systemNamespace = 'sluice-system'
export const serviceAccountName = 'sluice-controller'
export const serviceAccountUser = `system:serviceaccount:${systemNamespace}:${serviceAccountName}`
export const leaseName = 'sluice-controller'

/** The cluster-scoped admission policies (and their bindings, of the same names). */
export const holdPolicyName = 'sluice-hold'
export const holdWarningPolicyName = 'sluice-hold-warning'
export const decisionPolicyName = 'sluice-decision'

/** On the workload itself: whose it is (the claim), that an update is held, and the break-glass. */
export const rolloutLabel = 'sluice.dev/rollout'
export const heldAnnotation = 'sluice.dev/held'
export const bypassAnnotation = 'sluice.dev/bypass'

/** On every object that Sluice creates, and on nothing else. */
export const ownerUidLabel = 'sluice.dev/rollout-uid'
export const roleLabel = 'sluice.dev/role'
/** Which revision an object of ours was made for. */
export const revisionAnnotation = 'sluice.dev/revision'
/** On the pods of a canary copy: its selector. */
export const copyLabel = 'sluice.dev/copy'

export const finalizer = 'sluice.dev/retire'

export const rolloutResource: Resource = { group, version, plural: 'rollouts', kind: 'Rollout', namespaced: true }
export const decisionResource: Resource = { group, version, plural: 'decisions', kind: 'Decision', namespaced: true }
export const analysisResource: Resource = { group, version, plural: 'analyses', kind: 'Analysis', namespaced: true }
export const clusterAnalysisResource: Resource = {
  group,
  version,
  plural: 'clusteranalyses',
  kind: 'ClusterAnalysis',
  namespaced: false,
}

const core = (plural: string, kind: string): Resource => ({ group: '', version: 'v1', plural, kind, namespaced: true })
export const deploymentResource: Resource = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
}
export const serviceResource = core('services', 'Service')
export const podResource = core('pods', 'Pod')
export const secretResource = core('secrets', 'Secret')
/** Keeps a pod template as the server understands it today: defaults are applied when it is read (docs/adr/0001). */
export const podTemplateResource = core('podtemplates', 'PodTemplate')
export const ingressResource: Resource = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingresses',
  kind: 'Ingress',
  namespaced: true,
}
export const ingressClassResource: Resource = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingressclasses',
  kind: 'IngressClass',
  namespaced: false,
}
export const endpointSliceResource: Resource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
}
export const autoscalerResource: Resource = {
  group: 'autoscaling',
  version: 'v2',
  plural: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespaced: true,
}
const admission = (plural: string, kind: string): Resource => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural,
  kind,
  namespaced: false,
})
export const mutatingPolicyResource = admission('mutatingadmissionpolicies', 'MutatingAdmissionPolicy')
export const mutatingBindingResource = admission('mutatingadmissionpolicybindings', 'MutatingAdmissionPolicyBinding')
export const validatingPolicyResource = admission('validatingadmissionpolicies', 'ValidatingAdmissionPolicy')
export const validatingBindingResource = admission(
  'validatingadmissionpolicybindings',
  'ValidatingAdmissionPolicyBinding',
)
