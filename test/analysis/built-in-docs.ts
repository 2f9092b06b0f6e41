import { builtInAnalyses } from '../../analysis/built-in/index.ts'
import { questionsOf } from '../../analysis/questions.ts'
import type { AnalysisParameter, BuiltInName, Metric } from '../../api/analysis.ts'

/** The row of a built-in in the table of docs/built-in-analyses.md. */
export function rowOf(name: BuiltInName): string {
  const { what, spec } = builtInAnalyses[name]
  return `| \`${name}\` | ${what} | ${spec.args.map(argOf).join('<br>') || 'none'} |`
}

const argOf = ({ name, value }: AnalysisParameter) => `\`${name}: ${JSON.stringify(value)}\``.replaceAll('|', '\\|')

/** What it asks, below its name. */
export function sectionOf(name: BuiltInName): string {
  return [`### ${name}`, '', ...builtInAnalyses[name].spec.metrics.flatMap(linesOf)].join('\n')
}

function linesOf({ name, source, condition }: Metric): readonly string[] {
  if (condition.kind === 'threshold') {
    const { query, pass, fail, count, failureLimit } = condition
    const failing = fail === undefined ? 'else it fails' : `fails when \`${fail}\``
    return [
      `- \`${name}\` (${source.kind}): \`${query}\`, passes when \`${pass}\` (${count} times), ${failing}; ${failureLimit} may fail`,
    ]
  }
  const { kind } = condition
  const bad = kind === 'evidence' && condition.bad.counts === 'good' ? 'good' : 'errors'
  const questions = Object.entries(questionsOf(condition)).map(
    ([question, query]) => `# ${question.replace('bad.', `${bad}.`)}\n${query}`,
  )
  return ['```promql', ...questions, '```']
}
