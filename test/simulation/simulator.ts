import { installManifests } from '../../api/install.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { countedIds } from '../../sandbox/ids.ts'
import { annotatedLife } from '../../sandbox/kubelet/pod-life.ts'
import { allObjects, createEngines, createSandbox, type Engines } from '../../sandbox/sandbox.ts'
import { resourceOf } from '../../sandbox/server/resource-of.ts'
import { createVirtualClock } from '../../sandbox/virtual-clock.ts'
import { ingressClass, shopNamespace } from './shop.ts'

/** What all stories have in common, made once: engines, and a cluster with Sluice installed. */
export interface Simulator {
  readonly engines: Engines
  readonly installed: readonly KubeObject[]
}

export async function createSimulator(): Promise<Simulator> {
  const clock = createVirtualClock()
  const engines = createEngines()
  const sandbox = createSandbox({ clock, ids: countedIds('installed'), engines, lifeOf: annotatedLife })
  const { api } = sandbox
  for (const object of [...installManifests(), shopNamespace, ingressClass]) api.create(resourceOf(api, object), object)
  await clock.advance(1_000)
  sandbox.stop()
  return { engines, installed: allObjects(api) }
}
