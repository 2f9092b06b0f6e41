import { Command } from 'commander'
import { CliError } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { timeoutOption } from '../options.ts'
import { type ClusterFlags, type Context, withClusterFlags, withSession } from '../session.ts'
import {
  allRollouts,
  analysesThatGo,
  forceAll,
  goesToo,
  removeInstallation,
  retireAll,
  untilRemoved,
} from '../uninstall-flow.ts'
import { plural } from '../view/marks.ts'

interface UninstallOptions extends ClusterFlags {
  readonly force?: boolean
  readonly yes?: boolean
  readonly wait?: boolean
  readonly timeout: number
}

const timeoutMs = 600_000

export function uninstallCommand(context: Context): Command {
  return withClusterFlags(new Command('uninstall'))
    .description('retire every Rollout, stable versions stay as they are, then remove Sluice from the cluster')
    .option('-y, --yes', 'do not ask')
    .option('--force', 'take our finalizers off instead of retiring; says what is left behind')
    .option('--wait', 'end only when the namespace and the kinds are really gone')
    .addOption(timeoutOption(timeoutMs))
    .action((options: UninstallOptions) =>
      withSession(context, options, async (session) => {
        const rollouts = await allRollouts(session, context.signal)
        const analyses = await analysesThatGo(session, context.signal)
        if (analyses !== undefined) context.terminal.out(goesToo(analyses))
        await confirm(context, options, rollouts.length, analyses)
        if (options.force === true) await forceAll(context, session, rollouts)
        else await retireAll(context, session, rollouts, options.timeout)
        await removeInstallation(context, session)
        if (options.wait === true) await untilRemoved(session, context.signal)
        context.terminal.out('Sluice is gone from the cluster')
      }),
    )
}

async function confirm(
  { terminal, signal, where }: Context,
  { yes, force }: UninstallOptions,
  rollouts: number,
  analyses: string | undefined,
): Promise<void> {
  if (yes === true) return
  const verb = force === true ? 'Remove' : 'Retire'
  const withIt = analyses === undefined ? '' : `, ${analyses} with it`
  const what = `${verb} ${plural(rollouts, 'Rollout')} and remove Sluice from ${where.context ?? 'the cluster'}${withIt}?`
  const answer = await terminal.confirm(what, signal)
  if (answer === false) throw new CliError(exitCodes.failed, 'Nothing was changed')
  if (answer === undefined && force === true)
    throw new CliError(exitCodes.usage, 'uninstall --force without a terminal needs --yes')
}
