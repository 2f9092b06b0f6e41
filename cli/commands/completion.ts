import { Argument, Command } from 'commander'
import { builtInNames } from '../../api/analysis.ts'
import { rolloutResource } from '../../api/names.ts'
import type { KubeList } from '../../kube/types.ts'
import { storedAnalyses } from '../analysis/catalogue.ts'
import { type Candidates, candidates } from '../complete.ts'
import { completionScripts, type Shell, shells } from '../completion-scripts.ts'
import { type ClusterFlags, type Context, type Session, withSession } from '../session.ts'

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
      const names = await namesOf(context, found)
      for (const name of names.filter((one) => one.startsWith(words.at(-1) ?? ''))) context.terminal.out(name)
    })
}

function namesOf(context: Context, found: Candidates): Promise<readonly string[]> {
  switch (found.kind) {
    case 'words':
      return Promise.resolve(found.words)
    case 'rollouts':
      return listed(context, found.flags, ({ client, namespace }, signal) =>
        namesIn(client.list(rolloutResource, { namespace, limit: 500 }, signal)),
      )
    case 'analyses':
      return analysisNames(context, found.flags)
    default:
      return found satisfies never
  }
}

const patienceMs = 2_000

async function analysisNames(context: Context, flags: ClusterFlags): Promise<readonly string[]> {
  const stored = await listed(context, flags, async (session, signal) =>
    (await storedAnalyses(session, signal)).map(({ metadata }) => metadata.name),
  )
  return [...stored, ...builtInNames]
}

const namesIn = async (list: Promise<KubeList>): Promise<readonly string[]> =>
  (await list).items.map(({ metadata }) => metadata.name)

/** None, and no error, where there is no cluster. */
async function listed(
  context: Context,
  flags: ClusterFlags,
  list: (session: Session, signal: AbortSignal) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(patienceMs)])
  try {
    return await withSession(context, flags, (session) => list(session, signal))
  } catch {
    return []
  }
}
