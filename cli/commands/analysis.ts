import { Command, InvalidArgumentError, Option } from 'commander'
import { type AnalysisKind, type Argument, analysisKinds } from '../../api/analysis.ts'
import { formatDuration } from '../../api/duration.ts'
import { rolloutResource } from '../../api/names.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import { builtInEntries, type Catalogue, catalogueOf } from '../analysis/catalogue.ts'
import { measurerFor } from '../analysis/measurer-for.ts'
import { openStore, type Store } from '../analysis/store.ts'
import { adviceOn, endOf } from '../analysis/trial-end.ts'
import { tryAnalysis } from '../analysis/try.ts'
import type { ExitCode } from '../exit-codes.ts'
import { outputOption } from '../options.ts'
import { type PrometheusFlags, prometheusIn, withPrometheusFlags } from '../prometheus-flags.ts'
import { type ClusterFlags, type Context, type Session, withClusterFlags, withSession } from '../session.ts'
import { catalogueTable } from '../view/analysis-catalogue.ts'
import { trialTree } from '../view/analysis-try.ts'
import { type OutputFormat, printBranch, printData, printLines } from '../view/print.ts'

/** What is measured: the analyses there are, and what one of them says now. */
export function analysisCommand(context: Context): Command {
  return new Command('analysis')
    .description('list the analyses that a Rollout may use, or try one now')
    .addCommand(listCommand(context))
    .addCommand(tryCommand(context))
}

interface ListOptions extends ClusterFlags {
  readonly builtIn?: boolean
  readonly output?: OutputFormat
}

function listCommand(context: Context): Command {
  return withClusterFlags(new Command('list'))
    .description('the Analyses of the namespace, the ClusterAnalyses, and those that come with Sluice')
    .option('--built-in', 'only those that come with Sluice; needs no cluster')
    .addOption(outputOption(['json', 'yaml']))
    .action(async (options: ListOptions) => {
      if (options.builtIn === true) return showCatalogue(context, { entries: builtInEntries(), missing: [] }, options)
      await withSession(context, options, async (session) =>
        showCatalogue(context, await catalogueOf(session, context.signal), options),
      )
    })
}

function showCatalogue({ terminal }: Context, catalogue: Catalogue, { output }: ListOptions): void {
  if (output !== undefined) {
    printData(terminal, output, catalogue)
    return
  }
  printLines(
    terminal,
    catalogueTable(catalogue.entries, terminal.isTty ? terminal.columns() : Number.POSITIVE_INFINITY),
  )
  for (const missing of catalogue.missing) terminal.err(`warning: ${missing}`)
}

interface TryOptions extends ClusterFlags, PrometheusFlags {
  readonly rollout: string
  readonly kind?: AnalysisKind
  readonly arg?: readonly Argument[]
  readonly output?: OutputFormat
}

function tryCommand(context: Context): Command {
  const command = withClusterFlags(new Command('try'))
    .description('ask what an analysis asks for a Rollout now, and judge it: exit 0 pass, 1 fail, 8 inconclusive')
    .argument('<analysis>', 'its name')
    .requiredOption('--rollout <name>', 'the Rollout that it is asked for')
    .addOption(new Option('--kind <kind>', 'when several have this name').choices(analysisKinds))
    .option('--arg <name=value>', "an argument, instead of the Rollout's own; can be repeated", argument)
  return withPrometheusFlags(command, "instead of the controller's")
    .addOption(outputOption(['json', 'yaml']))
    .action((analysis: string, options: TryOptions) =>
      withSession(context, options, async (session) => {
        const store = await openStore(session, prometheusIn(options), context.signal)
        try {
          context.exitCode = await tryOne(context, session, store, analysis, options)
        } finally {
          await store.close()
        }
      }),
    )
}

function argument(text: string, before: readonly Argument[] = []): readonly Argument[] {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('write it as name=value')
  return [...before, { name: text.slice(0, at), value: text.slice(at + 1) }]
}

async function tryOne(
  context: Context,
  session: Session,
  store: Store,
  analysis: string,
  { rollout: name, kind, arg = [], output }: TryOptions,
): Promise<ExitCode> {
  const { terminal, signal } = context
  const { client, namespace } = session
  const rollout = await client.get(rolloutResource, { namespace, name }, signal)
  const wish = { name: analysis, args: arg, ...(kind === undefined ? {} : { kind }) }
  const measure = measurerFor(session, store)
  const onWait = (metric: { readonly name: string }, ms: number) =>
    terminal.err(`${metric.name}: a counter needs two looks, the next in ${formatDuration(ms)}`)
  const trial = await tryAnalysis(session, rollout, wish, { measure, clock: systemClock, onWait }, signal)
  if (output === undefined) printBranch(terminal, trialTree(trial, storeText(store), terminal.now()))
  else printData(terminal, output, trial)
  const end = endOf(trial)
  for (const line of [...adviceOn(trial, store), ...(end.why === undefined ? [] : [end.why])]) terminal.err(line)
  return end.exitCode
}

const storeText = ({ prometheus, via }: Store): string | undefined => via ?? prometheus?.address
