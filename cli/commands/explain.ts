import { Command } from 'commander'
import { warnIfAlone } from '../controller-life.ts'
import { hasUnseenUpdate } from '../look.ts'
import { lookAt } from '../look-at.ts'
import { outputOption } from '../options.ts'
import { type ClusterFlags, type Context, withClusterFlags, withSession } from '../session.ts'
import { explanation } from '../view/explain.ts'
import { type OutputFormat, printBranch, printData } from '../view/print.ts'
import { readWorld } from '../world.ts'

interface ExplainOptions extends ClusterFlags {
  readonly output?: OutputFormat
}

export function explainCommand(context: Context): Command {
  return withClusterFlags(new Command('explain'))
    .description('say why a Rollout is where it is, what it waits for, until when, and what to type')
    .argument('<name>', 'the Rollout')
    .addOption(outputOption(['json', 'yaml']))
    .action((name: string, options: ExplainOptions) =>
      withSession(context, options, async (session) => {
        const look = lookAt(await readWorld(session, name, context.signal))
        const { terminal } = context
        if (options.output === undefined) printBranch(terminal, explanation(look, terminal.now()))
        else printData(terminal, options.output, look)
        if (look.status === undefined || hasUnseenUpdate(look)) await warnIfAlone(context, session)
      }),
    )
}
