import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { hostname } from 'node:os'
import type { Clock } from '../api/clock.ts'
import { createClient } from '../kube/client.ts'
import { type KubeConnection, withToken } from '../kube/connection.ts'
import type { KubeClient, RequestInfo } from '../kube/types.ts'
import { type ControllerConfig, defaultConfig } from './config.ts'
import { type Control, type ControlView, createControl } from './control.ts'
import { isServiceAccount, requireInstalled, servesHold, serviceAccountTokens } from './identity.ts'
import { createLog, type Log } from './log.ts'
import { systemClock } from './loop/clock.ts'
import { createMeasurer, type OnAnswered } from './measurer.ts'
import { createMetrics, type Metrics } from './server/metrics.ts'
import { collectProcess } from './server/process-metrics.ts'
import { type RunningServer, startServer } from './server/server.ts'

export interface ControllerOptions {
  /** As whoever starts it; outside a cluster the controller's service account is taken on from there. */
  readonly connection: KubeConnection
  readonly config?: Partial<ControllerConfig>
  readonly clock?: Clock
  readonly log?: Log
  /** For tests: a client that fails before or after any write. */
  readonly wrapClient?: (client: KubeClient) => KubeClient
  /** Called once all kinds are known and work begins. */
  readonly onReady?: (started: StartedController) => void
}

export interface StartedController extends ControlView {
  readonly metrics: Metrics
  /** Where /metrics, /healthz and /readyz are, when they are served. */
  readonly url?: string
}

/** Runs until the signal aborts. Throws a StartError, in one sentence for a person, where it cannot run. */
export async function runController(options: ControllerOptions, signal: AbortSignal): Promise<void> {
  setMaxListeners(0, signal) // every watch, worker and request listens to it
  const config = { ...defaultConfig, ...options.config }
  const clock = options.clock ?? systemClock
  const log = options.log ?? stderrLog(config, clock)
  const starter = createClient(options.connection)
  try {
    const connection = await connectAsController(options.connection, starter, clock, signal)
    await runAs(connection, { ...options, config, clock, log }, signal)
  } finally {
    await starter.close()
  }
}

type Settings = ControllerOptions & { readonly config: ControllerConfig; readonly clock: Clock; readonly log: Log }

async function runAs(connection: KubeConnection, settings: Settings, signal: AbortSignal): Promise<void> {
  const { clock, config, log, wrapClient = (client: KubeClient) => client } = settings
  let onAnswered: OnAnswered = () => undefined
  let onRequest: (info: RequestInfo) => void = () => undefined
  const client = wrapClient(createClient(connection, { onRequest: (info) => onRequest(info) }))
  try {
    const holdServed = await servesHold(client, signal)
    if (!holdServed) log.warn('this server has no MutatingAdmissionPolicy v1: updates cannot be held')
    const { namespace, leaderElection, prometheus, allowedMetricsAddresses } = config
    const measure = createMeasurer({
      client,
      clock,
      ...(prometheus === undefined ? {} : { defaultPrometheus: prometheus }),
      allowedAddresses: allowedMetricsAddresses,
      onAnswered: (provider, outcome, ms) => onAnswered(provider, outcome, ms),
    })
    const control = createControl({
      client,
      measure,
      clock,
      identity: `${hostname()}_${randomUUID()}`,
      ...(namespace === undefined ? {} : { namespace }),
      leaderElection,
      holdServed,
      log,
      metrics: metricsOf,
    })
    onAnswered = (provider, outcome, ms) => control.metrics.measured(provider, outcome, ms)
    onRequest = ({ verb, kind, status, ms }) => control.metrics.requested(verb, kind, status, ms)
    await runServed(control, settings, signal)
  } finally {
    await client.close()
  }
}

async function runServed(control: Control, { config, log, onReady }: Settings, signal: AbortSignal): Promise<void> {
  const server = await serverOf(control, config)
  if (server !== undefined) log.info('serves', { url: server.url })
  const ready = whenReady(control, signal).then((isReady) => {
    if (isReady) onReady?.({ ...control, ...(server === undefined ? {} : { url: server.url }) })
  })
  try {
    await Promise.all([control.run(signal), ready])
  } finally {
    await server?.close()
  }
}

async function serverOf(control: Control, { host, port }: ControllerConfig): Promise<RunningServer | undefined> {
  if (port === undefined) return undefined
  return startServer({ host, port, metrics: control.metrics.registry, missing: () => control.missing() })
}

async function whenReady(control: Control, signal: AbortSignal): Promise<boolean> {
  await control.synced
  return !signal.aborted
}

/** In the cluster we are the service account already; elsewhere its token is asked for, again and again. */
async function connectAsController(
  connection: KubeConnection,
  starter: KubeClient,
  clock: Clock,
  signal: AbortSignal,
): Promise<KubeConnection> {
  await requireInstalled(starter, signal)
  if (await isServiceAccount(starter, signal)) return connection
  const token = serviceAccountTokens(starter, clock)
  await token() // fails here, with a sentence, rather than on the first write
  return withToken(connection, token)
}

function metricsOf({ caches, queue, isLeader }: ControlView): Metrics {
  const metrics = createMetrics({
    rollouts: () => caches.rollouts.list(),
    queue: () => ({ ...queue.size() }),
    isLeader,
  })
  collectProcess(metrics.registry)
  return metrics
}

function stderrLog({ logLevel, logFormat }: ControllerConfig, clock: Clock): Log {
  return createLog({
    level: logLevel,
    format: logFormat,
    write: (line) => process.stderr.write(line),
    now: () => clock.now(),
  })
}
