import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../../kube/config.ts'
import { systemClock } from '../../../rollout-controller/loop/clock.ts'
import { startEmbedded } from '../../../sandbox/embedded.ts'
import { describeCluster } from './contract.ts'

describeCluster('embedded', async () => {
  const cluster = await startEmbedded({ clock: systemClock, nodeCount: 3 })
  const folder = await mkdtemp(join(tmpdir(), 'sluice-contract-'))
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, cluster.kubeconfigFor('admin'))
  const stop = async () => {
    await cluster.close()
    await rm(folder, { recursive: true })
  }
  return { connection: await loadConfig({ kubeconfig }), stop }
})
