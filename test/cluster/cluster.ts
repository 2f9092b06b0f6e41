import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { request } from 'undici'
import { ensureBinaries } from './binaries.ts'
import { type Site, startApiServer, startControllerManager, startEtcd, startScheduler } from './control-plane.ts'
import { createCredentials, kubeconfig } from './credentials.ts'
import { type Daemon, startDaemon, waitFor } from './daemon.ts'
import { startGateway, startKwok } from './gateway.ts'
import { createKubeClient } from './kube-access.ts'
import { assertInNamespace } from './namespace.ts'
import type { PodCount, PodCounts } from './pods/counters.ts'
import { sumUp } from './pods/counters.ts'
import { freePorts } from './ports.ts'
import { createPrometheus, gatewayMetricFlags, type Prometheus, type PrometheusOptions } from './prometheus.ts'
import { programs } from './recipes.ts'
import { type CommandOptions, type CommandResult, runCommand } from './run-command.ts'
import { isSeeded, seedCluster } from './seed.ts'

export interface ClusterOptions {
  readonly nodes?: number
  /** Users beside `admin` (system:masters) and `dev` (no rights), with their groups. */
  readonly users?: Readonly<Record<string, readonly string[]>>
  readonly apiServerFlags?: readonly string[]
  readonly gatewayFlags?: readonly string[]
  /** Start a Prometheus too. */
  readonly prometheus?: boolean | PrometheusOptions
  /** Where all files go; it is removed at stop. */
  readonly folder?: string
}

/** A real control plane with nodes, pods that answer and a gateway, for one suite. */
export interface Cluster {
  readonly folder: string
  /** The admin's. */
  readonly kubeconfig: string
  readonly apiUrl: string
  readonly gatewayUrl: string
  /** For child processes: the cluster's kubectl and helm first on the PATH, the admin's kubeconfig, no shared caches. */
  readonly env: NodeJS.ProcessEnv
  /** A kubeconfig file of `admin`, `dev` or one of the users asked for. */
  kubeconfigFor(user: string): string
  kubectl(...args: readonly string[]): Promise<CommandResult>
  helm(...args: readonly string[]): Promise<CommandResult>
  /** `kubectl apply --server-side` of one or more objects. */
  apply(...objects: readonly unknown[]): Promise<CommandResult>
  run(file: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>
  /** Returns once it serves again. SIGTERM, and SIGKILL 2 s later (it waits for open watches); `downMs` keeps it away for a while; a crash is SIGKILL at once. */
  restartApiServer(options?: { readonly downMs?: number; readonly crash?: boolean }): Promise<void>
  readonly pods: PodCounters
  /** Only where it was asked for. */
  readonly prometheus?: Prometheus
  stop(): Promise<void>
}

export interface PodCounters {
  /** What pods have answered since the last reset; in one namespace, or in all. */
  read(namespace?: string): Promise<PodCounts>
  reset(): Promise<void>
}

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  await assertInNamespace()
  const { nodes = 10 } = options
  const site = await prepareSite(options)
  const daemons: Daemon[] = []
  const run = (daemon: Daemon) => {
    daemons.push(daemon)
    return daemon
  }
  const prometheus = options.prometheus
    ? createPrometheus(site, options.prometheus === true ? {} : options.prometheus)
    : undefined
  const client = createKubeClient(accessOf(site, 'admin'))
  const stop = async () => {
    await client.close()
    await Promise.all(daemons.map((daemon) => daemon.stop()).concat(prometheus?.kill() ?? []))
    await rm(site.folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const etcd = run(startEtcd(site))
    let apiServer = run(startApiServer(site, options.apiServerFlags))
    const apiReady = () =>
      waitFor(async () => (await client.send('GET', '/readyz')).status === 200 || undefined, {
        what: 'the API server',
        needs: [etcd, apiServer],
      })
    await apiReady()
    const controllers = [run(startControllerManager(site)), run(startKwok(site)), run(await startScheduler(site))]
    const pods = run(await startPods(site))
    const metricFlags = prometheus ? gatewayMetricFlags(site) : []
    const gateway = run(startGateway(site, [...metricFlags, ...(options.gatewayFlags ?? [])]))
    await Promise.all([
      seedCluster(client, nodes).then(() =>
        waitFor(() => isSeeded(client, nodes), { what: 'ready nodes', needs: controllers }),
      ),
      waitFor(() => answers(`http://127.0.0.1:${site.ports.podsControl}/`), { what: 'the pods', needs: [pods] }),
      waitFor(() => answers(`http://127.0.0.1:${site.ports.gatewayPing}/ping`), { what: 'Traefik', needs: [gateway] }),
      prometheus?.start(),
    ])
    const restartApiServer: Cluster['restartApiServer'] = async ({ downMs = 0, crash = false } = {}) => {
      await apiServer.stop(crash ? undefined : 2_000)
      daemons.splice(daemons.indexOf(apiServer), 1)
      await new Promise((resolve) => setTimeout(resolve, downMs))
      apiServer = run(startApiServer(site, options.apiServerFlags))
      await apiReady()
    }
    return { ...clusterOf(site), restartApiServer, ...(prometheus && { prometheus }), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function prepareSite(options: ClusterOptions): Promise<Site> {
  const outcome = await ensureBinaries()
  if (outcome.kind !== 'found')
    throw new Error(`no cluster: ${outcome.kind === 'impossible' ? outcome.why : 'not built'}`)
  const { binaries } = outcome
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sluice-cluster-')))
  await mkdir(join(folder, 'bin'), { recursive: true })
  const [credentials, ports] = await Promise.all([
    createCredentials(join(folder, 'credentials'), options.users ?? {}),
    choosePorts(),
  ])
  const kubeconfigFor = (user: string) => {
    if (credentials.users[user] === undefined) throw new Error(`the cluster has no user ${user}; ask for it at start`)
    return join(folder, `kubeconfig-${user}`)
  }
  await Promise.all([
    ...programs.map((program) => symlink(binaries[program], join(folder, 'bin', program))),
    ...Object.values(credentials.users).map((user) =>
      writeFile(kubeconfigFor(user.name), kubeconfig(`https://127.0.0.1:${ports.api}`, credentials.ca, user), {
        mode: 0o600,
      }),
    ),
  ])
  return { folder, binaries, credentials, ports, kubeconfigFor }
}

async function choosePorts(): Promise<Site['ports']> {
  const [etcd = 0, etcdPeer = 0, api = 0, gateway = 0, gatewayPing = 0, gatewayMetrics = 0, podsControl = 0, last = 0] =
    await freePorts(8)
  return { etcd, etcdPeer, api, gateway, gatewayPing, gatewayMetrics, podsControl, prometheus: last, pods: 8080 }
}

function clusterOf(site: Site): Omit<Cluster, 'restartApiServer' | 'prometheus' | 'stop'> {
  const { folder, kubeconfigFor, ports } = site
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
    KUBECONFIG: kubeconfigFor('admin'),
    KUBECACHEDIR: join(folder, 'kubectl-cache'), // keyed by address: two clusters would poison each other's
    HELM_CACHE_HOME: join(folder, 'helm', 'cache'),
    HELM_CONFIG_HOME: join(folder, 'helm', 'config'),
    HELM_DATA_HOME: join(folder, 'helm', 'data'),
  }
  const run: Cluster['run'] = (file, args, extra) => runCommand(file, args, { env, ...extra })
  const kubectl = join(folder, 'bin', 'kubectl')
  const control = `http://127.0.0.1:${ports.podsControl}/`
  return {
    folder,
    kubeconfig: kubeconfigFor('admin'),
    apiUrl: `https://127.0.0.1:${ports.api}`,
    gatewayUrl: `http://127.0.0.1:${ports.gateway}`,
    env,
    kubeconfigFor,
    run,
    kubectl: (...args) => run(kubectl, args),
    helm: (...args) => run(join(folder, 'bin', 'helm'), args),
    apply: (...objects) => {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
      return run(kubectl, ['apply', '--server-side', '-f', '-'], { input })
    },
    pods: {
      read: async (namespace) => {
        const counts = (await (await request(control)).body.json()) as readonly PodCount[]
        return sumUp(counts.filter((count) => namespace === undefined || count.namespace === namespace))
      },
      reset: async () => {
        await (await request(control, { method: 'DELETE' })).body.dump()
      },
    },
  }
}

/** The pods run TypeScript from here, so they are a Node process of their own that loads tsx. */
async function startPods(site: Site): Promise<Daemon> {
  const config = join(site.folder, 'pods.json')
  const { pods: port, podsControl: controlPort } = site.ports
  await writeFile(config, JSON.stringify({ access: accessOf(site, 'pods'), port, controlPort }), { mode: 0o600 })
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const main = fileURLToPath(new URL('pods/main.ts', import.meta.url))
  return startDaemon({
    name: 'pods',
    command: [process.execPath, '--import', tsx, main, config],
    logFile: join(site.folder, 'pods.log'),
  })
}

function accessOf({ credentials, ports }: Site, user: string) {
  return {
    server: `https://127.0.0.1:${ports.api}`,
    ca: credentials.ca,
    token: credentials.users[user]?.token ?? '',
  }
}

async function answers(url: string): Promise<true | undefined> {
  const { statusCode, body } = await request(url)
  await body.dump()
  return statusCode === 200 || undefined
}
