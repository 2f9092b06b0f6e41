import { spawn } from 'node:child_process'
import { exitCodes } from '../../cli/exit-codes.ts'
import { run } from '../../cli/program.ts'
import type { Terminal } from '../../cli/terminal.ts'

/** A command as a person would type it, and what it said. */
export interface Shown {
  readonly typed: string
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
  return { typed: `sluice ${args.join(' ')}`, code, lines }
}

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
      resolve({ typed: `${name} ${args.join(' ')}`, code: code ?? 1, lines: text === '' ? [] : text.split('\n') })
    })
  })
}
