/**
 * PromQL as text, read independently of what renders it: string literals by Prometheus' own rules (promql/parser/lex.go
 * and util/strutil/quote.go), and what is between them.
 */
export interface PromQlText {
  readonly literals: readonly string[]
  /** The query with nothing in its literals. */
  readonly rest: string
}

/** Throws where Prometheus would not take the text. */
export function readPromQl(text: string): PromQlText {
  const literals: string[] = []
  let rest = ''
  for (let at = 0; at < text.length; ) {
    const quote = text.charAt(at)
    if (quote === '#') {
      const end = text.indexOf('\n', at)
      const next = end < 0 ? text.length : end
      rest += text.slice(at, next)
      at = next
    } else if (quote === '"' || quote === "'" || quote === '`') {
      const end = endOf(text, at + 1, quote)
      literals.push(quote === '`' ? text.slice(at + 1, end) : unquote(text.slice(at + 1, end), quote))
      rest += quote + quote
      at = end + 1
    } else {
      rest += quote
      at += 1
    }
  }
  return { literals, rest }
}

function endOf(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at += 1) {
    if (text.charAt(at) === quote) return at
    if (text.charAt(at) === '\\' && quote !== '`') at += 1
    else if (text.charAt(at) === '\n' && quote !== '`') throw new Error('a line ends in a string')
  }
  throw new Error('a string does not end')
}

const simple: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}

function unquote(text: string, quote: string): string {
  return text.replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|.)/gs, (_, what: string) => {
    if (what.length > 1) return String.fromCodePoint(Number.parseInt(what.slice(1), 16))
    const letter = what === quote ? quote : simple[what]
    if (letter === undefined) throw new Error(`\\${what} is no escape`)
    return letter
  })
}
