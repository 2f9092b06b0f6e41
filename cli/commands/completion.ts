import { Argument, Command } from 'commander'
import { rolloutResource } from '../../api/names.ts'
import { candidates } from '../complete.ts'
import { completionScripts, type Shell, shells } from '../completion-scripts.ts'
import { type Context, withSession } from '../session.ts'

export function completionCommand({ terminal }: Context): Command {
  return new Command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .action((shell: Shell) => terminal.out(completionScripts[shell]))
}

/** What the scripts ask. It never fails: a shell has no place to show an error. */
export function completeCommand(context: Context, program: Command): Command {
  return new Command('__complete')
    .argument('[words...]', 'the words of the command line, the last one unfinished')
    .allowUnknownOption()
    .action(async (words: readonly string[]) => {
      const found = candidates(program, words)
      const names = found.kind === 'rollouts' ? await rolloutNames(context, found.flags) : found.words
      for (const name of names.filter((one) => one.startsWith(words.at(-1) ?? ''))) context.terminal.out(name)
    })
}

const patienceMs = 2_000

async function rolloutNames(context: Context, flags: Parameters<typeof withSession>[1]): Promise<readonly string[]> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(patienceMs)])
  try {
    return await withSession(context, flags, async ({ client, namespace }) => {
      const { items } = await client.list(rolloutResource, { namespace, limit: 500 }, signal)
      return items.map(({ metadata }) => metadata.name)
    })
  } catch {
    return []
  }
}
