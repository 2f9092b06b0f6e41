/** What a piece of text means; `paint` gives it a colour, or none. */
export type Tone = 'plain' | 'strong' | 'dim' | 'good' | 'warn' | 'bad' | 'accent'

export interface Span {
  readonly text: string
  readonly tone: Tone
}
export type Line = readonly Span[]

export const span = (text: string, tone: Tone = 'plain'): Span => ({ text, tone })
export const strong = (text: string): Span => span(text, 'strong')
export const dim = (text: string): Span => span(text, 'dim')

/** Puts spans in a row, one blank between those that are not empty. */
export function words(...parts: readonly (Span | string | undefined)[]): Line {
  const spans = parts.map((part) => (typeof part === 'string' ? span(part) : part))
  const shown = spans.filter((part): part is Span => part !== undefined && part.text !== '')
  return shown.flatMap((part, index) => (index === 0 ? [part] : [span(' '), part]))
}

/** Puts spans in a row, a comma and a blank between them. */
export const listed = (parts: readonly Span[]): Line =>
  parts.flatMap((part, index) => (index === parts.length - 1 ? [part] : [span(`${part.text},`, part.tone), span(' ')]))

const noBreak = '\u00a0'
/** Is never broken over two rows; what is printed has ordinary blanks. */
export const keep = (text: string): string => text.replaceAll(' ', noBreak)
const ordinary = (text: string): string => text.replaceAll(noBreak, ' ')

const segmenter = new Intl.Segmenter()

/** What a person calls the letters of a text: an accent or an emoji is not cut in two. */
export const lettersOf = (text: string): readonly string[] =>
  Array.from(segmenter.segment(text), ({ segment }) => segment)

/** Columns that a line takes. The text we write has no wide characters. */
export function widthOf(line: Line): number {
  return line.reduce((sum, part) => sum + lettersOf(part.text).length, 0)
}

export const plainText = (line: Line): string => ordinary(line.map((part) => part.text).join(''))

const escapes: Readonly<Record<Tone, readonly [string, string] | undefined>> = {
  plain: undefined,
  strong: ['\u001b[1m', '\u001b[22m'],
  dim: ['\u001b[2m', '\u001b[22m'],
  good: ['\u001b[32m', '\u001b[39m'],
  warn: ['\u001b[33m', '\u001b[39m'],
  bad: ['\u001b[31m', '\u001b[39m'],
  accent: ['\u001b[36m', '\u001b[39m'],
}

export function paint(line: Line, colours: boolean): string {
  return line.map((part) => paintSpan(part, colours)).join('')
}

function paintSpan({ text, tone }: Span, colours: boolean): string {
  const codes = escapes[tone]
  const shown = ordinary(text)
  return !colours || codes === undefined || text === '' ? shown : `${codes[0]}${shown}${codes[1]}`
}

/** Breaks a line between words so that no row is wider than `columns`; a longer word is cut. */
export function wrap(line: Line, columns: number): readonly Line[] {
  if (widthOf(line) <= columns) return [line]
  const rows: Span[][] = [[]]
  let used = 0
  for (const piece of line.flatMap((part) => piecesOf(part, columns))) {
    const width = lettersOf(piece.text).length
    if (used + width > columns && used > 0) {
      trimEnd(rows.at(-1))
      rows.push([])
      used = 0
    }
    if (used === 0 && piece.text.trim() === '' && rows.length > 1) continue
    rows.at(-1)?.push(piece)
    used += width
  }
  trimEnd(rows.at(-1))
  return rows.map(joined)
}

function piecesOf(part: Span, columns: number): Span[] {
  const cut = Math.max(1, columns)
  return (part.text.match(/[^\S\u00a0]+|[\S\u00a0]+/g) ?? []).flatMap((piece) => {
    const letters = lettersOf(piece)
    const count = Math.ceil(letters.length / cut)
    return Array.from({ length: count }, (_, at) => span(letters.slice(at * cut, (at + 1) * cut).join(''), part.tone))
  })
}

function trimEnd(row: Span[] | undefined): void {
  while (row?.at(-1)?.text.trim() === '') row.pop()
}

/** Neighbours of one tone become one span, so that a painted line has few escapes. */
function joined(row: readonly Span[]): Line {
  const spans: Span[] = []
  for (const next of row) {
    const last = spans.at(-1)
    if (last?.tone === next.tone) spans.splice(-1, 1, span(last.text + next.text, last.tone))
    else spans.push(next)
  }
  return spans
}
