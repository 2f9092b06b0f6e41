import { describe, expect, it } from 'vitest'
import { canonicalQuantity } from '../../../sandbox/kinds/quantity.ts'
import { kindsWith, objectOf, templateWith, withContainer, workload } from './objects.ts'

const { kindOf, write } = kindsWith()
const deployment = kindOf(workload('Deployment'))

describe('a Deployment that says only what it must', () => {
  it('comes back as Kubernetes 1.36 completes it', () => {
    expect(write(workload('Deployment')).object).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            containers: [
              {
                name: 'web',
                image: 'web:v1',
                resources: {},
                terminationMessagePath: '/dev/termination-log',
                terminationMessagePolicy: 'File',
                imagePullPolicy: 'IfNotPresent',
              },
            ],
            restartPolicy: 'Always',
            terminationGracePeriodSeconds: 30,
            dnsPolicy: 'ClusterFirst',
            securityContext: {},
            schedulerName: 'default-scheduler',
          },
        },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      },
      status: {},
    })
  })

  it('loses the zeros that Go does not write, and keeps those that mean something', () => {
    const zeros = {
      paused: false,
      minReadySeconds: 0,
      replicas: 0,
      template: templateWith({ nodeSelector: {}, volumes: [] }),
    }
    const { spec } = write(workload('Deployment', zeros)).object
    expect(spec).toMatchObject({ replicas: 0 })
    expect(spec).not.toHaveProperty('paused')
    expect(spec).not.toHaveProperty('minReadySeconds')
    expect(spec).not.toHaveProperty('template.spec.nodeSelector')
    expect(spec).not.toHaveProperty('template.spec.volumes')
  })

  it('may have a null where it could have left the field out', () => {
    expect(write(workload('Deployment', { replicas: null, strategy: null })).object).toMatchObject({
      spec: { replicas: 1, strategy: { type: 'RollingUpdate' } },
    })
  })

  it.each([
    ['web', 'Always'],
    ['web:latest', 'Always'],
    ['registry:5000/web', 'Always'],
    ['registry:5000/web:v1', 'IfNotPresent'],
    [`web@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
  ])('pulls %s %s', (image, imagePullPolicy) => {
    expect(write(withContainer({ image })).object).toHaveProperty(
      'spec.template.spec.containers.0.imagePullPolicy',
      imagePullPolicy,
    )
  })
})

describe('other kinds', () => {
  it('a StatefulSet rolls from partition 0, unless its strategy came without numbers', () => {
    expect(write(workload('StatefulSet')).object).toMatchObject({
      spec: {
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      },
      status: { replicas: 0, availableReplicas: 0 },
    })
    expect(write(workload('StatefulSet', { updateStrategy: { type: 'RollingUpdate' } })).object).toHaveProperty(
      'spec.updateStrategy',
      { type: 'RollingUpdate' },
    )
  })

  it('a Secret reads back as data what was written as text', () => {
    const { object } = write(objectOf('v1', 'Secret', { stringData: { a: 'b' } }))
    expect(object).toEqual(objectOf('v1', 'Secret', { data: { a: 'Yg==' }, type: 'Opaque' }))
  })

  it('a Namespace is labelled, active and waits for its controller when deleted', () => {
    expect(write({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }).object).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
  })

  it('a pod asks for what it is limited to, and is guaranteed it', () => {
    const resources = { limits: { cpu: '1', memory: '1024Mi' } }
    const { object } = write(
      objectOf('v1', 'Pod', { spec: { containers: [{ name: 'web', image: 'web:v1', resources }] } }),
    )
    const amounts = { cpu: '1', memory: '1Gi' }
    expect(object).toMatchObject({
      spec: { enableServiceLinks: true, containers: [{ resources: { limits: amounts, requests: amounts } }] },
      status: { phase: 'Pending', qosClass: 'Guaranteed' },
    })
  })

  it('a Role without rules has null, as Go writes it', () => {
    expect(write(objectOf('rbac.authorization.k8s.io/v1', 'Role', { rules: [] })).object['rules']).toBeNull()
  })
})

describe('completing', () => {
  it('returns the very object that is complete, also when it comes anew from the wire', () => {
    const { object } = write(withContainer({ readinessProbe: { httpGet: { port: 80 } } }))
    const again = structuredClone(object)
    expect(deployment.complete(object)).toBe(object)
    expect(deployment.complete(again)).toBe(again)
  })

  it('shares what it does not change', () => {
    const { object } = write(workload('Deployment'))
    const changed = deployment.complete({ ...object, status: { replicas: 1, conditions: [] } })
    expect(changed['spec']).toBe(object['spec'])
    expect(changed['status']).toEqual({ replicas: 1 })
  })

  it('drops what nobody knows and says where it was', () => {
    const { object, unknown } = write(withContainer({ imagee: 'x', ports: [{ containerPort: 80, nam: 'http' }] }))
    const at = 'spec.template.spec.containers[0]'
    expect(unknown).toEqual([`${at}.imagee`, `${at}.ports[0].nam`])
    expect(object).not.toHaveProperty('spec.template.spec.containers.0.imagee')
  })

  it.each([
    [
      workload('Deployment', { replicas: '3' }),
      'string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      workload('Deployment', { replicas: 1.5 }),
      'number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [workload('Deployment', { paused: 'yes' }), 'string into Go struct field DeploymentSpec.spec.paused of type bool'],
    [
      withContainer({ env: [{ name: 'A', value: 1 }] }),
      'number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string',
    ],
    [
      workload('Deployment', { template: templateWith({ containers: {} }) }),
      'object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
    ],
  ])('refuses a value of another type in the words of Go', (object, what) => {
    const message = `Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal ${what}`
    expect(() => write(object)).toThrowError(expect.objectContaining({ code: 400, message }))
  })
})

describe('a quantity', () => {
  it.each([
    ['100m', '100m'],
    [0.5, '500m'],
    ['1000m', '1'],
    ['1500', '1500'],
    ['100000', '100k'],
    ['1024Mi', '1Gi'],
    ['0.5Gi', '512Mi'],
    ['1.5Gi', '1536Mi'],
    ['0', '0'],
  ])('%s is written %s', (given, written) => {
    expect(canonicalQuantity(given)).toBe(written)
  })

  it('is nothing else', () => {
    expect(['x', '1Q', '', '1 Gi'].map(canonicalQuantity)).toEqual([undefined, undefined, undefined, undefined])
  })
})
