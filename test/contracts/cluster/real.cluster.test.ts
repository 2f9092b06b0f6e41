import { loadConfig } from '../../../kube/config.ts'
import { startCluster } from '../../cluster/cluster.ts'
import { describeCluster } from './contract.ts'

describeCluster('real', async () => {
  const cluster = await startCluster({ nodes: 3 })
  return { connection: await loadConfig({ kubeconfig: cluster.kubeconfig }), stop: () => cluster.stop() }
})
