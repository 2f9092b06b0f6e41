import type { Waiting } from '../../api/status.ts'
import type { View } from './turn.ts'

/** The API server was away, and gateways may still be on their way back to it. */
export const gatewaysMayLag = ({ watchLagMs }: View): boolean => (watchLagMs ?? 0) > 0

/** No side is given more requests, and none is removed, on what a gateway may not know yet. */
export function catchingUp(view: View): { readonly waiting: Waiting; readonly wakeAt: number } {
  return {
    waiting: {
      reason: 'GatewaysCatchingUp',
      message: 'the API server was away; gateways may not have heard of the latest pods and routes yet',
      next: 'goes on by itself, about a minute after the API server is back',
    },
    wakeAt: view.now + Math.ceil(view.watchLagMs ?? 0),
  }
}

/** Kubernetes is asked again at most this often. */
const lookAgainMs = 1_000

/** A gateway would send requests to pods that are gone, however many endpoints are said to be ready. */
export function endpointsBehind(view: View, service: string): { readonly waiting: Waiting; readonly wakeAt: number } {
  const { namespace } = view.rollout.meta
  return {
    waiting: {
      reason: 'EndpointsBehind',
      message: `Service ${namespace}/${service}: its EndpointSlices do not name the pods that are ready now; the copy keeps all traffic`,
      next: `goes on by itself when they do; should it last, make Kubernetes look again: kubectl annotate service ${service} -n ${namespace} touched="$(date)" --overwrite; no deadline`,
    },
    wakeAt: view.now + lookAgainMs,
  }
}

/** Nobody has looked yet: the next look does. */
export function lookingAtEndpoints(view: View): {
  readonly waiting: Waiting
  readonly transient: true
  readonly wakeAt: number
} {
  return {
    waiting: {
      reason: 'LookingAtEndpoints',
      message: 'looks whether the endpoints of the workload are the pods that are ready now',
      next: 'goes on by itself, a read later',
    },
    transient: true,
    wakeAt: view.now,
  }
}
