import { spawn } from 'node:child_process'
import { exitCodes } from '../../cli/exit-codes.ts'
import { run } from '../../cli/program.ts'
import type { Terminal } from '../../cli/terminal.ts'

/** Something that was done, and what it said. */
export interface Shown {
  /** A command as one types it, `$` in front; or in words, where it was none. */
  readonly heading: string
  readonly code: number
  readonly lines: readonly string[]
}

/** What our own commands may know of the terminal that their words end up in. */
export type Paper = Pick<Terminal, 'isTty' | 'colours' | 'columns'>

export interface SluiceOptions {
  readonly kubeconfig: string
  readonly paper: Paper
  readonly signal: AbortSignal
}

/** Runs the CLI in this process: the same code as in one of its own, without the start of one. */
export async function runSluice(args: readonly string[], { kubeconfig, paper, signal }: SluiceOptions): Promise<Shown> {
  const lines: string[] = []
  const say = (text: string) => void lines.push(...text.split('\n'))
  const terminal: Terminal = {
    ...paper,
    out: say,
    err: say,
    write: say,
    rows: () => 24,
    onResize: () => () => undefined,
    confirm: () => Promise.resolve(undefined),
    now: () => Date.now(),
    env: process.env,
  }
  const context = { terminal, signal, where: {}, exitCode: exitCodes.ok }
  const code = await run([...args, '--kubeconfig', kubeconfig], context)
  return { heading: `$ sluice ${typed(args)}`, code, lines }
}

const typed = (args: readonly string[]): string =>
  args.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')

export interface ProgramOptions {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly signal: AbortSignal
}

/** Runs a program of the machine's; it is ended when the signal aborts. Rejects where it cannot be run. */
export function runProgram(name: string, args: readonly string[], options: ProgramOptions): Promise<Shown> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    const child = spawn(name, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      const text = Buffer.concat(chunks).toString().trimEnd()
      const lines = text === '' ? [] : text.split('\n')
      resolve({ heading: `$ ${name} ${typed(args)}`, code: code ?? 1, lines })
    })
  })
}
