/** Where a text ends. */
export interface Quoted {
  /** In a literal that this began; `#`: in a comment. */
  readonly quote?: string
  /** Right after a backslash that hides what comes next. */
  readonly escaped?: true
}

/** The literals of a language. */
export interface Quotes {
  /** What begins one; `#` begins a comment, which ends with its line. */
  readonly opens: readonly string[]
  /** In which of them a backslash hides what comes next. */
  readonly escapes: readonly string[]
}

const special = /["'`#\\\n]/g

/** Where a text ends that follows another. */
export function quotedAfter({ opens, escapes }: Quotes, from: Quoted, text: string): Quoted {
  let { quote } = from
  let next = 0
  for (const { 0: letter, index } of text.matchAll(special)) {
    if (index < next) continue
    if (quote === undefined) quote = opens.includes(letter) ? letter : undefined
    else if (letter === '\\' && escapes.includes(quote)) next = index + 2
    else if (letter === (quote === '#' ? '\n' : quote)) quote = undefined
  }
  if (quote === undefined) return {}
  return next > text.length ? { quote, escaped: true } : { quote }
}
