import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../api/kube-object.ts'
import { canaryServiceOf } from '../../rollout-controller/workload/canary-service.ts'

const serviceWith = (spec: Readonly<Record<string, unknown>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'web',
    namespace: 'shop',
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'external-dns.alpha.kubernetes.io/hostname': 'web.example.com' },
  },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
})
const canaryOf = (spec: Readonly<Record<string, unknown>>) =>
  canaryServiceOf(serviceWith(spec), { name: 'web-canary', ownerUid: 'uid-1', copy: 'web-canary' })

describe('the canary Service', () => {
  it('has the same ports, inside the cluster only, and selects the copy’s pods', () => {
    expect(canaryOf({})).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'web-canary',
        namespace: 'shop',
        labels: {
          'app.kubernetes.io/managed-by': 'sluice',
          'sluice.dev/rollout-uid': 'uid-1',
          'sluice.dev/role': 'service',
        },
      },
      spec: {
        type: 'ClusterIP',
        ports: [{ name: 'http', port: 80, targetPort: 'http' }],
        selector: { 'sluice.dev/copy': 'web-canary', 'sluice.dev/rollout-uid': 'uid-1' },
      },
    })
  })

  it('takes no second load balancer, node port or address', () => {
    const spec = canaryOf({
      type: 'LoadBalancer',
      clusterIP: '10.0.0.7',
      clusterIPs: ['10.0.0.7'],
      loadBalancerIP: '1.2.3.4',
      healthCheckNodePort: 30_001,
      externalIPs: ['1.2.3.4'],
      externalTrafficPolicy: 'Local',
      publishNotReadyAddresses: true,
      ports: [{ port: 80, nodePort: 30_080, protocol: 'TCP' }],
    }).spec
    expect(spec).toMatchObject({ type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP' }] })
    expect(Object.keys(spec as object).sort()).toEqual(['ports', 'selector', 'type'])
    expect(JSON.stringify(spec)).not.toContain('nodePort')
  })

  it('is an ordinary one also beside a headless Service', () => {
    expect(canaryOf({ clusterIP: 'None' }).spec).not.toHaveProperty('clusterIP')
  })

  it('keeps clients on their pod as the user’s does', () => {
    const affinity = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }
    expect(canaryOf(affinity).spec).toMatchObject(affinity)
  })
})
