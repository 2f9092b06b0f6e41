import { Command } from 'commander'
import { rolloutResource } from '../../api/names.ts'
import { createCache } from '../../kube/cache.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import { warnIfAlone } from '../controller-life.ts'
import { CliError } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { follow } from '../follow.ts'
import type { Goal } from '../goal.ts'
import { hasUnseenUpdate } from '../look.ts'
import { lookAt } from '../look-at.ts'
import { outputOption, timeoutOption, untilOption } from '../options.ts'
import { type ClusterFlags, type Context, type Session, withClusterFlags, withSession } from '../session.ts'
import { type OutputFormat, printBranch, printData, printLines } from '../view/print.ts'
import { rolloutTable } from '../view/rollout-table.ts'
import { rolloutTree } from '../view/rollout-tree.ts'
import { createScreen } from '../view/screen.ts'
import { createBell, readWorld } from '../world.ts'

interface StatusOptions extends ClusterFlags {
  readonly watch?: boolean
  readonly wait?: boolean
  readonly until: Goal
  readonly timeout?: number
  readonly output?: OutputFormat | 'wide'
  readonly allNamespaces?: boolean
}

export function statusCommand(context: Context): Command {
  return withClusterFlags(new Command('status'))
    .description('show where a Rollout is, or all of them')
    .argument('[name]', 'the Rollout; without it, a table of all')
    .option('-w, --watch', 'go on showing it as it changes')
    .option('-A, --all-namespaces', 'the table of all namespaces')
    .option('--wait', 'show it until it ends; exit 6 when it was rolled back')
    .addOption(untilOption('rollout'))
    .addOption(timeoutOption())
    .addOption(outputOption(['json', 'yaml', 'wide']))
    .action((name: string | undefined, options: StatusOptions) =>
      withSession(context, options, async (session) => {
        context.exitCode = await (name === undefined
          ? showAll(context, session, options)
          : showOne(context, session, name, options))
      }),
    )
}

async function showOne(context: Context, session: Session, name: string, options: StatusOptions): Promise<ExitCode> {
  const format = options.output === 'wide' ? undefined : options.output
  if (options.watch === true || options.wait === true) {
    return follow(context, session, {
      name,
      ...(options.wait === true ? { goal: options.until } : {}),
      ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
      ...(format === undefined ? {} : { format }),
    })
  }
  const look = lookAt(await readWorld(session, name, context.signal))
  const { terminal } = context
  if (format !== undefined) printData(terminal, format, look)
  else printBranch(terminal, rolloutTree(look, { now: terminal.now(), decisions: options.output === 'wide' ? 20 : 3 }))
  if (look.status === undefined || hasUnseenUpdate(look)) await warnIfAlone(context, session)
  return exitCodes.ok
}

async function showAll(context: Context, session: Session, options: StatusOptions): Promise<ExitCode> {
  if (options.wait === true)
    throw new CliError(exitCodes.usage, '--wait needs the name of a Rollout: sluice status NAME --wait')
  const { terminal, signal } = context
  const everywhere = options.allNamespaces === true
  const where = everywhere ? {} : { namespace: session.namespace }
  const { items } = await session.client.listAll(rolloutResource, where, signal)
  if (options.output === 'json' || options.output === 'yaml') {
    printData(terminal, options.output, { apiVersion: 'v1', kind: 'List', items })
    return exitCodes.ok
  }
  const lines = (rollouts: typeof items) =>
    rolloutTable(inOrder(rollouts), {
      now: terminal.now(),
      columns: terminal.isTty ? Math.max(terminal.columns(), 40) : Number.POSITIVE_INFINITY,
      withNamespace: everywhere,
      wide: options.output === 'wide',
    })
  if (options.watch === true) return watchAll(context, session, where, lines)
  if (items.length === 0)
    terminal.err(
      `No Rollouts ${everywhere ? 'in the cluster' : `in namespace ${session.namespace}`}; make one: sluice init`,
    )
  else printLines(terminal, lines(items))
  return exitCodes.ok
}

type Rollouts = Awaited<ReturnType<Session['client']['listAll']>>['items']

const inOrder = (rollouts: Rollouts): Rollouts =>
  [...rollouts].sort((a, b) =>
    `${a.metadata.namespace}/${a.metadata.name}` < `${b.metadata.namespace}/${b.metadata.name}` ? -1 : 1,
  )

/** The table redrawn in place; in a pipe, a row whenever one changes. */
async function watchAll(
  { terminal, signal }: Context,
  { client }: Session,
  where: { readonly namespace?: string },
  lines: (rollouts: Rollouts) => ReturnType<typeof rolloutTable>,
): Promise<ExitCode> {
  const bell = createBell(signal)
  const cache = createCache({ client, resource: rolloutResource, clock: systemClock, onChange: bell.ring, ...where })
  const running = cache.run(signal)
  const screen = createScreen(terminal)
  const said = new Set<string>()
  while (await bell.heard()) {
    const drawn = lines(cache.list())
    if (terminal.isTty) screen.draw(drawn)
    else for (const line of drawn) sayOnce(said, line.map((part) => part.text).join(''), terminal.out)
  }
  screen.close()
  await running
  return exitCodes.ok
}

function sayOnce(said: Set<string>, line: string, say: (line: string) => void): void {
  if (!said.has(line)) say(line)
  said.add(line)
}
