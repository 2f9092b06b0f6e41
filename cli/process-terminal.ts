import { createInterface } from 'node:readline/promises'
import { type Terminal, wantsColours } from './terminal.ts'

/** This process's own standard streams. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process
  const isTty = stdout.isTTY === true
  stdout.on('error', leaveQuietly)
  return {
    out: (line) => stdout.write(`${line}\n`),
    err: (line) => stderr.write(`${line}\n`),
    write: (text) => stdout.write(text),
    isTty,
    colours: wantsColours(env, isTty),
    columns: () => stdout.columns ?? 80,
    rows: () => stdout.rows ?? 24,
    onResize(fn) {
      stdout.on('resize', fn)
      return () => stdout.off('resize', fn)
    },
    async confirm(question, signal) {
      if (!isTty || stdin.isTTY !== true) return undefined
      const lines = createInterface({ input: stdin, output: stdout })
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim())
      } finally {
        lines.close()
      }
    },
    now: () => Date.now(),
    env,
  }
}

/** `sluice status | head`: the reader has seen enough. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}
