import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeObject } from '../../api/kube-object.ts'
import { ingressClassResource } from '../../api/names.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import { startEmbedded } from '../../sandbox/embedded.ts'
import { nginxController } from '../../sandbox/gateway/ingress-class.ts'
import type { Ground } from './ground.ts'
import type { RunFolder } from './run-folder.ts'

/** How long the gateway takes to follow a change, ms, unless somebody wants another. */
const usualGatewayMs = 100

const ingressClass: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'nginx' },
  spec: { controller: nginxController },
}

/** The embedded cluster (docs/embedded.md): in this process, on free ports of loopback, ready in well under a second. */
export async function startEmbeddedGround(folder: RunFolder, gatewayMs = usualGatewayMs): Promise<Ground> {
  const cluster = await startEmbedded({ clock: systemClock, gatewayDelayMs: gatewayMs })
  cluster.api.create(ingressClassResource, ingressClass)
  const kubeconfig = join(folder.path, 'kubeconfig')
  writeFileSync(kubeconfig, cluster.kubeconfigFor('admin'), { mode: 0o600 })
  return {
    title: 'a cluster in this process',
    kubeconfig,
    gatewayUrl: cluster.gateway.url,
    gatewayMs,
    drain: '2s', // the usual gateway follows in a twentieth of that, and no request takes longer
    env: childEnv(folder, kubeconfig),
    stop: () => cluster.close(),
  }
}

/** What helm and kubectl remember goes into the folder: addresses of loopback are soon another cluster's. */
function childEnv({ path }: RunFolder, kubeconfig: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: join(path, 'kube-cache'),
    HELM_CACHE_HOME: join(path, 'helm-cache'),
    HELM_CONFIG_HOME: join(path, 'helm-config'),
    HELM_DATA_HOME: join(path, 'helm-data'),
  }
}
