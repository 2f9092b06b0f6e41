import { createHash } from 'node:crypto'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { pinnedLookup, type Reach, type Resolve } from './pinned-lookup.ts'

/** Who we are to a server, and whom we trust there; PEM. */
export interface TlsIdentity {
  readonly cert?: string
  readonly key?: string
  /** Trusted instead of the authorities that Node knows. */
  readonly ca?: string
}

export interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

export interface AgentPool {
  /** A connection is used again by requests of the same host, identity and reach, and by no others. */
  agentsFor(reach: Reach, identity: TlsIdentity): Agents
  close(): void
}

const mostIdentities = 256
/** An idle connection is kept for so long. */
const idleMs = 60_000

/** Keeps connections alive; each agent keeps those of every host apart by itself. */
export function createAgentPool(resolve: Resolve): AgentPool {
  const pool = new Map<string, Agents>()
  return {
    agentsFor(reach, identity) {
      const key = createHash('sha256')
        .update(JSON.stringify([reach, identity.cert, identity.key, identity.ca]))
        .digest('hex')
      const agents = pool.get(key) ?? createAgents(resolve, reach, identity)
      pool.delete(key)
      pool.set(key, agents) // the one used last is the last to go
      const [oldest] = pool.keys()
      // not destroyed: a request may be under way; its idle connections close by themselves
      if (pool.size > mostIdentities && oldest !== undefined) pool.delete(oldest)
      return agents
    },
    close() {
      for (const { http, https } of pool.values()) {
        http.destroy()
        https.destroy()
      }
      pool.clear()
    },
  }
}

function createAgents(resolve: Resolve, reach: Reach, { cert, key, ca }: TlsIdentity): Agents {
  const options = { keepAlive: true, timeout: idleMs, maxFreeSockets: 64, lookup: pinnedLookup(resolve, reach) }
  const tls = {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
  }
  return { http: new HttpAgent(options), https: new HttpsAgent({ ...options, ...tls }) }
}
