import { Command, Option } from 'commander'
import { parse, stringify } from 'yaml'
import { deploymentResource, ingressResource, rolloutResource, serviceResource } from '../../api/names.ts'
import { isKubeObject } from '../../kube/json.ts'
import { discover, type Inventory, type Target } from '../discover.ts'
import { CliError, isMissingKind } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { textAt } from '../json.ts'
import { rolloutText } from '../rollout-text.ts'
import { type ClusterFlags, type Context, type Session, withClusterFlags, withSession } from '../session.ts'

interface InitOptions extends ClusterFlags {
  readonly apply?: boolean
  readonly output?: 'yaml' | 'json'
}

export function initCommand(context: Context): Command {
  return withClusterFlags(new Command('init'))
    .description('write the Rollout for a Deployment or a Helm release that is in the cluster')
    .argument('[target...]', 'deployment/NAME, or release NAME; without it, the only Deployment of the namespace')
    .option('--apply', 'create it as well')
    .addOption(new Option('-o, --output <format>', 'print it as').choices(['yaml', 'json']).default('yaml'))
    .action((words: readonly string[], options: InitOptions) =>
      withSession(context, options, (session) => init(context, session, targetOf(words), options)),
    )
}

async function init(context: Context, session: Session, target: Target, { apply, output }: InitOptions): Promise<void> {
  const { terminal, signal } = context
  const discovery = discover(await inventoryOf(session, signal), target, session.namespace)
  if (discovery.kind === 'taken') throw new CliError(exitCodes.failed, discovery.why)
  if (discovery.kind === 'unclear') throw new CliError(exitCodes.notFound, discovery.why)
  const text = rolloutText(discovery.found, session.namespace)
  const object: unknown = parse(text)
  if (apply !== true) {
    terminal.out(output === 'json' ? JSON.stringify(object, null, 2) : text.trimEnd())
    return
  }
  if (!isKubeObject(object)) throw new Error(`not a Rollout: ${stringify(object)}`)
  await session.client.create(rolloutResource, object, { fieldManager: 'sluice-cli' }, signal)
  const { name } = object.metadata
  terminal.out(
    `✔ Rollout ${session.namespace}/${name} created for ${discovery.found.ingresses.map((one) => `Ingress ${one}`).join(', ')}`,
  )
  terminal.out(
    `Next: sluice status ${name} -n ${session.namespace} --watch, and then change the Deployment as you always do`,
  )
}

/** `deployment/web`, `deploy/web`, `deployment web`, `release web`, `release/web`, or a bare name. */
export function targetOf(words: readonly string[]): Target {
  const [kind, name, ...rest] = words.flatMap((word) => word.split('/')).filter((word) => word !== '')
  if (kind === undefined) return { kind: 'any' }
  if (rest.length > 0)
    throw new CliError(exitCodes.usage, 'Name one thing: sluice init deployment/NAME, or sluice init release NAME')
  if (name === undefined) return { kind: 'deployment', name: kind }
  if (/^(deployments?|deploy|deployment\.apps)$/.test(kind)) return { kind: 'deployment', name }
  if (/^(release|helm)$/.test(kind)) return { kind: 'release', name }
  throw new CliError(exitCodes.usage, `Sluice cannot release a ${kind}: name a deployment or a release`)
}

async function inventoryOf({ client, namespace }: Session, signal: AbortSignal): Promise<Inventory> {
  const list = async (resource: typeof deploymentResource) =>
    (await client.listAll(resource, { namespace }, signal)).items
  const [deployments, services, ingresses, rollouts] = await Promise.all([
    list(deploymentResource),
    list(serviceResource),
    list(ingressResource),
    list(rolloutResource).catch((error: unknown) => {
      if (isMissingKind(error)) return []
      throw error
    }),
  ])
  const taken = rollouts.flatMap((rollout) => textAt(rollout, 'spec', 'workloadRef', 'name') ?? [])
  return { deployments, services, ingresses, taken }
}
