import { installManifests } from '../../api/install.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import {
  apiVersion,
  decisionResource,
  deploymentResource,
  ingressResource,
  ownerUidLabel,
  rolloutResource,
  serviceAccountUser,
  serviceResource,
} from '../../api/names.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { RolloutStatus } from '../../api/status.ts'
import type { KubeClient } from '../../kube/types.ts'
import { countedIds } from '../../sandbox/ids.ts'
import type { LifeOf } from '../../sandbox/kubelet/pod-life.ts'
import { createLocalClient } from '../../sandbox/local-client.ts'
import { createEngines, createSandbox } from '../../sandbox/sandbox.ts'
import type { Api } from '../../sandbox/server/api.ts'
import { mastersGroup } from '../../sandbox/server/caller.ts'
import { resourceOf } from '../../sandbox/server/resource-of.ts'
import { createVirtualClock, type VirtualClock } from '../../sandbox/virtual-clock.ts'
import { lagging } from './lagging.ts'
import { recordWrites, type WriteSeen } from './record-writes.ts'
import { shopObjects } from './shop-objects.ts'

/** The embedded cluster with Sluice installed and namespace shop: Deployment, Service, Ingress and Rollout `web`. */
export interface Shop {
  readonly api: Api
  readonly clock: VirtualClock
  /** As a controller reaches it. */
  readonly client: KubeClient
  /** What got through `client`, dry runs not among it. */
  readonly writes: readonly WriteSeen[]
  /** `helm upgrade`: another image. */
  upgrade(image: string): void
  /** A Decision by ann, about the attempt and step that the status shows. */
  decide(verb: string): void
  status(): RolloutStatus | undefined
  deployment(name?: string): KubeObject | undefined
  /** kind/name of everything with our owner label. */
  ours(): readonly string[]
  canaryWeight(): number | undefined
}

export interface ShopOptions {
  /** So far behind is what `client` watches. */
  readonly lagMs?: number
  /** Called as soon as a write through `client` is done. */
  readonly onWrite?: (write: WriteSeen) => void
}

const namespace = 'shop'
const name = { namespace, name: 'web' }
/** Costly to make, and the same for every shop. */
const engines = createEngines()
const ann = { username: 'ann', groups: [mastersGroup] }

/** Open for a second: its ten pods are ready, and no controller of ours has been there. */
export async function createShop({ onWrite, lagMs = 0 }: ShopOptions = {}): Promise<Shop> {
  const clock = createVirtualClock()
  const ids = countedIds()
  const { api } = createSandbox({
    clock,
    ids,
    lifeOf: shortStarts(),
    delayMs: () => 20,
    engines,
  })
  for (const object of [...installManifests(), ...shopObjects]) api.create(resourceOf(api, object), object)
  await clock.advance(1000)
  const recorded = recordWrites(api, onWrite)
  const caller = { username: serviceAccountUser, groups: [] }
  let decisions = 0

  const shop: Shop = {
    api,
    clock,
    client: createLocalClient(lagMs === 0 ? recorded.api : lagging(recorded.api, clock, lagMs), { clock, caller }),
    writes: recorded.writes,
    upgrade(image) {
      const body = { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } }
      api.patch(deploymentResource, name, { type: 'merge', body })
    },
    decide(verb) {
      const { attempt, step, stepHash } = shop.status()?.release ?? {}
      const about = verb === 'approve' ? { attempt, step, stepHash } : attempt === undefined ? {} : { attempt }
      decisions++
      const spec = { rollout: 'web', verb, decidedBy: ann.username, ...about }
      const metadata = { name: `decision-${decisions}`, namespace }
      api.create(decisionResource, { apiVersion, kind: 'Decision', metadata, spec }, { caller: ann })
    },
    status: () => parseStatus(api.find(rolloutResource, name)?.status),
    deployment: (of = 'web') => api.find(deploymentResource, { namespace, name: of }),
    ours: () =>
      [deploymentResource, serviceResource, ingressResource]
        .flatMap((resource) => api.list(resource, { namespace, labelSelector: ownerUidLabel }).items)
        .map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    canaryWeight() {
      const canary = api.find(ingressResource, { namespace, name: 'web-canary' })
      const weight = canary?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight']
      return weight === undefined ? undefined : Number(weight)
    },
  }
  return shop
}

/** Every pod is ready within 100 ms, no two after the same time, and ends as soon as it is deleted. */
function shortStarts(): LifeOf {
  let pods = 0
  return () => {
    pods++
    return { startMs: (pods * 13) % 50, readyMs: (pods * 29) % 50, fate: 'healthy', lingerMs: 0 }
  }
}
