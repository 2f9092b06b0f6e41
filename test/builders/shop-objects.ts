import type { KubeObject } from '../../api/kube-object.ts'
import { apiVersion } from '../../api/names.ts'

const metadata = { namespace: 'shop', name: 'web' }
const labels = { app: 'web' }
const approval = { gates: [{ approval: {} }] }
const backend = { service: { name: 'web', port: { number: 80 } } }

/** What is in the shop before Sluice comes, and the Rollout of two batches, 20 and 50 percent, a person after each. */
export const shopObjects: readonly KubeObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 10,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:v1' }] } },
    },
  },
  { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: 80 }] } },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata,
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host: 'web.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  },
  {
    apiVersion,
    kind: 'Rollout',
    metadata,
    spec: {
      workloadRef: { kind: 'Deployment', name: 'web' },
      strategy: { canary: { steps: [20, 50].map((weight) => ({ weight, ...approval })) } },
      traffic: [{ ingress: { name: 'web' } }],
    },
  },
]
