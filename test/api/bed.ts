import { installManifests } from '../../api/install.ts'
import { type Cluster, type ClusterOptions, startCluster } from '../cluster/cluster.ts'
import { until } from '../hold/until.ts'

/** A cluster with all that Sluice installs but the controller. */
export async function startInstalled(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await startCluster({ nodes: 1, ...options })
  try {
    const { code, stderr } = await cluster.apply(...installManifests())
    if (code !== 0) throw new Error(stderr)
    await until('Rollouts and Decisions are served', async () => {
      return (await cluster.kubectl('get', 'rollouts,decisions')).code === 0
    })
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

export const steps = [
  { weight: 20, gates: [{ approval: {} }] },
  { weight: 50, replicas: '30%', gates: [{ pause: '10m' }] },
]

/** What users write. */
export const goodSpec = {
  workloadRef: { kind: 'Deployment', name: 'shop' },
  strategy: { canary: { steps } },
  traffic: [{ ingress: { name: 'shop', drain: '0s' } }],
  progressDeadline: '15m',
}

export function rollout(name: string, spec: unknown) {
  return { apiVersion: 'sluice.dev/v1alpha1', kind: 'Rollout', metadata: { name, namespace: 'default' }, spec }
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
