import type { Waiting } from '../../api/status.ts'
import type { EndpointsView } from '../snapshot.ts'
import type { View } from './turn.ts'
import { drainedAt } from './view.ts'

/** A wait that time, or another look, ends. */
export interface TimedWait {
  readonly waiting: Waiting
  readonly wakeAt: number
}

/** The API server was away, and gateways may still be on their way back to it. */
export const gatewaysMayLag = ({ watchLagMs }: View): boolean => (watchLagMs ?? 0) > 0

/** No side is given more requests, and no drain counts, on what a gateway may not know yet. */
export function catchingUp(view: View): TimedWait {
  return {
    waiting: {
      reason: 'GatewaysCatchingUp',
      message: 'the API server was away; gateways may not have heard of the latest pods and routes yet',
      next: 'goes on by itself, a minute after the API server is back at the latest',
    },
    wakeAt: view.now + Math.ceil(view.watchLagMs ?? 0),
  }
}

/** What a drain says: when it ends, or that it has not begun while gateways may not know of it. */
export function drainWait(view: View, draining: Waiting): Waiting {
  return gatewaysMayLag(view) ? catchingUp(view).waiting : { ...draining, until: drainedAt(view) }
}

/** Kubernetes mostly follows within this time: until then nobody need worry. */
const usualMs = 10_000
const lookAgainMs = 2_000
const lookAgainLaterMs = 10_000

type NotCurrent = Exclude<EndpointsView, { kind: 'current' }>

/** A gateway would send requests to pods that are gone, however many endpoints are said to be ready. */
export function endpointsLate(view: View, endpoints: NotCurrent | undefined, sinceMs: number): TimedWait {
  if (endpoints === undefined) return { waiting: looking, wakeAt: view.now }
  if (view.now < sinceMs + usualMs) return { waiting: looking, wakeAt: view.now + lookAgainMs }
  const waiting = endpoints.kind === 'behind' ? behind(view, endpoints.service) : unread(view, endpoints)
  return { waiting, wakeAt: view.now + lookAgainLaterMs }
}

const looking: Waiting = {
  reason: 'LookingAtEndpoints',
  message: 'waits until the endpoints of the workload are the pods that are ready now',
  next: 'goes on by itself when they are',
}

function behind({ rollout }: View, service: string): Waiting {
  const { namespace } = rollout.meta
  return {
    reason: 'EndpointsBehind',
    message: `Service ${namespace}/${service}: its EndpointSlices do not name the pods that are ready now; the copy keeps its traffic`,
    next: `goes on by itself when they do; should it last, make Kubernetes look again: kubectl annotate service ${service} -n ${namespace} sluice.dev/touched="$(date)" --overwrite; no deadline`,
  }
}

function unread({ rollout }: View, { service, denied }: Extract<NotCurrent, { kind: 'unknown' }>): Waiting {
  const { namespace } = rollout.meta
  const why = denied ? 'the controller may not list them' : 'the API server does not list them'
  return {
    reason: 'EndpointsBehind',
    message: `Service ${namespace}/${service}: its EndpointSlices and pods are not known: ${why}; the copy keeps its traffic`,
    next: `goes on by itself when they are known${denied ? '; give the controller the rights that sluice install gives it' : ''}; no deadline`,
  }
}
