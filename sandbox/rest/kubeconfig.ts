import { stringify } from 'yaml'

export interface KubeconfigOptions {
  readonly server: string
  /** PEM, where the server speaks HTTPS. */
  readonly ca?: string
  readonly user: string
  readonly token: string
  /** `default`, unless it is said. */
  readonly namespace?: string
}

/** The text of a kubeconfig for one user of one server. */
export function kubeconfig({ server, ca, user, token, namespace = 'default' }: KubeconfigOptions): string {
  const authority = ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sandbox',
    clusters: [{ name: 'sandbox', cluster: { server, ...authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user, namespace } }],
  })
}
