import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { installManifests } from '../../api/install.ts'
import {
  clusterAnalysisResource,
  decisionResource,
  deploymentResource,
  endpointSliceResource,
  ingressResource,
  podResource,
  rolloutResource,
} from '../../api/names.ts'
import { createClient } from '../../kube/client.ts'
import { loadConfig } from '../../kube/config.ts'
import type { KubeClient } from '../../kube/types.ts'
import { type Cluster, type ClusterOptions, startCluster } from '../cluster/cluster.ts'
import { type ControllerRun, runController } from './controller.ts'
import { type Recorder, record } from './recorder.ts'
import { createNamespace } from './shop.ts'

/** A cluster with Sluice installed and its controller at work as a process of its own. */
export interface Bed {
  readonly cluster: Cluster
  /** The bench's own, with its own connections. */
  readonly client: KubeClient
  readonly controller: ControllerRun
  /** A new namespace and a record of all that happens in it. */
  open(namespace: string): Promise<Recorder>
  stop(): Promise<void>
}

export interface BedOptions {
  readonly bundle: string
  readonly apiServerFlags?: readonly string[]
  /** One that the controller asks, too. */
  readonly prometheus?: ClusterOptions['prometheus']
}

export async function startBed({ bundle, apiServerFlags = [], prometheus = false }: BedOptions): Promise<Bed> {
  const cluster = await startCluster({ apiServerFlags, prometheus })
  const client = createClient(await loadConfig({ kubeconfig: cluster.kubeconfig }))
  const { code, stderr } = await cluster.apply(...installManifests())
  if (code !== 0) throw new Error(`cannot install: ${stderr}`)
  await served(client)
  const mine = join(cluster.folder, 'sluice.mjs') // somebody may build anew meanwhile
  await copyFile(bundle, mine)
  const controller = await runController(cluster, mine)
  const recorders: Recorder[] = []
  return {
    cluster,
    client,
    controller,
    async open(namespace) {
      await createNamespace(client, namespace)
      const recorder = await record(client, namespace, watched)
      recorders.push(recorder)
      return recorder
    },
    async stop() {
      for (const recorder of recorders) recorder.stop()
      await controller.stop()
      await client.close()
      await cluster.stop()
    },
  }
}

const watched = [
  rolloutResource,
  decisionResource,
  deploymentResource,
  ingressResource,
  endpointSliceResource,
  podResource,
  { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true },
]

/** New kinds are served a moment after their definitions are stored. */
async function served(client: KubeClient): Promise<void> {
  for (const resource of [rolloutResource, decisionResource, clusterAnalysisResource]) {
    for (let tries = 0; ; tries++) {
      const answer = await client.list(resource, { limit: 1 }).catch((error: unknown) => error)
      if (!(answer instanceof Error)) break
      if (tries > 400) throw answer
      await sleep(25)
    }
  }
}
