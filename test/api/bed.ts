import { installManifests } from '../../api/install.ts'
import { type Cluster, type ClusterOptions, startCluster } from '../cluster/cluster.ts'
import { until } from '../hold/until.ts'

/** A cluster with all that Sluice installs but the controller. */
export async function startInstalled(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await startCluster({ nodes: 1, ...options })
  try {
    const { code, stderr } = await cluster.apply(...installManifests())
    if (code !== 0) throw new Error(stderr)
    await until('our kinds are served', async () => {
      return (await cluster.kubectl('get', 'rollouts,decisions,analyses,clusteranalyses')).code === 0
    })
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

export const steps = [
  { weight: 20, gates: [{ approval: {} }, { analysis: { name: 'nginx-success-rate', deadline: '5m' } }] },
  { weight: 50, replicas: '30%', gates: [{ pause: '10m' }] },
]

/** What users write. */
export const goodSpec = {
  workloadRef: { kind: 'Deployment', name: 'shop' },
  strategy: {
    canary: {
      steps,
      analysis: [{ name: 'errors', kind: 'ClusterAnalysis', args: [{ name: 'job', value: 'shop' }], advisory: true }],
      beforePromotion: [{ name: 'errors', atDeadline: 'rollBack' }],
    },
  },
  traffic: [{ ingress: { name: 'shop', drain: '0s' } }],
  progressDeadline: '15m',
}

export function rollout(name: string, spec: unknown) {
  return { apiVersion: 'sluice.dev/v1alpha1', kind: 'Rollout', metadata: { name, namespace: 'default' }, spec }
}

export function analysis(kind: 'Analysis' | 'ClusterAnalysis', name: string, spec: unknown) {
  const metadata = kind === 'Analysis' ? { name, namespace: 'default' } : { name }
  return { apiVersion: 'sluice.dev/v1alpha1', kind, metadata, spec }
}

export const threshold = { query: 'up', pass: 'value >= 1' }
/** Every field of a metric, in as few metrics as that takes. */
export const goodAnalysis = {
  args: [{ name: 'job' }, { name: 'limit', value: '0.99' }],
  metrics: [
    {
      name: 'threshold',
      interval: '30s',
      warmUp: '0s',
      patience: '1m',
      prometheus: {
        address: 'https://prometheus.example.com/{{ args.job }}',
        headers: [{ name: 'X-Scope-OrgID', value: 'shop' }],
        auth: { type: 'basic', secret: 'prometheus' },
        range: { last: '5m', step: '30s' },
      },
      threshold: {
        query: 'up',
        pass: 'value > 0.5',
        fail: 'value < 0.1',
        over: 'any',
        noData: 'fail',
        count: 3,
        failureLimit: 1,
        consecutiveErrorLimit: 0,
      },
    },
    {
      name: 'compare',
      web: {
        url: 'http://stats.default/{{ args.job }}',
        method: 'POST',
        headers: [{ name: 'Accept', value: 'application/json' }],
        body: '{"job": "{{ args.job }}"}',
        auth: { type: 'bearer', secret: 'stats' },
      },
      compare: {
        canary: '$.canary',
        stable: '$.stable',
        better: 'lower',
        count: 3,
        failureLimit: 1,
        margin: { absolute: 0.5, relative: '7.5%' },
        minimumSample: { canary: '$.n.canary', stable: '$.n.stable', count: 100 },
        consecutiveErrorLimit: 4,
      },
    },
    {
      name: 'evidence',
      prometheus: {},
      evidence: {
        requests: { canary: 'requests{side="canary"}', stable: 'requests{side="stable"}' },
        good: { canary: 'fast{side="canary"}', stable: 'fast{side="stable"}' },
        ratio: 1.2,
        margin: 0.5,
        passEarly: true,
      },
    },
    { name: 'restarts', kubernetes: {}, threshold: { query: 'restarts', pass: 'value == 0' } },
  ],
}

export function decision(name: string, spec: unknown) {
  return { apiVersion: 'sluice.dev/v1alpha1', kind: 'Decision', metadata: { name, namespace: 'default' }, spec }
}

export const approval = {
  rollout: 'shop',
  verb: 'approve',
  attempt: '0123456789-1',
  step: 1,
  stepHash: 'abcdef0123',
  decidedBy: 'admin',
}
