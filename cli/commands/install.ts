import { Command, Option } from 'commander'
import { stringify } from 'yaml'
import { installManifests } from '../../api/install.ts'
import { CliError } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { install } from '../install-flow.ts'
import { type ClusterFlags, type Context, withClusterFlags, withSession } from '../session.ts'

interface InstallOptions extends ClusterFlags {
  readonly dryRun?: boolean
  readonly image?: string
  readonly output?: 'yaml' | 'json'
}

export function installCommand(context: Context): Command {
  return withClusterFlags(new Command('install'))
    .description('put the kinds, rights and policies of Sluice into the cluster, or bring them up to date')
    .option('--image <ref>', 'run the controller in the cluster, from this image')
    .option('--dry-run', 'change nothing; with -o, print the manifests')
    .addOption(new Option('-o, --output <format>', 'print the manifests (with --dry-run)').choices(['yaml', 'json']))
    .action(async (options: InstallOptions) => {
      const { image, output, dryRun } = options
      if (output !== undefined && dryRun !== true)
        throw new CliError(exitCodes.usage, '-o prints manifests and needs --dry-run')
      if (dryRun === true) return printManifests(context, image, output ?? 'yaml')
      await withSession(context, options, (session) => install(context, session, image))
      sayNext(context, image)
    })
}

function printManifests({ terminal }: Context, image: string | undefined, format: 'yaml' | 'json'): void {
  const items = installManifests(image === undefined ? {} : { image })
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
