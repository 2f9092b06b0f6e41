import { Command } from 'commander'
import type { KubeObject } from '../../api/kube-object.ts'
import { parseRollout } from '../../api/parse.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { findingsOf } from '../lint.ts'
import { outputOption } from '../options.ts'
import { inNamespaceOf, rolloutsFrom } from '../rollout-source.ts'
import { type ClusterFlags, type Context, type Session, withClusterFlags, withSession } from '../session.ts'
import { sightOf } from '../snapshot.ts'
import { plural } from '../view/marks.ts'
import { type OutputFormat, printBranch, printData } from '../view/print.ts'
import { type Finding, findingBranch } from '../view/problems.ts'
import { span, strong, words } from '../view/spans.ts'

interface LintOptions extends ClusterFlags {
  readonly filename?: string
  readonly output?: OutputFormat
}

export function lintCommand(context: Context): Command {
  return withClusterFlags(new Command('lint'))
    .description('check a Rollout and all that it names, before the first release')
    .argument('[name]', 'a Rollout of the cluster')
    .option('-f, --filename <file>', 'a file instead, or - for standard input')
    .addOption(outputOption(['json', 'yaml']))
    .action((name: string | undefined, options: LintOptions) =>
      withSession(context, options, async (session) => {
        const rollouts = await rolloutsFrom(session, name, options.filename, context.signal)
        const results: ExitCode[] = []
        for (const rollout of rollouts)
          results.push(await lintOne(context, inNamespaceOf(session, rollout), rollout, options))
        context.exitCode = results.find((code) => code !== exitCodes.ok) ?? exitCodes.ok
      }),
    )
}

async function lintOne(
  context: Context,
  session: Session,
  rollout: KubeObject,
  { output, filename }: LintOptions,
): Promise<ExitCode> {
  const { terminal, signal } = context
  const findings = await find(session, rollout, filename === undefined, signal)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const verdict =
    findings.length === 0
      ? span('no problems', 'good')
      : `${plural(errors, 'error')}, ${plural(findings.length - errors, 'warning')}`
  if (output !== undefined) printData(terminal, output, { rollout: rollout.metadata.name, findings })
  else {
    const name = strong(`${session.namespace}/${rollout.metadata.name}`)
    printBranch(terminal, { key: 'rollout', text: words(name, verdict), children: findings.map(findingBranch) })
  }
  return errors > 0 ? exitCodes.failed : exitCodes.ok
}

/** A spec that does not parse is told field by field; only a good one is compared with the cluster. */
export async function find(
  session: Session,
  rollout: KubeObject,
  existsAlready: boolean,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const parsed = parseRollout(rollout)
  if (parsed.kind === 'problems')
    return parsed.problems.map(({ path, message }) => ({ severity: 'error', message: `${path} ${message}` }))
  const { snapshot } = await sightOf(session, rollout, signal)
  return findingsOf(snapshot, existsAlready)
}
