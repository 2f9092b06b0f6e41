import type { Resource } from '../../api/kube-object.ts'

const of = (group: string, plural: string, kind: string, namespaced = true): Resource => ({
  group,
  version: 'v1',
  plural,
  kind,
  namespaced,
})

/** The kinds that the controllers and the kubelet work on. */
export const deployments = of('apps', 'deployments', 'Deployment')
export const replicaSets = of('apps', 'replicasets', 'ReplicaSet')
export const statefulSets = of('apps', 'statefulsets', 'StatefulSet')
export const controllerRevisions = of('apps', 'controllerrevisions', 'ControllerRevision')
export const pods = of('', 'pods', 'Pod')
export const services = of('', 'services', 'Service')
export const endpointSlices = of('discovery.k8s.io', 'endpointslices', 'EndpointSlice')
export const namespaces = of('', 'namespaces', 'Namespace', false)
export const serviceAccounts = of('', 'serviceaccounts', 'ServiceAccount')
export const nodes = of('', 'nodes', 'Node', false)
export const definitions = of('apiextensions.k8s.io', 'customresourcedefinitions', 'CustomResourceDefinition', false)
