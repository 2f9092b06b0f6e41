import { Command } from 'commander'
import type { Verb } from '../../api/decision.ts'
import { bypassByHand } from '../bypass-by-hand.ts'
import { decide } from '../decide-flow.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Goal } from '../goal.ts'
import { timeoutOption, untilOption } from '../options.ts'
import { type ClusterFlags, type Context, withClusterFlags, withSession } from '../session.ts'
import { verbTexts } from '../verbs.ts'

interface DecisionOptions extends ClusterFlags {
  readonly reason?: string
  readonly wait?: boolean
  readonly until: Goal
  readonly timeout: number
  readonly byHand?: boolean
}

const waitMs = 300_000

/** One command for each thing that a person can decide. */
export function decisionCommand(context: Context, verb: Verb): Command {
  const { description, goal } = verbTexts[verb]
  const command = withClusterFlags(new Command(verb))
    .description(description)
    .argument('<name>', 'the Rollout')
    .option('--wait', 'then show it until the step or the rollout ends')
    .addOption(untilOption(goal))
    .addOption(timeoutOption(waitMs))
  if (verb === 'bypass') {
    command.requiredOption('--reason <text>', 'why; it is recorded')
    command.option('--by-hand', 'without a controller: annotate the Deployment, then resume it')
  } else command.option('--reason <text>', 'why; it is recorded')
  return command.action((name: string, options: DecisionOptions) =>
    withSession(context, options, async (session) => {
      const { reason, wait, until, timeout } = options
      if (options.byHand === true) {
        await bypassByHand(context, session, name, reason ?? '')
        context.exitCode = exitCodes.ok
        return
      }
      const wanted = wait === true ? { goal: until, timeoutMs: timeout } : {}
      context.exitCode = await decide(context, session, {
        verb,
        name,
        ...(reason === undefined ? {} : { reason }),
        ...wanted,
      })
    }),
  )
}
