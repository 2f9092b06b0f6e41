/** TLS material for the pool, in PEM. */
export interface TlsOptions {
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
}

export type RequestHeaders = Record<string, string | string[]>

/** Where the API server is and how we say who we are. */
export interface KubeConnection {
  readonly server: string
  readonly tls: TlsOptions
  readonly proxyUrl?: string
  readonly namespace: string
  readonly contextName: string
  /** The kubeconfig's name for the user; what the server calls us only a SelfSubjectReview tells. */
  readonly user: string
  /** Credentials for the next request; asked every time, so that rotated tokens are picked up. */
  headers(): Promise<RequestHeaders>
}

/** The same server, spoken to with a bearer token alone: a client certificate would win over it. `token` is asked per request and does its own caching. */
export function withToken(connection: KubeConnection, token: () => Promise<string>): KubeConnection {
  const { cert: _cert, key: _key, ...tls } = connection.tls
  return { ...connection, tls, headers: async () => ({ authorization: `Bearer ${await token()}` }) }
}
