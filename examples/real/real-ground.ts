import { startCluster } from '../../test/cluster/cluster.ts'
import type { Ground } from '../demo/ground.ts'

/** etcd, kube-apiserver, Traefik and pods that answer; inside a namespace of its own (test/cluster/README.md). */
export async function startRealGround(): Promise<Ground> {
  const cluster = await startCluster()
  return {
    title: 'kube-apiserver 1.36, etcd, KWOK, Traefik',
    kubeconfig: cluster.kubeconfig,
    gatewayUrl: cluster.gatewayUrl,
    gatewayMs: 2_500,
    env: cluster.env,
    stop: () => cluster.stop(),
  }
}
