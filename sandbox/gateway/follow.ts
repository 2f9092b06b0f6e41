import type { Clock } from '../../api/clock.ts'
import type { Resource } from '../../api/kube-object.ts'
import { endpointSliceResource, ingressClassResource, ingressResource, serviceResource } from '../../api/names.ts'
import type { Api } from '../server/api.ts'
import { type RoutingTable, routingTable } from './routing-table.ts'

export interface Followed {
  /** What the gateway goes by now. */
  table(): RoutingTable
  stop(): void
}

export interface FollowOptions {
  readonly api: Api
  readonly clock: Clock
  /** A change is in force so long after it was stored, at the latest; asked anew for every change. */
  readonly delayMs: () => number
  /** Called when a new table is in force. */
  readonly onTable?: (table: RoutingTable) => void
}

const watched: readonly Resource[] = [ingressResource, ingressClassResource, serviceResource, endpointSliceResource]

/** Keeps a routing table in step with the cluster, a while behind it. What changes meanwhile is taken together. */
export function follow({ api, clock, delayMs, onTable }: FollowOptions): Followed {
  let table = read(api)
  let cancel: (() => void) | undefined
  const renew = () => {
    cancel = undefined
    table = read(api)
    onTable?.(table)
  }
  const onEvent = () => {
    cancel ??= clock.setTimer(delayMs(), renew)
  }
  const resourceVersion = api.version()
  const ends = watched.map((resource) => api.watch(resource, { resourceVersion }, onEvent))
  return {
    table: () => table,
    stop() {
      cancel?.()
      for (const end of ends) end()
    },
  }
}

function read(api: Api): RoutingTable {
  const list = (resource: Resource) => api.list(resource).items
  return routingTable({
    ingresses: list(ingressResource),
    classes: list(ingressClassResource),
    services: list(serviceResource),
    endpointSlices: list(endpointSliceResource),
  })
}
