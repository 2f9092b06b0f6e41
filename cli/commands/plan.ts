import { Command } from 'commander'
import type { KubeObject } from '../../api/kube-object.ts'
import { CliError } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Forecast, foretell } from '../foretell.ts'
import { findingsOf } from '../lint.ts'
import { durationArgument, outputOption } from '../options.ts'
import { another, givenFrom, inNamespaceOf } from '../rollout-source.ts'
import { type ClusterFlags, type Context, type Session, withClusterFlags, withSession } from '../session.ts'
import { type Sight, sightOf } from '../snapshot.ts'
import { forecastTree } from '../view/forecast.ts'
import { type OutputFormat, printBranch, printData } from '../view/print.ts'
import { findingBranch } from '../view/problems.ts'

interface PlanOptions extends ClusterFlags {
  readonly filename?: readonly string[]
  readonly output?: OutputFormat
  readonly simulate?: boolean
  readonly approveAfter?: number
  readonly podsReadyAfter?: number
}

export function planCommand(context: Context): Command {
  return withClusterFlags(new Command('plan'))
    .description('say what a release would do, step by step, and what it costs')
    .argument('[name]', 'a Rollout of the cluster')
    .option('-f, --filename <file>', 'a file instead, or - for standard input; can be repeated', another)
    .option('--simulate', 'play the release, and what may go wrong in each step, in a cluster of its own')
    .option('--approve-after <duration>', 'simulate that an approval takes so long (default: none)', durationArgument)
    .option(
      '--pods-ready-after <duration>',
      'simulate that pods take so long to be ready (default: 10s)',
      durationArgument,
    )
    .addOption(outputOption(['json', 'yaml']))
    .action((name: string | undefined, options: PlanOptions) =>
      options.simulate === true ? simulate(context, name, options) : plan(context, name, options),
    )
}

async function plan(context: Context, name: string | undefined, options: PlanOptions): Promise<void> {
  if (options.approveAfter !== undefined || options.podsReadyAfter !== undefined) {
    throw new CliError(exitCodes.usage, '--approve-after and --pods-ready-after say what to --simulate')
  }
  await withSession(context, options, async (session) => {
    const { rollouts, analyses } = await givenFrom(session, name, options.filename ?? [], context.signal)
    if (rollouts.length === 0) throw new CliError(exitCodes.failed, 'The files have no Rollout in them')
    for (const rollout of rollouts) await planOne(context, inNamespaceOf(session, rollout), rollout, analyses, options)
  })
}

/** Loaded only here: no other command needs a cluster of its own. */
async function simulate(context: Context, name: string | undefined, options: PlanOptions): Promise<void> {
  const { filename: files = [], approveAfter = 0, podsReadyAfter, ...rest } = options
  const of = sourceOf(name, files)
  const { simulatePlan } = await import('../simulate/simulate.ts')
  const ready = podsReadyAfter === undefined ? {} : { podsReadyAfterMs: podsReadyAfter }
  await simulatePlan(context, of, { ...rest, approveAfterMs: approveAfter, ...ready })
}

function sourceOf(name: string | undefined, files: readonly string[]) {
  if (name !== undefined && files.length === 0) return { name }
  if (name === undefined && files.length > 0) return { files }
  throw new CliError(exitCodes.usage, 'Name either a Rollout of the cluster or, with -f, a file')
}

async function planOne(
  { terminal, signal }: Context,
  session: Session,
  rollout: KubeObject,
  analyses: readonly KubeObject[],
  { output, filename }: PlanOptions,
): Promise<void> {
  const sight = await sightOf(session, rollout, signal, analyses)
  const forecast = forecastOf(sight, rollout)
  const findings = findingsOf(sight.snapshot, filename === undefined)
  if (output !== undefined) return printData(terminal, output, { ...forecast, findings })
  const { name } = rollout.metadata
  const of = { name, namespace: session.namespace, now: nowText(sight) }
  printBranch(terminal, forecastTree(forecast, of, findings.map(findingBranch)))
}

function forecastOf({ snapshot, strategy }: Sight, { metadata }: KubeObject): Forecast {
  const { rollout, workload, services, routes } = snapshot
  if (rollout.spec === undefined) {
    throw new CliError(exitCodes.failed, `The spec of ${metadata.name} has problems; see them with: sluice lint`)
  }
  if (workload === undefined) {
    throw new CliError(
      exitCodes.notFound,
      `There is no Deployment ${rollout.meta.namespace}/${rollout.spec.workloadRef.name} to plan for; check spec.workloadRef`,
    )
  }
  const release = rollout.status?.release
  return foretell({
    spec: rollout.spec,
    workload: {
      replicas: Math.max(workload.replicas, release?.desired ?? 0),
      maxSurge: strategy?.maxSurge ?? '25%',
      ...(workload.canReachZero === undefined ? {} : { canReachZero: workload.canReachZero }),
    },
    services: services.map(({ stable }) => stable),
    drainMs: Math.max(0, ...routes.map((route) => route.drainMs)),
    ...(release === undefined ? {} : { at: release.stage === undefined ? release.step : release.steps + 1 }),
  })
}

function nowText({ snapshot: { rollout, workload } }: Sight): string {
  const { status } = rollout
  const replicas = `${workload?.replicas ?? 0} pods now`
  const release = status?.release
  if (release === undefined) return `the next update, with ${replicas}`
  return `revision ${release.revision}, ${status?.phase} at step ${release.step}, with ${replicas}`
}
