import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../api/kube-object.ts'
import { ingress, kindsWith, objectOf, service, templateWith, withContainer, workload } from './objects.ts'

const { write } = kindsWith()
const rbac = 'rbac.authorization.k8s.io/v1'
const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' }
const backend = (fields: object) => ingress({ backend: fields })
const rolling = (rollingUpdate: object) =>
  workload('Deployment', { strategy: { type: 'RollingUpdate', rollingUpdate } })
const container = 'spec.template.spec.containers[0]'
const path = 'spec.rules[0].http.paths[0]'

type Refused = readonly [object: KubeObject, ...causes: string[]]
type Change = readonly [old: KubeObject, change: Readonly<Record<string, unknown>>, ...causes: string[]]

/** Messages as a real 1.36 answers. */
const refused: readonly Refused[] = [
  [objectOf('v1', 'Namespace', {}, { name: 'a.b' }), 'metadata.name: Invalid value: "a.b": must not contain dots'],
  [objectOf(rbac, 'Role', {}, { name: 'a/b' }), `metadata.name: Invalid value: "a/b": may not contain '/'`],
  [
    objectOf('v1', 'ConfigMap', {}, { name: undefined }),
    'metadata.name: Required value: name or generateName is required',
  ],
  [
    objectOf('v1', 'ConfigMap', {}, { finalizers: ['x'] }),
    'metadata.finalizers[0]: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
  ],
  [
    service({}, { name: 'a'.repeat(64) }),
    `metadata.name: Invalid value: "${'a'.repeat(64)}": must be no more than 63 characters`,
  ],
  [
    workload('Deployment', { selector: undefined }),
    'spec.selector: Required value',
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ],
  [
    workload('Deployment', { selector: {} }),
    'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
  ],
  [workload('ReplicaSet', { replicas: -1 }), 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  [
    workload('Deployment', { minReadySeconds: 10, progressDeadlineSeconds: 10 }),
    'spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds',
  ],
  [
    workload('Deployment', { template: templateWith({ containers: [] }) }),
    'spec.template.spec.containers: Required value',
  ],
  [
    workload('Deployment', { template: templateWith({ restartPolicy: 'Never' }) }),
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
  [withContainer({ image: undefined }), `${container}.image: Required value`],
  [
    withContainer({ imagePullPolicy: 'Sometimes' }),
    `${container}.imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
  ],
  [
    withContainer({ ports: [{ containerPort: 70_000 }] }),
    `${container}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
  ],
  [
    withContainer({ volumeMounts: [{ name: 'x', mountPath: '/x' }] }),
    `${container}.volumeMounts[0].name: Not found: "x"`,
  ],
  [withContainer({ livenessProbe: {} }), `${container}.livenessProbe: Required value: must specify a handler type`],
  [
    withContainer({ resources: { requests: { cpu: 2 }, limits: { cpu: 1 } } }),
    `${container}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
  ],
  [
    rolling({ maxSurge: '0%', maxUnavailable: 0 }),
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
  ],
  [
    rolling({ maxUnavailable: '200%' }),
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "200%": must not be greater than 100%',
  ],
  [
    workload('Deployment', { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ],
  [
    workload('StatefulSet', { podManagementPolicy: 'X' }),
    `spec.podManagementPolicy: Invalid value: "X": must be 'OrderedReady' or 'Parallel'`,
  ],
  [service({ ports: [] }), 'spec.ports: Required value'],
  [
    service({ ports: [{ port: 80 }, { port: 81 }] }),
    'spec.ports[0].name: Required value',
    'spec.ports[1].name: Required value',
  ],
  [
    service({ clusterIP: '1.2.3.4' }),
    'spec.clusterIPs: Invalid value: ["1.2.3.4"]: failed to allocate IP 1.2.3.4: the provided IP (1.2.3.4) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
  ],
  [
    objectOf('networking.k8s.io/v1', 'Ingress', { spec: {} }),
    'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified',
  ],
  [ingress({ pathType: undefined }), `${path}.pathType: Required value: pathType must be specified`],
  [ingress({ path: 'x' }), `${path}.path: Invalid value: "x": must be an absolute path`],
  [backend({}), `${path}.backend: Invalid value: "": resource or service backend is required`],
  [backend({ service: { name: 'a' } }), `${path}.backend: Required value: port name or number is required`],
  [
    objectOf(rbac, 'ClusterRoleBinding', { roleRef: role }, { namespace: undefined }),
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
  ],
  [
    objectOf('coordination.k8s.io/v1', 'Lease', { spec: { leaseDurationSeconds: 0 } }),
    'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
  ],
  [
    objectOf('admissionregistration.k8s.io/v1', 'MutatingAdmissionPolicyBinding', { spec: {} }),
    'spec.policyName: Required value',
  ],
]

describe('what is created', () => {
  it.each(refused.map(([object, ...causes]) => ({ object, causes })))('refuses $causes.0', ({ object, causes }) => {
    expect(write(object).causes).toEqual(causes)
  })

  it.each(['Deployment', 'ReplicaSet', 'StatefulSet'])('a good %s is taken', (kind) => {
    expect(write(workload(kind)).causes).toEqual([])
  })

  it('a label that is none is refused with its value', () => {
    const [cause] = write(objectOf('v1', 'ConfigMap', {}, { labels: { a: 'x y' } })).causes
    expect(cause).toMatch(
      /^metadata\.labels: Invalid value: "x y": a valid label must be an empty string or consist of/,
    )
  })

  it('what was refused is refused again', () => {
    const { object } = write(workload('Deployment', { replicas: -1 }))
    expect(write(object).causes).toHaveLength(1)
  })
})

const selector = { matchLabels: { app: 'b' } }
const other = { selector, template: templateWith({}, { app: 'b' }) }
const fixed = 'field is immutable'

const changes: readonly Change[] = [
  [workload('Deployment'), { spec: other }, `spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: ${fixed}`],
  [
    workload('StatefulSet'),
    { spec: { serviceName: 'x' } },
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ],
  [workload('StatefulSet'), { spec: { replicas: 3, updateStrategy: { type: 'OnDelete' } } }],
  [
    service(),
    { spec: { clusterIP: '10.99.0.9' } },
    'spec.clusterIPs[0]: Invalid value: ["10.99.0.9"]: may not change once set',
  ],
  [
    objectOf('v1', 'ConfigMap', { data: { a: 'b' }, immutable: true }),
    { data: {} },
    'data: Forbidden: field is immutable when `immutable` is set',
  ],
  [objectOf('v1', 'Secret'), { type: 'x' }, `type: Invalid value: "x": ${fixed}`],
  [
    objectOf(rbac, 'RoleBinding', { roleRef: role }),
    { roleRef: { ...role, name: 'x' } },
    'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"x"}: cannot change roleRef',
  ],
]

describe('what is changed', () => {
  it.each(changes.map(([object, change, ...causes]) => ({ object, change, causes })))(
    '$object.kind by $change',
    ({ object, change, causes }) => {
      const { object: old } = write(object)
      const spec = { ...Object(old['spec']), ...Object(change['spec']) }
      expect(write({ ...old, ...change, ...(change['spec'] === undefined ? {} : { spec }) }, old).causes).toEqual(
        causes,
      )
    },
  )

  it('a pod may get another image and nothing else', () => {
    const podWith = (fields: object) =>
      objectOf('v1', 'Pod', { spec: { containers: [{ name: 'web', image: 'web:v1', ...fields }] } })
    const { object: old } = write(podWith({}))
    expect(write(podWith({ image: 'web:v2' }), old).causes).toEqual([])
    expect(write(podWith({ command: ['sh'] }), old).causes).toEqual([
      expect.stringMatching(/^spec: Forbidden: pod updates may not/),
    ])
  })
})
