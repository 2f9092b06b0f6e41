import { Command } from 'commander'
import type { DefaultPrometheus } from '../../api/analysis.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { parseRollout } from '../../api/parse.ts'
import { findingsOfAnalysis } from '../analysis/lint-analysis.ts'
import { askStores } from '../analysis/lint-stores.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { findingsOf } from '../lint.ts'
import { outputOption } from '../options.ts'
import { type PrometheusFlags, prometheusIn, withPrometheusFlags } from '../prometheus-flags.ts'
import { another, givenFrom, inNamespaceOf } from '../rollout-source.ts'
import { type ClusterFlags, type Context, type Session, withClusterFlags, withSession } from '../session.ts'
import { sightOf } from '../snapshot.ts'
import { plural } from '../view/marks.ts'
import { type OutputFormat, printBranch, printData } from '../view/print.ts'
import { type Finding, findingBranch } from '../view/problems.ts'
import { span, strong, words } from '../view/spans.ts'

interface LintOptions extends ClusterFlags, PrometheusFlags {
  readonly filename?: readonly string[]
  readonly output?: OutputFormat
}

export function lintCommand(context: Context): Command {
  const command = withClusterFlags(new Command('lint'))
    .description('check a Rollout and all that it names, before the first release')
    .argument('[name]', 'a Rollout of the cluster')
    .option('-f, --filename <file>', 'a file instead, or - for standard input; can be repeated', another)
  const where = "ask this one whether the queries of analyses return data, instead of the controller's"
  return withPrometheusFlags(command, where)
    .addOption(outputOption(['json', 'yaml']))
    .action((name: string | undefined, options: LintOptions) =>
      withSession(context, options, async (session) => {
        const asked = prometheusIn(options)
        const { rollouts, analyses } = await givenFrom(session, name, options.filename ?? [], context.signal)
        const results: ExitCode[] = []
        for (const analysis of analyses)
          results.push(say(context, inNamespaceOf(session, analysis), analysis, findingsOfAnalysis(analysis), options))
        for (const rollout of rollouts) {
          const there = inNamespaceOf(session, rollout)
          const findings = await find(context, there, rollout, analyses, { ...options, asked })
          results.push(say(context, there, rollout, findings, options))
        }
        context.exitCode = results.find((code) => code !== exitCodes.ok) ?? exitCodes.ok
      }),
    )
}

function say(
  { terminal }: Context,
  { namespace }: Session,
  { kind, metadata }: KubeObject,
  findings: readonly Finding[],
  { output }: LintOptions,
): ExitCode {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const verdict =
    findings.length === 0
      ? span('no problems', 'good')
      : `${plural(errors, 'error')}, ${plural(findings.length - errors, 'warning')}`
  const key = kind.charAt(0).toLowerCase() + kind.slice(1)
  if (output !== undefined) printData(terminal, output, { [key]: metadata.name, findings })
  else {
    const name = strong(kind === 'ClusterAnalysis' ? metadata.name : `${namespace}/${metadata.name}`)
    const what = kind === 'Rollout' ? undefined : kind
    printBranch(terminal, { key, text: words(what, name, verdict), children: findings.map(findingBranch) })
  }
  return errors > 0 ? exitCodes.failed : exitCodes.ok
}

/** A spec that does not parse is told field by field; only a good one is compared with the cluster. */
async function find(
  { signal }: Context,
  session: Session,
  rollout: KubeObject,
  analyses: readonly KubeObject[],
  { filename, asked }: LintOptions & { readonly asked: DefaultPrometheus | undefined },
): Promise<readonly Finding[]> {
  const parsed = parseRollout(rollout)
  if (parsed.kind === 'problems')
    return parsed.problems.map(({ path, message }) => ({ severity: 'error', message: `${path} ${message}` }))
  const { snapshot } = await sightOf(session, rollout, signal, analyses)
  const found = findingsOf(snapshot, filename === undefined)
  if (snapshot.analyses.length === 0) return found
  return [...found, ...(await askStores(session, rollout, analyses, asked, signal))]
}
