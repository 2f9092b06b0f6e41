import type { Series } from './exposition.ts'

/** What one query returned: the labels of a group, and its number. */
export type Answer = ReadonlyMap<string, number>

/**
 * As much of PromQL as the built-in analyses need: `sum by (a, b) (x{…} or y{…}) or sum by (a, b) (z{…}) * 0`.
 * Matchers are anchored, and a label that is absent is empty, as in Prometheus. Throws at anything else.
 */
export function ask(query: string, store: readonly Series[]): Answer {
  const answers = termsOf(query).map((term) => answerOf(term, store))
  return new Map(answers.reverse().flatMap((answer) => [...answer]))
}

interface Term {
  readonly by: readonly string[]
  readonly selectors: readonly string[]
  readonly factor: number
}

function termsOf(query: string): readonly Term[] {
  const term = /sum by \(([^)]*)\) \(((?:\w+\{(?:[^"}]|"[^"]*")*\}(?: or )?)+)\)( \* 0)?(?: or |$)/y
  const terms: Term[] = []
  while (term.lastIndex < query.length) {
    const found = term.exec(query)
    if (found === null) throw new Error(`not understood: ${query}`)
    const [, by = '', selectors = '', zero] = found
    terms.push({ by: by.split(', '), selectors: selectors.split(' or '), factor: zero ? 0 : 1 })
  }
  return terms
}

function answerOf({ by, selectors, factor }: Term, store: readonly Series[]): Answer {
  const matches = selectors.map(matcherOf)
  const sums = new Map<string, number>()
  for (const series of store.filter((one) => matches.some((match) => match(one)))) {
    const group = by.flatMap((label) => series.labels[label] || []).join(' ')
    sums.set(group, (sums.get(group) ?? 0) + series.value * factor)
  }
  return sums
}

function matcherOf(selector: string): (series: Series) => boolean {
  const [, name, text = ''] = /^(\w+)\{(.*)\}$/.exec(selector) ?? []
  const matchers = [...text.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, label = '', operator, value = '']) => {
    const pattern = operator?.endsWith('~') ? new RegExp(`^(?:${value})$`, 's') : undefined
    const wanted = !operator?.startsWith('!')
    return ({ labels }: Series) =>
      (pattern === undefined ? (labels[label] ?? '') === value : pattern.test(labels[label] ?? '')) === wanted
  })
  return (series) => series.name === name && matchers.every((matches) => matches(series))
}
