import { type Line, paint, plainText, span, strong, words, wrap } from '../../cli/view/spans.ts'
import type { Paper, Shown } from './commands.ts'
import type { Check } from './promises.ts'

/** Writes a story down, a line under the other. */
export interface Printer {
  /** For what stands under the story's own indent. */
  readonly columns: number
  title(text: string): void
  say(text: string): void
  /** A command and what it said. */
  shown(shown: Shown): void
  lines(lines: readonly Line[]): void
  checks(checks: readonly Check[]): void
}

export const indent = '   '

export function createPrinter(paper: Paper, write: (line: string) => void): Printer {
  const columns = Math.max(40, Math.min(paper.columns(), 100))
  const print = (line: Line) => write(paint(line, paper.colours))
  /** A pipe gets lines as they are, so that grep finds what they say. */
  const rowsOf = (line: string): readonly string[] =>
    paper.isTty && !line.includes('\u001b') ? wrap([span(line)], columns - indent.length).map(plainText) : [line]
  const indented = (lines: readonly Line[]) => {
    for (const line of lines.flatMap((long) => wrap(long, columns - indent.length))) print([span(indent), ...line])
  }
  return {
    columns: columns - indent.length,
    title: (text) => {
      print([])
      const rule = '─'.repeat(Math.max(2, columns - text.length - 4))
      for (const row of wrap([strong(`── ${text} ${rule}`)], columns)) print(row)
    },
    say: (text) => indented([[span(text, 'dim')]]),
    shown: ({ heading, lines }) => {
      print([])
      for (const row of wrap([strong(heading)], columns)) print(row)
      for (const line of lines.flatMap(rowsOf)) write(line === '' ? '' : `${indent}${line}`)
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
