import { Command, CommanderError } from 'commander'
import { verbs } from '../api/decision.ts'
import { analysisCommand } from './commands/analysis.ts'
import { completeCommand, completionCommand } from './commands/completion.ts'
import { controllerCommand } from './commands/controller.ts'
import { decisionCommand } from './commands/decisions.ts'
import { explainCommand } from './commands/explain.ts'
import { initCommand } from './commands/init.ts'
import { installCommand } from './commands/install.ts'
import { lintCommand } from './commands/lint.ts'
import { planCommand } from './commands/plan.ts'
import { statusCommand } from './commands/status.ts'
import { uninstallCommand } from './commands/uninstall.ts'
import { versionCommand } from './commands/version.ts'
import { failureOf } from './errors.ts'
import { type ExitCode, exitCodeMeanings, exitCodes } from './exit-codes.ts'
import type { Context } from './session.ts'
import { version } from './version.ts'
import { paint, span, words } from './view/spans.ts'

/** Every command, in the order in which a person meets them. */
export function createProgram(context: Context): Command {
  const { terminal } = context
  const program = new Command('sluice')
    .description(
      'Progressive delivery for the workloads that you have: hold an update, canary it, promote it or roll it back.',
    )
    .version(`sluice ${version}`)
    .addHelpText(
      'after',
      `\nExit codes:\n${exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}`,
    )
  const commands = [
    installCommand(context),
    controllerCommand(context),
    initCommand(context),
    lintCommand(context),
    planCommand(context),
    analysisCommand(context),
    statusCommand(context),
    explainCommand(context),
    ...verbs.map((verb) => decisionCommand(context, verb)),
    uninstallCommand(context),
    completionCommand(context),
    versionCommand(context),
  ]
  for (const command of commands) program.addCommand(command)
  program.addCommand(completeCommand(context, program), { hidden: true })
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      getOutHelpWidth: () => (terminal.isTty ? terminal.columns() : 100),
    })
  }
  return program
}

/** It, and all below it. */
const everyCommand = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(everyCommand)]

/** Runs one command line; failures become a sentence and a code, here and nowhere else. */
export async function run(args: readonly string[], context: Context): Promise<ExitCode> {
  try {
    await createProgram(context).parseAsync([...args], { from: 'user' })
    return context.exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    return fail(error, context)
  }
}

function fail(error: unknown, { terminal, where, signal }: Context): ExitCode {
  if (signal.aborted) return exitCodes.interrupted
  const { message, exitCode } = failureOf(error, where)
  terminal.err(paint(words(span('error:', 'bad'), message), terminal.colours))
  if (terminal.env['SLUICE_DEBUG'] !== undefined && error instanceof Error) terminal.err(error.stack ?? '')
  return exitCode
}
