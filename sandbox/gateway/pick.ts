import type { Endpoint } from './endpoints.ts'
import type { Backend, Location, RoutingTable } from './routing-table.ts'

/** What of a request decides where it goes. */
export interface Asked {
  /** As in the header: a port behind it is ignored. */
  readonly host: string
  /** With or without a query. */
  readonly path: string
}

export type Picked =
  | { readonly kind: 'endpoint'; readonly backend: Backend; readonly endpoint: Endpoint }
  /** The gateway's own answer: no such place, or nobody there. */
  | { readonly kind: 'answer'; readonly status: 404 | 503 }

/** A part of the requests, 0 to 1, and who gets it. */
export interface Share {
  readonly backend: Backend
  readonly share: number
}

/** Decides one request. `random` is drawn evenly from 0 up to 1, once for the side and once for the pod. */
export function pick(table: RoutingTable, asked: Asked, random: () => number): Picked {
  const main = locate(table, asked)
  if (main === undefined) return { kind: 'answer', status: 404 }
  if (main.endpoints.length === 0) return { kind: 'answer', status: 503 } // also when the canary is to get everything
  const { canary } = main
  const chosen = canary !== undefined && random() < canaryShare(main) ? canary.backend : main
  const endpoint = chosen.endpoints[Math.floor(random() * chosen.endpoints.length)]
  return endpoint === undefined ? { kind: 'answer', status: 503 } : { kind: 'endpoint', backend: chosen, endpoint }
}

/** The same without chance: who gets how much. Empty where nobody answers. */
export function split(table: RoutingTable, asked: Asked): readonly Share[] {
  const main = locate(table, asked)
  if (main === undefined || main.endpoints.length === 0) return []
  const share = canaryShare(main)
  const shares = [
    { backend: main, share: 1 - share },
    ...(main.canary === undefined ? [] : [{ backend: main.canary.backend, share }]),
  ]
  return shares.filter((part) => part.share > 0)
}

/** An empty canary gets nothing, whatever its weight: then the main backend serves. */
function canaryShare({ canary }: Backend): number {
  if (canary === undefined || canary.backend.endpoints.length === 0) return 0
  return Math.min(Math.max(canary.weight, 0) / canary.total, 1)
}

/** The backend of the place that a request asks for. */
export function locate({ hosts }: RoutingTable, { host, path }: Asked): Backend | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, '')
  const locations = hosts.get(name) ?? hosts.get(name.replace(/^[^.]+/, '*')) ?? hosts.get('')
  const [wanted = ''] = path.split('?')
  return locations?.find((location) => fits(location, wanted))?.backend
}

function fits({ path, pathType }: Location, wanted: string): boolean {
  switch (pathType) {
    case 'Exact':
      return wanted === path
    case 'ImplementationSpecific':
      return wanted.startsWith(path)
    case 'Prefix':
      return `${wanted}/`.startsWith(path.endsWith('/') ? path : `${path}/`)
    default:
      return pathType satisfies never
  }
}
