import type { RouteTarget } from '../api/rollout.ts'
import { nginx } from './nginx.ts'
import type { TrafficProvider } from './provider.ts'

/** Every provider, one line each. */
const providers: Readonly<Record<RouteTarget['kind'], TrafficProvider>> = {
  ingress: nginx,
}

export const providerFor = (kind: RouteTarget['kind']): TrafficProvider => providers[kind]
