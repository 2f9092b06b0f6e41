import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { KubeError } from '../../kube/errors.ts'
import type { KubeClient } from '../../kube/types.ts'

/** A Service as a URL of the cluster's own names it. */
export interface ServiceAddress {
  readonly scheme: 'http' | 'https'
  readonly namespace: string
  readonly name: string
  readonly port: number
  readonly path: string
}

/** `http://prometheus.monitoring:9090`, with or without `.svc` and `.svc.cluster.local`; undefined: no such name. */
export function serviceOf(url: string): ServiceAddress | undefined {
  const { protocol, hostname, port, pathname } = new URL(url)
  const found = /^([a-z0-9-]+)\.([a-z0-9-]+)(\.svc(\.cluster\.local)?)?\.?$/.exec(hostname)
  const [, name, namespace] = found ?? []
  if (name === undefined || namespace === undefined || /^\d+$/.test(namespace)) return undefined
  const scheme = protocol === 'https:' ? 'https' : 'http'
  const path = pathname.replace(/\/+$/, '')
  return { scheme, namespace, name, port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port), path }
}

export interface ServiceProxy {
  readonly url: string
  close(): Promise<void>
}

/**
 * Lets a Prometheus in the cluster be asked from outside: a server on loopback that puts every question to the Service
 * through the API server, with the rights of whoever connects (`get` on `services/proxy`).
 */
export async function startServiceProxy(
  client: Pick<KubeClient, 'request'>,
  service: ServiceAddress,
): Promise<ServiceProxy> {
  const server = createServer((request, response) => {
    void forward(client, service, request).then((answer) => send(response, answer))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Forwarded {
  readonly status: number
  readonly body: unknown
}

/** Prometheus takes the form of a POST as the query of a GET, which is all that one needs rights for. */
async function forward(
  client: Pick<KubeClient, 'request'>,
  service: ServiceAddress,
  request: IncomingMessage,
): Promise<Forwarded> {
  try {
    const form = await text(request)
    const path = new URL(request.url ?? '/', 'http://loopback').pathname
    return { status: 200, body: await client.request('GET', `${proxyPath(service)}${path}?${form}`) }
  } catch (error) {
    return refusal(error)
  }
}

const proxyPath = ({ scheme, namespace, name, port, path }: ServiceAddress): string =>
  `/api/v1/namespaces/${namespace}/services/${scheme}:${name}:${port}/proxy${path}`

function refusal(error: unknown): Forwarded {
  const status = error instanceof KubeError ? (error.status ?? 502) : 502
  const message = error instanceof Error ? error.message : String(error)
  return { status, body: { status: 'error', errorType: status === 400 ? 'bad_data' : 'unavailable', error: message } }
}

function send(response: ServerResponse, { status, body }: Forwarded): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
