import type { Look } from './look.ts'
import type { Terminal } from './terminal.ts'
import { changeLine } from './view/change-line.ts'
import { told } from './view/marks.ts'
import type { OutputFormat } from './view/print.ts'
import { formatted } from './view/print.ts'
import { rolloutTree } from './view/rollout-tree.ts'
import { createScreen } from './view/screen.ts'
import { treeLines } from './view/tree.ts'

/** Shows looks as they come. */
export interface LiveView {
  show(look: Look): void
  close(): void
}

const decisionsShown = 3
const tickMs = 1000

/** A tree that is redrawn in place for a person; a line per change in a pipe; a document per change for machines. */
export function createLiveView(terminal: Terminal, format?: OutputFormat): LiveView {
  if (format !== undefined) return documents(terminal, format)
  return terminal.isTty ? redrawn(terminal) : changes(terminal)
}

function redrawn(terminal: Terminal): LiveView {
  const screen = createScreen(terminal)
  let last: Look | undefined
  const draw = () => {
    if (last === undefined) return
    const tree = rolloutTree(last, { now: terminal.now(), decisions: decisionsShown })
    screen.draw(treeLines(tree, terminal.columns()))
  }
  const timer = setInterval(draw, tickMs) // only the clock moves: "in 4m" becomes "in 3m59s"
  const stopResize = terminal.onResize(draw)
  return {
    show(look) {
      last = look
      draw()
    },
    close() {
      clearInterval(timer)
      stopResize()
      screen.close()
    },
  }
}

function changes(terminal: Terminal): LiveView {
  return distinct(changeLine, (line) => terminal.out(`${told(new Date(terminal.now()).toISOString())} ${line}`))
}

function documents(terminal: Terminal, format: OutputFormat): LiveView {
  const text = (look: Look) => (format === 'json' ? JSON.stringify(look) : `---\n${formatted(format, look)}`)
  return distinct(text, (line) => terminal.out(line))
}

/** Says a line only when it is another than the last. */
function distinct(textOf: (look: Look) => string, say: (line: string) => void): LiveView {
  let last: string | undefined
  return {
    show(look) {
      const text = textOf(look)
      if (text !== last) say(text)
      last = text
    },
    close: () => undefined,
  }
}
