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
