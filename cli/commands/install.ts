import { Command, Option } from 'commander'
import { stringify } from 'yaml'
import { installManifests, type InstallOptions as Manifests } from '../../api/install.ts'
import { CliError } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { install } from '../install-flow.ts'
import { type PrometheusFlags, prometheusIn, withPrometheusFlags } from '../prometheus-flags.ts'
import { type ClusterFlags, type Context, withClusterFlags, withSession } from '../session.ts'
import { anotherMetricsAddress, metricsAddressHelp } from './controller.ts'

interface InstallOptions extends ClusterFlags, PrometheusFlags {
  readonly dryRun?: boolean
  readonly image?: string
  readonly allowMetricsAddress: readonly string[]
  readonly output?: 'yaml' | 'json'
}

export function installCommand(context: Context): Command {
  const command = withClusterFlags(new Command('install'))
    .description('put the kinds, rights and policies of Sluice into the cluster, or bring them up to date')
    .option('--image <ref>', 'run the controller in the cluster, from this image')
  return withPrometheusFlags(command, 'with --image: where analyses ask that name no address')
    .option('--allow-metrics-address <host[:port]>', `with --image: ${metricsAddressHelp}`, anotherMetricsAddress, [])
    .option('--dry-run', 'change nothing; with -o, print the manifests')
    .addOption(new Option('-o, --output <format>', 'print the manifests (with --dry-run)').choices(['yaml', 'json']))
    .action(async (options: InstallOptions) => {
      const { image, output, dryRun } = options
      const what = manifestsOf(options)
      if (output !== undefined && dryRun !== true)
        throw new CliError(exitCodes.usage, '-o prints manifests and needs --dry-run')
      if (dryRun === true) return printManifests(context, what, output ?? 'yaml')
      await withSession(context, options, (session) => install(context, session, what))
      sayNext(context, image)
    })
}

function manifestsOf(options: InstallOptions): Manifests {
  const { image, allowMetricsAddress } = options
  const prometheus = prometheusIn(options)
  if (image !== undefined) {
    const metrics = {
      allowedMetricsAddresses: allowMetricsAddress,
      ...(prometheus === undefined ? {} : { prometheus }),
    }
    return { image, metrics }
  }
  if (prometheus === undefined && allowMetricsAddress.length === 0) return {}
  throw new CliError(
    exitCodes.usage,
    '--prometheus and --allow-metrics-address are settings of the controller: give --image, or give them to sluice controller',
  )
}

function printManifests({ terminal }: Context, what: Manifests, format: 'yaml' | 'json'): void {
  const items = installManifests(what)
  if (format === 'json') terminal.out(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2))
  else terminal.out(items.map((item) => `---\n${stringify(item).trimEnd()}`).join('\n'))
}

function sayNext({ terminal }: Context, image: string | undefined): void {
  terminal.out('')
  if (image === undefined)
    terminal.out('Next: run the controller, here: sluice controller   (or in the cluster: sluice install --image REF)')
  terminal.out(
    `${image === undefined ? 'Then' : 'Next'}: write a Rollout for a Deployment that you have: sluice init deployment/NAME -n NAMESPACE --apply`,
  )
}
