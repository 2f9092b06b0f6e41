import type { Terminal } from '../terminal.ts'
import { type Line, paint } from './spans.ts'

/** A block at the end of the terminal that is drawn over itself. */
export interface Screen {
  draw(lines: readonly Line[]): void
  /** Leaves what is drawn and gives the cursor back. */
  close(): void
}

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const clearRight = '\u001b[K'
const clearBelow = '\u001b[J'
/** Terminals that know it show the frame at once; others ignore it. */
const frame = ['\u001b[?2026h', '\u001b[?2026l'] as const

/** One write per frame, no clearing beforehand: nothing flickers. Rows that do not fit are left out at the end. */
export function createScreen(terminal: Terminal): Screen {
  let drawn = 0
  let open = false
  return {
    draw(lines) {
      const fitting = rowsThatFit(lines, terminal.rows() - 1)
      const up = drawn > 0 ? `\u001b[${drawn}A\r` : ''
      const body = fitting.map((line) => `${paint(line, terminal.colours)}${clearRight}\n`).join('')
      terminal.write(`${frame[0]}${open ? '' : hideCursor}${up}${body}${clearBelow}${frame[1]}`)
      drawn = fitting.length
      open = true
    },
    close() {
      if (open) terminal.write(showCursor)
      open = false
    },
  }
}

function rowsThatFit(lines: readonly Line[], rows: number): readonly Line[] {
  if (lines.length <= rows || rows < 2) return lines
  return [...lines.slice(0, rows - 1), [{ text: `… ${lines.length - rows + 1} more rows`, tone: 'dim' }]]
}
