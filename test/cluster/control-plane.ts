import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Binaries } from './binaries.ts'
import type { Credentials } from './credentials.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import type { Program } from './recipes.ts'

/** What the parts of a cluster agree on. */
export interface Site {
  readonly folder: string
  readonly binaries: Binaries
  readonly credentials: Credentials
  readonly ports: {
    readonly etcd: number
    readonly etcdPeer: number
    readonly api: number
    readonly gateway: number
    readonly gatewayPing: number
    readonly gatewayMetrics: number
    readonly pods: number
    readonly podsControl: number
    readonly prometheus: number
  }
  /** A kubeconfig file for one of the built-in users. */
  readonly kubeconfigFor: (user: string) => string
}

/** Not in the pods' network: there is no kube-proxy, nobody calls these. */
const serviceNetwork = '172.30.0.0/16'

export function startEtcd(site: Site): Daemon {
  const { etcd, etcdPeer } = site.ports
  return start(site, 'etcd', [
    `--data-dir=${join(site.folder, 'etcd')}`,
    '--unsafe-no-fsync', // the data live as long as the suite
    `--listen-client-urls=http://127.0.0.1:${etcd}`,
    `--advertise-client-urls=http://127.0.0.1:${etcd}`,
    `--listen-peer-urls=http://127.0.0.1:${etcdPeer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${etcdPeer}`,
    `--initial-cluster=default=http://127.0.0.1:${etcdPeer}`,
    '--quota-backend-bytes=8589934592',
    '--log-level=warn',
  ])
}

export function startApiServer(site: Site, extraFlags: readonly string[] = []): Daemon {
  const { files } = site.credentials
  return start(site, 'kube-apiserver', [
    `--etcd-servers=http://127.0.0.1:${site.ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${site.ports.api}`,
    '--advertise-address=172.31.0.1', // without a default route it finds none by itself, and loopback is refused
    `--tls-cert-file=${files.cert}`,
    `--tls-private-key-file=${files.key}`,
    `--token-auth-file=${files.tokens}`,
    '--authorization-mode=RBAC',
    `--service-cluster-ip-range=${serviceNetwork}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--allow-privileged=true',
    '--max-requests-inflight=3000',
    '--max-mutating-requests-inflight=1500',
    '--shutdown-delay-duration=0s',
    '--profiling=false',
    ...extraFlags,
  ])
}

/** The limits are far above what a benchmark with 200 rollouts asks for: it should measure us, not them. */
export function startControllerManager(site: Site): Daemon {
  const config = site.kubeconfigFor('kube-controller-manager')
  return start(site, 'kube-controller-manager', [
    `--kubeconfig=${config}`,
    `--authentication-kubeconfig=${config}`,
    `--authorization-kubeconfig=${config}`,
    `--service-account-private-key-file=${site.credentials.files.serviceAccountKey}`,
    `--root-ca-file=${site.credentials.files.ca}`,
    '--leader-elect=false',
    '--secure-port=0',
    // after outages of the API server KWOK and the controllers may come back to it so late that all nodes would count as dead
    '--node-monitor-grace-period=5m',
    '--kube-api-qps=2000',
    '--kube-api-burst=4000',
    '--concurrent-deployment-syncs=50',
    '--concurrent-replicaset-syncs=50',
    '--concurrent-statefulset-syncs=50',
    '--concurrent-service-endpoint-syncs=50',
    '--concurrent-gc-syncs=50',
    '--controllers=*,-endpoints-controller,-endpointslice-mirroring-controller',
  ])
}

export async function startScheduler(site: Site): Promise<Daemon> {
  const config = join(site.folder, 'scheduler.yaml')
  await writeFile(
    config,
    stringify({
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      clientConnection: { kubeconfig: site.kubeconfigFor('kube-scheduler'), qps: 2000, burst: 4000 },
      leaderElection: { leaderElect: false },
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 2,
    }),
  )
  return start(site, 'kube-scheduler', [`--config=${config}`, '--secure-port=0'])
}

export function start(
  site: Site,
  program: Program,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Daemon {
  return startDaemon({
    name: program,
    command: [join(site.folder, 'bin', program), ...args],
    logFile: join(site.folder, `${program}.log`),
    env: { ...process.env, HOME: site.folder, ...env },
  })
}
