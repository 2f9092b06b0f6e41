import { exitCodes } from '../exit-codes.ts'
import type { ClusterFlags, Context } from '../session.ts'
import { type OutputFormat, printBranch, printData, printLines } from '../view/print.ts'
import { findingBranch } from '../view/problems.ts'
import { simulationLines } from '../view/simulation.ts'
import { strong, words } from '../view/spans.ts'
import { type Read, readCluster, readFiles } from './read.ts'
import { type SimulationOptions, simulate } from './simulation.ts'

export interface SimulateOptions extends ClusterFlags, SimulationOptions {
  readonly output?: OutputFormat
}

/** Where the Rollouts come from: one of the cluster by its name, or all that are in these files. */
export type Of = { readonly name: string } | { readonly files: readonly string[] }

/** `plan --simulate`: says what the next update would do by playing it. Exit 1 when one would not be promoted. */
export async function simulatePlan(context: Context, of: Of, options: SimulateOptions): Promise<void> {
  const reads =
    'name' in of ? await readCluster(context, options, of.name) : await readFiles(context, options, of.files)
  for (const [index, read] of reads.entries()) {
    if (index > 0 && options.output === undefined) context.terminal.out('')
    await simulateOne(context, read, options)
  }
}

async function simulateOne(context: Context, { scene, findings }: Read, options: SimulateOptions): Promise<void> {
  const { terminal, signal } = context
  const simulation = await simulate(scene, options, signal)
  if (simulation.ending.kind !== 'promoted') context.exitCode = exitCodes.failed
  if (options.output !== undefined) return printData(terminal, options.output, { ...simulation, findings })
  if (findings.length > 0) {
    const of = strong(`${scene.namespace}/${scene.name}`)
    printBranch(terminal, { key: 'rollout', text: words(of, 'as it is'), children: findings.map(findingBranch) })
  }
  printLines(terminal, simulationLines(simulation, terminal.isTty ? terminal.columns() : Number.POSITIVE_INFINITY))
}
