import { parser } from '@prometheus-io/lezer-promql'

export interface Expression {
  /** The metrics that it reads. */
  readonly metrics: readonly string[]
  /** The labels that it matches on, by metric. */
  readonly labels: readonly { readonly metric: string; readonly label: string; readonly value: string }[]
}

/** Reads an expression by Prometheus' own grammar. Throws where it has an error. */
export function parseExpression(expr: string): Expression {
  const metrics = new Set<string>()
  const labels: { metric: string; label: string; value: string }[] = []
  let metric = ''
  parser.parse(expr).iterate({
    enter({ name, from, to, type, node }) {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expr}`)
      const text = expr.slice(from, to)
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') {
        metric = text
        metrics.add(text)
      }
      if (name === 'UnquotedLabelMatcher') {
        const [label = '', value = ''] = text.split(/!=|=~|!~|=/)
        labels.push({ metric, label, value: value.replace(/^"|"$/g, '') })
      }
    },
  })
  return { metrics: [...metrics], labels }
}
