import { type Line, paint, plainText, span, strong, words, wrap } from '../../cli/view/spans.ts'
import type { Paper, Shown } from './commands.ts'
import type { Check } from './promises.ts'

/** Writes a story down, a line under the other. */
export interface Printer {
  title(text: string): void
  say(text: string): void
  /** A command and what it said. */
  shown(shown: Shown): void
  lines(lines: readonly Line[]): void
  checks(checks: readonly Check[]): void
}

const indent = '   '

export function createPrinter(paper: Paper, write: (line: string) => void): Printer {
  const columns = Math.max(40, Math.min(paper.columns(), 100))
  const print = (line: Line) => write(paint(line, paper.colours))
  const indented = (lines: readonly Line[]) => {
    for (const line of lines.flatMap((long) => wrap(long, columns - indent.length))) print([span(indent), ...line])
  }
  return {
    title: (text) => {
      print([])
      const rule = '─'.repeat(Math.max(2, columns - text.length - 4))
      for (const row of wrap([strong(`── ${text} ${rule}`)], columns)) print(row)
    },
    say: (text) => indented([[span(text, 'dim')]]),
    shown: ({ typed, lines }) => {
      print([])
      for (const row of wrap([strong(`$ ${typed}`)], columns)) print(row)
      for (const line of lines) write(line === '' ? '' : `${indent}${line}`)
    },
    lines: indented,
    checks: (checks) => indented(checks.flatMap(checkLines)),
  }
}

const checkLines = ({ promise, held, measured }: Check): readonly Line[] => [
  words(held ? span('✔', 'good') : span('✖', 'bad'), span(promise, held ? 'plain' : 'bad')),
  [span(`  ${measured}`, 'dim')],
]

/** For those who search the output: what broke, in one line each. */
export const brokenText = (checks: readonly Check[]): readonly string[] =>
  checks.filter(({ held }) => !held).map(({ promise, measured }) => `broken: ${promise} (${measured})`)

export const textOf = (lines: readonly Line[]): string => lines.map(plainText).join('\n')
