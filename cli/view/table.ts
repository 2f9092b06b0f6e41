import { type Line, lettersOf, type Span, span, strong, widthOf } from './spans.ts'

/** Columns as wide as their widest cell; the last is cut where the terminal ends. */
export function table(header: readonly string[], rows: readonly (readonly Span[])[], columns: number): readonly Line[] {
  const all = [header.map((name) => strong(name)), ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => lettersOf(row[column]?.text ?? '').length)))
  return all.map((row) =>
    cut(
      row.flatMap((cell, column) => padded(cell, widths[column] ?? 0, column === row.length - 1)),
      columns,
    ),
  )
}

function padded(cell: Span, width: number, last: boolean): Span[] {
  const blanks = last ? 0 : width - lettersOf(cell.text).length + 3
  return blanks === 0 ? [cell] : [cell, span(' '.repeat(blanks))]
}

function cut(line: Line, columns: number): Line {
  let left = columns
  if (widthOf(line) <= left) return line
  return line.flatMap((part) => {
    const letters = lettersOf(part.text)
    const shown = letters.slice(0, Math.max(0, left))
    const ends = shown.length > 0 && letters.length >= left
    left -= letters.length
    return shown.length === 0 ? [] : [{ ...part, text: ends ? `${shown.slice(0, -1).join('')}…` : shown.join('') }]
  })
}
