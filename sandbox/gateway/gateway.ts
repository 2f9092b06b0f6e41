import { createServer, type Server } from 'node:http'
import type { Endpoint } from './endpoints.ts'
import { type FollowOptions, follow } from './follow.ts'
import { pick } from './pick.ts'
import { createProxy } from './proxy.ts'
import type { RoutingTable } from './routing-table.ts'

export interface GatewayOptions extends FollowOptions {
  /** On 127.0.0.1; any free one unless set. Rejects when it is taken. */
  readonly port?: number
  /** Evenly from 0 up to 1: decides sides and pods. */
  readonly random: () => number
  readonly portOf: (endpoint: Endpoint) => number | undefined
}

export interface Gateway {
  readonly url: string
  table(): RoutingTable
  close(): Promise<void>
}

/** An ingress controller on loopback: follows the cluster, a while behind it, and hands requests to its pods. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const followed = follow(options)
  const proxy = createProxy({
    route: (asked) => pick(followed.table(), asked, options.random),
    portOf: options.portOf,
  })
  const server = createServer((request, response) => proxy.handle(request, response))
  server.keepAliveTimeout = keepAliveMs
  try {
    const port = await listen(server, options.port ?? 0)
    return {
      url: `http://127.0.0.1:${port}`,
      table: () => followed.table(),
      async close() {
        followed.stop()
        await new Promise<void>((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        })
        proxy.close()
      },
    }
  } catch (error) {
    followed.stop()
    throw error
  }
}

/**
 * nginx's `keepalive_timeout`. Whoever closes an idle connection first may meet a request that is on its way: with Node's
 * own 5 s a process that stalls for a second resets what its clients have just sent.
 */
const keepAliveMs = 75_000

function listen(server: Server, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : wanted)
    })
  })
}
