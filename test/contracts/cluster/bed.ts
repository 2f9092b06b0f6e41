import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import { at } from '../../../cli/json.ts'
import { createClient, type KubeClient } from '../../../kube/client.ts'
import { type KubeConnection, withToken } from '../../../kube/connection.ts'
import { eventually } from './eventually.ts'
import { namespaces, serviceAccounts } from './resources.ts'
import { createWire, type Wire } from './wire.ts'

/** What one case has: a namespace that nobody else writes in, and ways to speak to the server. */
export interface Bed {
  readonly namespace: string
  /** The administrator's. */
  readonly client: KubeClient
  /** The administrator's too, for what the client has no words for: other patches, tables, warnings. */
  readonly wire: Wire
  /** A client that acts as a service account, by a token that the server made. */
  actingAs(account: string, namespace?: string): Promise<KubeClient>
  /** The administrator, impersonating. */
  impersonating(user: string, groups?: readonly string[]): KubeClient
  /** The administrator, with the warnings that were heard. */
  listening(): { readonly client: KubeClient; readonly warnings: readonly string[] }
  /** Creates in this namespace; the object need not name it. */
  make(resource: Resource, object: KubeObject): Promise<KubeObject>
}

export interface Beds {
  /** Makes a bed, runs, and closes what the bed has opened. */
  use(name: string, run: (bed: Bed) => Promise<void>): Promise<void>
  close(): Promise<void>
}

export function createBeds(connection: KubeConnection): Beds {
  const client = createClient(connection)
  const wire = createWire(connection)
  let made = 0
  return {
    async use(name, run) {
      const opened: KubeClient[] = []
      const open = (clientOfCase: KubeClient) => {
        opened.push(clientOfCase)
        return clientOfCase
      }
      try {
        made += 1
        const namespace = await freshNamespace(client, `${name.replaceAll(' ', '-')}-${made}`)
        await run(bedOf({ connection, client, wire, namespace, open }))
      } finally {
        await Promise.all(opened.map((clientOfCase) => clientOfCase.close()))
      }
    },
    async close() {
      await Promise.all([client.close(), wire.close()])
    },
  }
}

interface Parts {
  readonly connection: KubeConnection
  readonly client: KubeClient
  readonly wire: Wire
  readonly namespace: string
  readonly open: (client: KubeClient) => KubeClient
}

function bedOf({ connection, client, wire, namespace, open }: Parts): Bed {
  return {
    namespace,
    client,
    wire,
    async actingAs(account, place = namespace) {
      const token = await tokenOf(client, place, account)
      return open(createClient(withToken(connection, async () => token)))
    },
    impersonating: (user, groups = []) =>
      open(
        createClient({
          ...connection,
          headers: async () => ({ ...(await connection.headers()), ...as(user, groups) }),
        }),
      ),
    listening() {
      const warnings: string[] = []
      const listener = open(createClient(connection, { onWarning: (warning) => warnings.push(warning) }))
      return { client: listener, warnings }
    },
    make: (resource, object) => client.create(resource, { ...object, metadata: { namespace, ...object.metadata } }),
  }
}

/** A namespace in which pods can be made: a service account comes a moment later. */
async function freshNamespace(client: KubeClient, name: string): Promise<string> {
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  await eventually(() => client.get(serviceAccounts, { namespace: name, name: 'default' }))
  return name
}

export async function tokenOf(client: KubeClient, namespace: string, account: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } }
  return String(at(await client.request('POST', path, body), 'status', 'token'))
}

function as(user: string, groups: readonly string[]) {
  return { 'impersonate-user': user, ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }) }
}
