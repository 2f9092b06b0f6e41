import { Command } from 'commander'
import type { DefaultPrometheus } from '../../api/analysis.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { parseRollout } from '../../api/parse.ts'
import { findingsOfAnalysis } from '../analysis/lint-analysis.ts'
import { type Asked, askStores } from '../analysis/lint-stores.ts'
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
        const found: Found[] = []
        for (const rollout of rollouts) {
          const there = inNamespaceOf(session, rollout)
          const { findings, note } = await find(context, there, rollout, analyses, { ...options, asked })
          found.push({ session: there, object: rollout, findings })
          if (note !== undefined) context.terminal.err(`note: ${there.namespace}/${rollout.metadata.name}: ${note}`)
        }
        const elsewhere = found.flatMap(({ findings }) => findings)
        const alone = analyses.map((object) => aloneFound(session, object, elsewhere))
        const results = [...alone, ...found].map((one) => say(context, one, options))
        context.exitCode = results.find((code) => code !== exitCodes.ok) ?? exitCodes.ok
      }),
    )
}

interface Found {
  readonly session: Session
  readonly object: KubeObject
  readonly findings: readonly Finding[]
  /** There are errors about it among those of another object. */
  readonly isBlamed?: boolean
}

function aloneFound(session: Session, object: KubeObject, elsewhere: readonly Finding[]): Found {
  const { kind, metadata } = object
  const named = elsewhere.filter(
    ({ severity, message }) => severity === 'error' && isAbout(message, kind, metadata.name),
  )
  const findings = findingsOfAnalysis(object)
  return { session: inNamespaceOf(session, object), object, findings, isBlamed: named.length > 0 }
}

/** `Analysis own cannot be asked`, `analysis own, metric errors: ...`. */
const isAbout = (message: string, kind: string, name: string): boolean =>
  message.includes(`${kind} ${name} cannot be asked`) || message.startsWith(`analysis ${name}, metric `)

function say(
  { terminal }: Context,
  { session: { namespace }, object: { kind, metadata }, findings, isBlamed = false }: Found,
  { output }: LintOptions,
): ExitCode {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const verdict =
    findings.length === 0
      ? span(isBlamed ? 'errors where it is used, see below' : 'no problems', isBlamed ? 'bad' : 'good')
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
): Promise<Asked> {
  const parsed = parseRollout(rollout)
  if (parsed.kind === 'problems')
    return {
      findings: parsed.problems.map(({ path, message }) => ({ severity: 'error', message: `${path} ${message}` })),
    }
  const { snapshot } = await sightOf(session, rollout, signal, analyses)
  const found = findingsOf(snapshot, filename === undefined)
  if (snapshot.analyses.length === 0) return { findings: found }
  const { findings, note } = await askStores(session, rollout, analyses, asked, signal)
  return { findings: [...found, ...findings], ...(note === undefined ? {} : { note }) }
}
