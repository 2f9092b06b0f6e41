import type { RequestOptions } from 'node:https'
import { homedir } from 'node:os'
import { KubeConfig } from '@kubernetes/client-node'
import type { KubeConnection, RequestHeaders, TlsOptions } from './connection.ts'

export { type KubeConnection, withToken } from './connection.ts'

export interface ConfigOptions {
  /** A kubeconfig file; otherwise KUBECONFIG, then ~/.kube/config, then the pod's service account. */
  readonly kubeconfig?: string
  readonly context?: string
  /** Wins over the namespace of the context. */
  readonly namespace?: string
  readonly impersonate?: { readonly user: string; readonly groups?: readonly string[] }
}

/** There is no usable kubeconfig; the message is one sentence for a person. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError'
}

/** A plugin that prints no expiry would be run for every request otherwise. */
const HEADERS_FRESH_MS = 10_000

/** Where to connect and as whom. Runs an exec plugin or an OIDC refresh if the kubeconfig asks for one. */
export async function loadConfig(options: ConfigOptions = {}): Promise<KubeConnection> {
  const config = readFiles(options)
  const context = chooseContext(config, options.context)
  const cluster = config.getCluster(context.cluster)
  if (cluster === null) throw new KubeConfigError(`Context "${context.name}" names a cluster that is not defined.`)
  allowPlainHttp(config)
  const credentials = await authenticate(config)
  return {
    server: cluster.server,
    tls: tlsOf(credentials),
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
    namespace: options.namespace ?? context.namespace ?? 'default',
    contextName: context.name,
    user: context.user,
    headers: remembered(async () => headersOf(await authenticate(config), options.impersonate)),
  }
}

function readFiles(options: ConfigOptions): KubeConfig {
  const config = new KubeConfig()
  try {
    if (options.kubeconfig === undefined) config.loadFromDefault()
    else config.loadFromFile(options.kubeconfig)
  } catch (error) {
    const which = options.kubeconfig ?? process.env.KUBECONFIG ?? `${homedir()}/.kube/config`
    throw new KubeConfigError(`Cannot read the kubeconfig ${which}: ${messageOf(error)}.`, { cause: error })
  }
  // client-node makes up localhost:8080 when it finds nothing
  if (config.getCurrentContext() === 'loaded-context' && config.getCurrentCluster()?.name === 'cluster') {
    throw new KubeConfigError('There is no kubeconfig: set KUBECONFIG or --kubeconfig, or create ~/.kube/config.')
  }
  return config
}

function chooseContext(config: KubeConfig, wanted: string | undefined) {
  const names = config.getContexts().map(({ name }) => name)
  const name = wanted ?? config.getCurrentContext()
  if (name === undefined || name === '') {
    throw new KubeConfigError(`The kubeconfig has no current context; choose one of: ${names.join(', ') || 'none'}.`)
  }
  const context = config.getContextObject(name)
  if (context === null) {
    throw new KubeConfigError(`There is no context "${name}" in the kubeconfig; it has: ${names.join(', ') || 'none'}.`)
  }
  config.setCurrentContext(name)
  return { ...context, name }
}

/** client-node refuses http:// servers unless TLS checks are off, which means nothing without TLS. */
function allowPlainHttp(config: KubeConfig): void {
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  )
}

async function authenticate(config: KubeConfig): Promise<RequestOptions> {
  const request: RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(request)
    return request
  } catch (error) {
    throw new KubeConfigError(`Cannot get credentials for the cluster: ${messageOf(error)}.`, { cause: error })
  }
}

function tlsOf({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): TlsOptions {
  return {
    ...pem('ca', ca),
    ...pem('cert', cert),
    ...pem('key', key),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  }
}

function pem(name: 'ca' | 'cert' | 'key', value: unknown): TlsOptions {
  return typeof value === 'string' || Buffer.isBuffer(value) ? { [name]: value } : {}
}

function headersOf(request: RequestOptions, impersonate: ConfigOptions['impersonate']): RequestHeaders {
  const headers: RequestHeaders = {}
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (value !== undefined) headers[name.toLowerCase()] = String(value).trim() // token files may end in a newline
  }
  if (typeof request.auth === 'string') headers.authorization = `Basic ${Buffer.from(request.auth).toString('base64')}`
  if (impersonate === undefined) return headers
  const groups = impersonate.groups ?? []
  return {
    ...headers,
    'impersonate-user': impersonate.user,
    ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
  }
}

/** Asks again after a while; callers in between share one answer, also while it is on its way. A failure is not kept. */
function remembered(ask: () => Promise<RequestHeaders>): () => Promise<RequestHeaders> {
  let answer: Promise<RequestHeaders> | undefined
  let askedAtMs = 0
  return () => {
    if (answer !== undefined && performance.now() - askedAtMs < HEADERS_FRESH_MS) return answer
    askedAtMs = performance.now()
    const asked = ask().catch((error: unknown) => {
      if (answer === asked) answer = undefined
      throw error
    })
    answer = asked
    return asked
  }
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return (text.split('\n')[0] ?? '').slice(0, 300).replace(/\.$/, '')
}
