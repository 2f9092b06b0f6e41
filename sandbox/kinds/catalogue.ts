import * as showNetwork from './columns/network.ts'
import * as show from './columns/others.ts'
import { podColumns } from './columns/pod.ts'
import * as showWorkload from './columns/workloads.ts'
import {
  eventFields,
  fromStoredEvent,
  ofStoredEvent,
  toStoredEvent,
  validateCoreEvent,
  validateEvent,
} from './event.ts'
import { prepareNamespace, preparePod } from './prepare.ts'
import { prepareService, type Services, validateAllocation } from './prepare-service.ts'
import { resourceOf, type Traits } from './traits.ts'
import * as change from './validate/changes.ts'
import { isLabel, isLabelName, isPathSegment } from './validate/names.ts'

/** Which kinds are built in, and what is special about each; source: pkg/registry. */
export const catalogue = (services: Services): readonly Traits[] => [
  ...coreKinds(services),
  ...workloadKinds,
  ...networkKinds,
  ...accessKinds,
  ...extensionKinds,
]

const apps = { of: 'apps/v1', generation: true } as const
const network = { of: 'networking.k8s.io/v1', generation: true } as const
const access = { of: 'rbac.authorization.k8s.io/v1', isName: isPathSegment } as const
const extensions = { categories: ['api-extensions'], cluster: true, generation: true, conditional: true } as const
const admission = { ...extensions, of: 'admissionregistration.k8s.io/v1' } as const
const all = { categories: ['all'] } as const
const status = { subresources: ['status'] } as const
const scaled = {
  ...all,
  subresources: ['status', 'scale'],
  scale: { spec: '.spec.replicas', status: '.status.replicas', selector: '.spec.selector' },
} as const
const storedEvent = { of: 'events.k8s.io/v1', kind: 'Event', short: ['ev'] } as const

const coreKinds = (services: Services): readonly Traits[] => [
  {
    of: 'v1',
    kind: 'Namespace',
    short: ['ns'],
    cluster: true,
    subresources: ['status', 'finalize'],
    isName: isLabelName,
    prepare: prepareNamespace,
    selectable: ['status.phase'],
    columns: show.namespaceColumns,
  },
  {
    ...status,
    of: 'v1',
    kind: 'Node',
    short: ['no'],
    cluster: true,
    columns: show.nodeColumns,
  },
  {
    ...all,
    of: 'v1',
    kind: 'Pod',
    short: ['po'],
    generation: true,
    subresources: ['status', 'binding'],
    change: change.keepsPod,
    prepare: preparePod,
    selectable: [
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ],
    columns: podColumns,
  },
  {
    ...all,
    ...status,
    of: 'v1',
    kind: 'Service',
    short: ['svc'],
    isName: isLabel,
    change: change.keepsAddress,
    prepare: (service, old) => prepareService(service, old, services),
    validate: (service) => validateAllocation(service, services),
    selectable: ['spec.clusterIP', 'spec.type'],
    columns: showNetwork.serviceColumns,
  },
  { of: 'v1', kind: 'ConfigMap', short: ['cm'], change: change.keepsFrozen, columns: show.configMapColumns },
  { of: 'v1', kind: 'Secret', change: change.keepsSecret, selectable: ['type'], columns: show.secretColumns },
  { of: 'v1', kind: 'ServiceAccount', short: ['sa'], subresources: ['token'] },
  { of: 'v1', kind: 'PodTemplate', generation: true, columns: showWorkload.podTemplateColumns },
  {
    of: 'v1',
    kind: 'Event',
    short: ['ev'],
    validate: validateCoreEvent,
    columns: show.eventColumns,
    selectable: eventFields('involvedObject', 'reportingComponent'),
    alias: { of: resourceOf(storedEvent), fromStored: fromStoredEvent, toStored: toStoredEvent },
  },
  {
    ...storedEvent,
    validate: validateEvent,
    columns: show.eventColumns.map(ofStoredEvent),
    selectable: eventFields('regarding', 'reportingController'),
  },
]

const workloadKinds: readonly Traits[] = [
  {
    ...apps,
    ...scaled,
    kind: 'Deployment',
    short: ['deploy'],
    annotationsCount: true,
    change: change.keepsSelector,
    columns: showWorkload.deploymentColumns,
  },
  {
    ...apps,
    ...scaled,
    kind: 'ReplicaSet',
    short: ['rs'],
    selectable: ['status.replicas'],
    change: change.keepsSelector,
    columns: showWorkload.replicaSetColumns,
  },
  {
    ...apps,
    ...scaled,
    kind: 'StatefulSet',
    short: ['sts'],
    change: change.keepsStatefulSet,
    columns: showWorkload.statefulSetColumns,
  },
  { of: 'apps/v1', kind: 'ControllerRevision', change: change.keeps('data'), columns: showWorkload.revisionColumns },
  {
    ...all,
    ...status,
    of: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    short: ['hpa'],
    columns: showWorkload.autoscalerColumns,
  },
  { of: 'coordination.k8s.io/v1', kind: 'Lease', conditional: true, columns: show.leaseColumns },
]

const networkKinds: readonly Traits[] = [
  {
    of: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    generation: true,
    change: change.keeps('addressType'),
    columns: showNetwork.endpointSliceColumns,
  },
  { ...network, ...status, kind: 'Ingress', plural: 'ingresses', short: ['ing'], columns: showNetwork.ingressColumns },
  {
    ...network,
    kind: 'IngressClass',
    plural: 'ingressclasses',
    cluster: true,
    columns: showNetwork.ingressClassColumns,
  },
]

const role = { ...access, columns: show.createdColumns } as const
const binding = { ...access, change: change.keepsRole, columns: show.bindingColumns } as const

const accessKinds: readonly Traits[] = [
  { ...role, kind: 'Role' },
  { ...role, kind: 'ClusterRole', cluster: true },
  { ...binding, kind: 'RoleBinding' },
  { ...binding, kind: 'ClusterRoleBinding', cluster: true },
]

const extensionKinds: readonly Traits[] = [
  {
    ...admission,
    kind: 'MutatingAdmissionPolicy',
    plural: 'mutatingadmissionpolicies',
    columns: show.policyColumns('Mutations', 'spec.mutations'),
  },
  { ...admission, kind: 'MutatingAdmissionPolicyBinding', columns: show.policyBindingColumns },
  {
    ...admission,
    ...status,
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
    columns: show.policyColumns('Validations', 'spec.validations'),
  },
  { ...admission, kind: 'ValidatingAdmissionPolicyBinding', columns: show.policyBindingColumns },
  {
    ...extensions,
    ...status,
    of: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    short: ['crd', 'crds'],
    columns: show.createdColumns,
  },
]
