import { Command } from 'commander'
import type { KubeObject } from '../../api/kube-object.ts'
import { CliError } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Forecast, foretell } from '../foretell.ts'
import { findingsOf } from '../lint.ts'
import { outputOption } from '../options.ts'
import { inNamespaceOf, rolloutsFrom } from '../rollout-source.ts'
import { type ClusterFlags, type Context, type Session, withClusterFlags, withSession } from '../session.ts'
import { type Sight, sightOf } from '../snapshot.ts'
import { forecastTree } from '../view/forecast.ts'
import { type OutputFormat, printBranch, printData } from '../view/print.ts'
import { findingBranch } from '../view/problems.ts'

interface PlanOptions extends ClusterFlags {
  readonly filename?: string
  readonly output?: OutputFormat
}

export function planCommand(context: Context): Command {
  return withClusterFlags(new Command('plan'))
    .description('say what a release would do, step by step, and what it costs')
    .argument('[name]', 'a Rollout of the cluster')
    .option('-f, --filename <file>', 'a file instead, or - for standard input')
    .addOption(outputOption(['json', 'yaml']))
    .action((name: string | undefined, options: PlanOptions) =>
      withSession(context, options, async (session) => {
        const rollouts = await rolloutsFrom(session, name, options.filename, context.signal)
        for (const rollout of rollouts) await planOne(context, inNamespaceOf(session, rollout), rollout, options)
      }),
    )
}

async function planOne(
  { terminal, signal }: Context,
  session: Session,
  rollout: KubeObject,
  { output, filename }: PlanOptions,
): Promise<void> {
  const sight = await sightOf(session, rollout, signal)
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
