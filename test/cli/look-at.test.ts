import { describe, expect, it } from 'vitest'
import { lookAt } from '../../cli/look-at.ts'
import { troubleOf } from '../../cli/pod-trouble.ts'
import type { World } from '../../cli/world.ts'
import { objectOf, progressing } from './builders.ts'

const pod = (name: string, app: string, image: string, ready = true) =>
  objectOf('Pod', {
    metadata: { name, namespace: 'shop', labels: { app } },
    spec: { containers: [{ image }] },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  })
const deployment = (name: string, app: string, labels: Record<string, string> = {}) =>
  objectOf('Deployment', {
    metadata: { name, namespace: 'shop', labels, annotations: { 'sluice.dev/held': 'true' } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app } },
      template: { spec: { containers: [{ image: 'web:v2' }] } },
    },
    status: { readyReplicas: 2 },
  })
const ownLabels = { 'sluice.dev/rollout-uid': 'u1', 'sluice.dev/role': 'copy' }
const world: World = {
  rollout: objectOf('Rollout', {
    metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
    spec: { workloadRef: { name: 'web' } },
    status: progressing(),
  }),
  deployments: [deployment('web', 'web'), deployment('web-canary', 'canary', ownLabels)],
  pods: [pod('a', 'web', 'web:v1'), pod('b', 'web', 'web:v1', false), pod('c', 'canary', 'web:v2')],
  ingresses: [
    objectOf('Ingress', {
      apiVersion: 'networking.k8s.io/v1',
      metadata: {
        name: 'web-canary',
        namespace: 'shop',
        labels: { ...ownLabels, 'sluice.dev/role': 'route' },
        annotations: {
          'nginx.ingress.kubernetes.io/canary': 'true',
          'nginx.ingress.kubernetes.io/canary-weight': '10',
        },
      },
    }),
  ],
  templates: [],
}

describe('a look at the world', () => {
  const look = lookAt(world)
  it('says of each side what its pods run, not what the held template says', () => {
    expect(look.stable?.images).toEqual(['web:v1'])
    expect(look.canary?.images).toEqual(['web:v2'])
  })
  it('names the pods that are not ready', () =>
    expect(look.stable?.trouble).toEqual([{ pod: 'b', reason: 'starting' }]))
  it('reads the share that our route object gives, beside the one that is asked', () => {
    expect(look.routes).toEqual([{ kind: 'ingress', name: 'web', asked: 20, says: 10, object: 'web-canary' }])
  })
  it('sees a spec that does not parse, field by field', () =>
    expect(look.specProblems.join()).toContain('spec.strategy'))
})

describe('why a pod is not ready', () => {
  const broken = (status: unknown) => troubleOf(objectOf('Pod', { metadata: { name: 'p' }, status }))?.reason
  it('says the reason of the kubelet, with exit code and restarts', () => {
    const containerStatuses = [
      {
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1 } },
      },
    ]
    expect(broken({ containerStatuses })).toBe('CrashLoopBackOff (exit 1, 4 restarts)')
  })
  it('says the reason of the scheduler', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }]
    expect(broken({ conditions })).toBe('Unschedulable: 0/3 nodes')
  })
})
