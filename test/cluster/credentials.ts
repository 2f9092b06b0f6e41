import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { createAuthority, createServerCertificate } from '../../sandbox/rest/certificate.ts'

/** Who may talk to the API server: a user's name and groups, by a token. */
export interface User {
  readonly name: string
  readonly groups: readonly string[]
  readonly token: string
}

/** Files that the control plane reads, and what a client needs. */
export interface Credentials {
  readonly ca: string
  readonly files: {
    readonly ca: string
    readonly cert: string
    readonly key: string
    readonly serviceAccountKey: string
    readonly serviceAccountPublicKey: string
    readonly tokens: string
  }
  readonly users: Readonly<Record<string, User>>
}

const masters = ['system:masters']

/** The parts of the cluster each have a name of their own, so that an audit log tells them apart. */
const builtInUsers: Readonly<Record<string, readonly string[]>> = {
  admin: masters,
  dev: [],
  'kube-controller-manager': masters,
  'kube-scheduler': masters,
  kwok: masters,
  traefik: masters,
  pods: masters,
  prometheus: masters,
}

export async function createCredentials(
  folder: string,
  extraUsers: Readonly<Record<string, readonly string[]>>,
): Promise<Credentials> {
  await mkdir(folder, { recursive: true })
  const authority = createAuthority('sluice test cluster')
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', '127.0.0.1']
  const server = createServerCertificate(authority, names)
  const serviceAccounts = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const users = Object.fromEntries(
    Object.entries({ ...builtInUsers, ...extraUsers }).map(([name, groups]) => [
      name,
      { name, groups, token: randomBytes(16).toString('hex') },
    ]),
  )
  const write = async (name: string, text: string) => {
    const path = join(folder, name)
    await writeFile(path, text, { mode: 0o600 })
    return path
  }
  const [ca, cert, key, serviceAccountKey, serviceAccountPublicKey, tokens] = await Promise.all([
    write('ca.crt', authority.cert),
    write('apiserver.crt', server.cert),
    write('apiserver.key', server.key),
    write('service-account.key', serviceAccounts.privateKey.export({ type: 'sec1', format: 'pem' }).toString()),
    write('service-account.pub', serviceAccounts.publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    write('tokens.csv', Object.values(users).map(tokenLine).join('')),
  ])
  return { ca: authority.cert, files: { ca, cert, key, serviceAccountKey, serviceAccountPublicKey, tokens }, users }
}

export function kubeconfig(server: string, ca: string, user: User): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sluice-test',
    clusters: [
      {
        name: 'sluice-test',
        cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name: user.name, user: { token: user.token } }],
    contexts: [{ name: 'sluice-test', context: { cluster: 'sluice-test', user: user.name } }],
  })
}

function tokenLine({ token, name, groups }: User): string {
  return `${token},${name},${name}${groups.length > 0 ? `,"${groups.join(',')}"` : ''}\n`
}
