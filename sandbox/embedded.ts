import { randomUUID } from 'node:crypto'
import type { Clock } from '../api/clock.ts'
import { type Gateway, startGateway } from './gateway/gateway.ts'
import { randomIds } from './ids.ts'
import { annotatedLife } from './kubelet/pod-life.ts'
import { createPodServers } from './pods/pod-servers.ts'
import { createAuthority, createServerCertificate } from './rest/certificate.ts'
import { createFront } from './rest/front.ts'
import { kubeconfig } from './rest/kubeconfig.ts'
import { serve } from './rest/server.ts'
import { createSandbox, type Sandbox } from './sandbox.ts'
import { admin, type Caller } from './server/caller.ts'

export interface EmbeddedOptions {
  readonly clock: Clock
  /** Users beside `admin`, by name, with their groups. */
  readonly users?: Readonly<Record<string, readonly string[]>>
  /** Of the API server and of the gateway; any free one unless set. Rejects when it is taken. */
  readonly ports?: { readonly api?: number; readonly gateway?: number }
  /** How long the gateway takes to follow a change, ms; 100. */
  readonly gatewayDelayMs?: number
  readonly nodeCount?: number
}

/** A whole cluster in this process, on loopback: kubectl and helm work against it, and its pods answer through its gateway. */
export interface Embedded extends Sandbox {
  readonly apiUrl: string
  readonly gateway: Gateway
  /** The text of a kubeconfig for `admin` or one of the users that were asked for. */
  kubeconfigFor(user: string): string
  /** Ends everything; nothing of it is left. */
  close(): Promise<void>
}

const defaultDelayMs = 100

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { clock, ports = {}, gatewayDelayMs = defaultDelayMs } = options
  const pods = createPodServers({ clock, random: Math.random })
  const sandbox = createSandbox({
    clock,
    ids: randomIds,
    lifeOf: annotatedLife,
    runtime: { start: (pod, address) => void pods.start(pod, address), stop: pods.stop },
    ...(options.nodeCount === undefined ? {} : { nodeCount: options.nodeCount }),
  })
  const { tokens, users } = usersOf(options)
  const authority = createAuthority('sluice-sandbox')
  const front = createFront({ ...sandbox, clock, ids: randomIds, users })
  const closing: (() => Promise<unknown>)[] = [() => pods.close(), async () => sandbox.stop()]
  const close = async () => {
    for (const end of closing.toReversed()) await end()
  }
  try {
    const server = await serve({
      front,
      certificate: createServerCertificate(authority, ['127.0.0.1', 'localhost']),
      ...(ports.api === undefined ? {} : { port: ports.api }),
    })
    closing.push(() => server.close())
    const gateway = await startGateway({
      api: sandbox.api,
      clock,
      random: Math.random,
      delayMs: () => gatewayDelayMs,
      portOf: pods.portOf,
      ...(ports.gateway === undefined ? {} : { port: ports.gateway }),
    })
    closing.push(() => gateway.close())
    const kubeconfigFor = (user: string) => {
      const token = tokens[user]
      if (token === undefined) throw new Error(`the cluster has no user ${user}; ask for it at start`)
      return kubeconfig({ server: server.url, ca: authority.cert, user, token })
    }
    return { ...sandbox, apiUrl: server.url, gateway, kubeconfigFor, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A token for each user, made up anew every time. */
function usersOf({ users: asked = {} }: EmbeddedOptions) {
  const callers: Readonly<Record<string, Caller>> = {
    admin,
    ...Object.fromEntries(
      Object.entries(asked).map(([username, groups]) => [
        username,
        { username, groups: [...groups, 'system:authenticated'] },
      ]),
    ),
  }
  const tokens: Record<string, string> = {}
  const users: Record<string, Caller> = {}
  for (const [name, caller] of Object.entries(callers)) {
    const token = randomUUID()
    tokens[name] = token
    users[token] = caller
  }
  return { tokens, users }
}
