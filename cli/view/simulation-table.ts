import { dim, type Line, type Span, span, widthOf, wrap } from './spans.ts'

const gap = 2
/** Narrower than this the last column is no help. */
const leastText = 12

/** Columns as wide as their widest cell; the last goes on in the rows below where the terminal ends. */
export function wrappedTable(
  header: readonly string[],
  rows: readonly (readonly Line[])[],
  columns: number,
): readonly Line[] {
  const all = [header.map((name): Line => [dim(name)]), ...rows]
  const widths = header.slice(0, -1).map((_, at) => Math.max(...all.map((row) => widthOf(row[at] ?? []))))
  const used = widths.reduce((sum, width) => sum + width + gap, 0)
  const indent: Line = [span(' '.repeat(used))]
  return all.flatMap((row) => {
    const left = widths.flatMap((width, at) => padded(row[at] ?? [], width + gap))
    const [first = [], ...rest] = wrap(row[widths.length] ?? [], Math.max(columns - used, leastText))
    return [trimmed([...left, ...first]), ...rest.map((line) => [...indent, ...line])]
  })
}

const padded = (cell: Line, width: number): readonly Span[] => [...cell, span(' '.repeat(width - widthOf(cell)))]

/** Without blanks at its end, so that what is copied from a terminal is what was shown. */
function trimmed(line: Line): Line {
  const end = line.findLastIndex(({ text }) => text.trim() !== '')
  return line.slice(0, end + 1)
}
