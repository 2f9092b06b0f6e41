import type { Clock } from '../../api/clock.ts'
import type { Api, Ids } from '../server/api.ts'
import type { Running, Shelves } from './context.ts'
import { runDefinitions } from './definitions.ts'
import { runDeployments } from './deployment/deployment.ts'
import { runEndpointSlices } from './endpoint-slices.ts'
import { runGarbageCollector } from './garbage-collector.ts'
import { runNamespaces } from './namespaces.ts'
import { runReplicaSets } from './replica-set.ts'
import * as served from './resources.ts'
import { runServiceAccounts } from './service-accounts.ts'
import { createShelf } from './shelf.ts'
import { runStatefulSets } from './stateful-set/stateful-set.ts'

export interface ControllersOptions {
  readonly api: Api
  readonly clock: Clock
  readonly ids: Ids
  /** How long after a change a controller looks at it, ms; asked each time, so chance may come in here. 0 when left out. */
  readonly delayMs?: () => number
}

/**
 * The controllers of kube-controller-manager that Sluice meets, at work until they are stopped. They act on what they
 * hear of and at no other time. Events (the kind) they do not write.
 */
export function runControllers({ api, clock, ids, delayMs = () => 0 }: ControllersOptions): Running {
  const shelves: Shelves = {
    deployments: createShelf(api, served.deployments),
    replicaSets: createShelf(api, served.replicaSets),
    statefulSets: createShelf(api, served.statefulSets),
    controllerRevisions: createShelf(api, served.controllerRevisions),
    pods: createShelf(api, served.pods),
    services: createShelf(api, served.services),
    endpointSlices: createShelf(api, served.endpointSlices),
  }
  const context = { api, clock, ids, delayMs, shelves }
  const controllers = [
    runDeployments,
    runReplicaSets,
    runStatefulSets,
    runEndpointSlices,
    runGarbageCollector,
    runNamespaces,
    runDefinitions,
    runServiceAccounts,
  ]
  const running = controllers.map((run) => run(context))
  return {
    stop() {
      for (const shelf of Object.values(shelves)) shelf.close()
      for (const controller of running) controller.stop()
    },
  }
}
