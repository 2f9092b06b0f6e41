import type { ReadStream } from 'node:tty'
import type { Terminal } from '../../cli/terminal.ts'
import { type Line, paint, widthOf } from '../../cli/view/spans.ts'

/** The whole terminal, drawn over and over, and its keys. */
export interface FullScreen {
  draw(lines: readonly Line[]): void
  /** Gives the terminal back as it was. Can be called again, also while the process ends. */
  close(): void
}

export interface FullScreenOptions {
  readonly terminal: Terminal
  readonly keyboard: ReadStream
  /** `ctrl-c`, or a letter. */
  readonly onKey: (key: string) => void
  readonly onResize: () => void
}

/** A screen of its own (so that what was there before comes back), no cursor, and no line wrap. */
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const home = '\u001b[H'
const clear = '\u001b[2J'
const clearRight = '\u001b[K'
const clearBelow = '\u001b[J'
/** Terminals that know it show the frame at once; others ignore it. */
const frame = ['\u001b[?2026h', '\u001b[?2026l'] as const

export function openFullScreen({ terminal, keyboard, onKey, onResize }: FullScreenOptions): FullScreen {
  const wasRaw = keyboard.isRaw
  const onData = (data: Buffer) => keysIn(data.toString()).forEach(onKey)
  const stopResize = terminal.onResize(() => {
    terminal.write(clear)
    onResize()
  })
  let isOpen = true
  const close = () => {
    if (!isOpen) return
    isOpen = false
    terminal.write(leave)
    stopResize()
    keyboard.off('data', onData)
    keyboard.setRawMode(wasRaw)
    keyboard.pause() // or it keeps the process alive
    process.off('exit', close)
  }
  process.once('exit', close)
  terminal.write(enter)
  keyboard.setRawMode(true)
  keyboard.resume()
  keyboard.on('data', onData)
  return {
    draw(lines) {
      if (!isOpen) return
      const columns = terminal.columns()
      const row = (line: Line) => `${paint(line, terminal.colours)}${widthOf(line) < columns ? clearRight : ''}`
      const body = lines.map(row).join('\r\n')
      terminal.write(`${frame[0]}${home}${body}${clearBelow}${frame[1]}`)
    },
    close,
  }
}

/** Letters and Ctrl-C; an arrow or a function key, which begins with Escape, is none of ours. */
export function keysIn(text: string): readonly string[] {
  if (text.startsWith('\u001b')) return []
  return Array.from(text, (key) => (key === '\u0003' ? 'ctrl-c' : key.toLowerCase()))
}
