import { Command, InvalidArgumentError, Option } from 'commander'
import { runController } from '../../rollout-controller/controller.ts'
import { type LogLevel, logLevels } from '../../rollout-controller/log.ts'
import { parseAllowList } from '../../rollout-controller/metrics-access/allow-list.ts'
import { exitCodes } from '../exit-codes.ts'
import { type PrometheusFlags, prometheusIn, withPrometheusFlags } from '../prometheus-flags.ts'
import { type ClusterFlags, type Context, connectionOf, withClusterFlags } from '../session.ts'

interface ControllerFlags extends ClusterFlags, PrometheusFlags {
  readonly inCluster?: boolean
  readonly metricsPort?: number
  readonly leaderElection: boolean
  readonly allowMetricsAddress: readonly string[]
  readonly logLevel: LogLevel
  readonly logFormat: 'text' | 'json'
}

/** What the probes of the Deployment that `install --image` makes ask. */
const inClusterPort = 8080

export function controllerCommand(context: Context): Command {
  const command = withClusterFlags(new Command('controller'))
    .description("run the controller here, against the current context, as Sluice's service account")
    .option('--in-cluster', `in its own pod: serves probes and metrics on every address, port ${inClusterPort}`)
    .option('--metrics-port <port>', 'serve /metrics, /healthz and /readyz here', portArgument)
    .option('--no-leader-election', 'take it that no other controller runs')
  return withPrometheusFlags(
    command,
    'where analyses ask that name no address, such as http://prometheus.monitoring:9090',
  )
    .option('--allow-metrics-address <host[:port]>', metricsAddressHelp, anotherMetricsAddress, [])
    .addOption(new Option('--log-level <level>', 'how much to say').choices(logLevels).default('info'))
    .addOption(new Option('--log-format <format>', 'how to say it').choices(['text', 'json']).default('text'))
    .action((options: ControllerFlags) => run(context, options))
}

async function run(context: Context, options: ControllerFlags): Promise<void> {
  const { terminal, signal } = context
  const { namespace, logLevel, logFormat, leaderElection, allowMetricsAddress } = options
  const prometheus = prometheusIn(options)
  const connection = await connectionOf(options)
  context.where = { server: connection.server, context: connection.contextName }
  const port = options.metricsPort ?? (options.inCluster === true ? inClusterPort : undefined)
  const config = {
    leaderElection,
    logLevel,
    logFormat,
    allowedMetricsAddresses: allowMetricsAddress,
    ...(prometheus === undefined ? {} : { prometheus }),
    ...(options.inCluster === true ? { host: '0.0.0.0' } : {}),
    ...(namespace === undefined ? {} : { namespace }),
    ...(port === undefined ? {} : { port }),
  }
  const everywhere = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`
  const onReady = ({ url }: { readonly url?: string }) =>
    terminal.err(
      `The controller works on ${everywhere} of ${connection.contextName}${url === undefined ? '' : `, ${url}/metrics`}; Ctrl-C stops it, and nothing is lost`,
    )
  try {
    await runController({ connection, config, onReady }, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  context.exitCode = exitCodes.ok
}

export const metricsAddressHelp =
  'what an Analysis of a namespace may ask besides that Prometheus (again for more; *.domain for all below); a ClusterAnalysis may ask anything'

export function anotherMetricsAddress(text: string, before: readonly string[]): readonly string[] {
  if (isAllowable(text)) return [...before, text]
  throw new InvalidArgumentError('write it as host, host:port or *.domain')
}

function isAllowable(entry: string): boolean {
  try {
    parseAllowList([entry])
    return true
  } catch {
    return false
  }
}

function portArgument(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError('a port is a number from 0 to 65535')
}
