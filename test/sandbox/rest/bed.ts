import { onTestFinished } from 'vitest'
import { stringsOf } from '../../../api/json.ts'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'
import { createClient } from '../../../kube/client.ts'
import type { Certificate } from '../../../sandbox/rest/certificate.ts'
import { createFront } from '../../../sandbox/rest/front.ts'
import { serve } from '../../../sandbox/rest/server.ts'
import { createApi } from '../../../sandbox/server/api-server.ts'
import { type Authorize, admin, mastersGroup } from '../../../sandbox/server/caller.ts'
import type { Kind } from '../../../sandbox/server/kind.ts'
import { createVirtualClock } from '../../../sandbox/virtual-clock.ts'

const core = (plural: string, kind: string, namespaced = true): Resource => ({
  group: '',
  version: 'v1',
  plural,
  kind,
  namespaced,
})
export const namespaces = core('namespaces', 'Namespace', false)
export const configMaps = core('configmaps', 'ConfigMap')
export const serviceAccounts = core('serviceaccounts', 'ServiceAccount')
export const webs: Resource = { group: 'shop.test', version: 'v1', plural: 'webs', kind: 'Web', namespaced: true }

const kind = (resource: Resource, more: Partial<Kind> = {}): Kind => ({
  resource,
  singular: resource.kind.toLowerCase(),
  shortNames: [],
  categories: [],
  subresources: [],
  hasGeneration: false,
  allowsBlindUpdate: true,
  patchesByStrategy: true,
  complete: (object, onUnknown) => {
    for (const field of Object.keys(stringsOf(object['unknown']))) onUnknown?.(`unknown.${field}`)
    return object
  },
  validate: ({ metadata }) =>
    metadata.labels?.['bad'] === undefined ? [] : [{ field: 'metadata.labels', message: 'Invalid value: "bad": no' }],
  columns: [
    { name: 'Name', type: 'string', priority: 0, cell: ({ metadata }) => metadata.name },
    { name: 'Born', type: 'string', priority: 1, cell: ({ metadata }) => metadata.creationTimestamp ?? null },
  ],
  ...more,
})

export interface BedOptions {
  readonly authorize?: Authorize
  readonly memory?: number
  readonly certificate?: Certificate
}

/** A server with a few plain kinds, a namespace `shop` and a service account in it, over HTTP. */
export async function createBed({ authorize = mastersOnly, memory = 2_000, certificate }: BedOptions = {}) {
  const clock = createVirtualClock()
  let ids = 0
  const api = createApi({
    clock,
    ids: { uid: () => `uid-${++ids}`, suffix: () => `s${++ids}` },
    memory,
    builtIns: [
      kind(namespaces),
      kind(configMaps, { shortNames: ['cm'] }),
      kind(serviceAccounts, { subresources: ['token'] }),
      kind(webs, {
        subresources: ['status', 'scale'],
        scale: { spec: '.spec.replicas', status: '.status.replicas' },
        schema: { type: 'object', description: 'A web shop.' },
      }),
    ],
    customKinds: () => [],
    admission: () => ({ mutate: ({ object }) => object, validate: ({ object }) => warningsOf(object) }),
  })
  api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  api.create(serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'bot', namespace: 'shop' },
  })
  const users = { 'admin-token': admin, 'dev-token': { username: 'dev', groups: ['system:authenticated'] } }
  const front = createFront({ api, clock, ids: { uid: () => `secret-${++ids}`, suffix: () => '' }, authorize, users })
  const server = await serve({ front, ...(certificate && { certificate }) })
  const warnings: string[] = []
  const client = createClient(
    {
      server: server.url,
      tls: {},
      namespace: 'shop',
      contextName: 'test',
      user: 'admin',
      headers: async () => ({ authorization: 'Bearer admin-token' }),
    },
    { onWarning: (warning) => warnings.push(warning) },
  )
  onTestFinished(async () => {
    await client.close()
    await server.close().catch(() => undefined) // by the test itself
  })
  return { api, clock, client, server, warnings, ask: asker(server.url) }
}

export type Bed = Awaited<ReturnType<typeof createBed>>

const mastersOnly: Authorize = ({ groups }) => groups.includes(mastersGroup)

const warningsOf = (object: KubeObject | undefined): readonly string[] => {
  const text = object?.metadata.annotations?.['warn']
  return text === undefined ? [] : [text]
}

interface AskOptions {
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A raw request; text bodies are sent as they are. */
function asker(url: string) {
  return async (method: string, path: string, { token = 'admin-token', headers = {}, body }: AskOptions = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
  }
}

export const configMap = (name: string, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', ...more },
  data: { colour: 'red' },
})
