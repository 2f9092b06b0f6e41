import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createConnection } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../../examples/demo/chart.ts'

/** `npm start`, as a process of its own. */
export interface DemoProcess {
  readonly pid: number
  /** All that it has written so far. */
  output(): string
  /** Waits until it has written that; fails with what it wrote instead. */
  until(text: string | RegExp): Promise<void>
  type(keys: string): void
  kill(signal: NodeJS.Signals): void
  /** Its code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export interface DemoProcessOptions {
  readonly args?: readonly string[]
  /** Where it has its temporary files. */
  readonly folder: string
  readonly path?: string
  /** In a terminal of so many columns and rows (by util-linux's `script`), or in a pipe. */
  readonly terminal?: readonly [number, number]
}

const start = ['--import', 'tsx', 'examples/start.ts']
const longestMs = 60_000

export function startDemo({
  args = [],
  folder,
  path = process.env.PATH ?? '',
  terminal,
}: DemoProcessOptions): DemoProcess {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env
  const env = { ...inherited, TMPDIR: folder, PATH: path, TERM: 'xterm-256color' }
  const command = [process.execPath, ...start, ...args]
  const [file = '', ...rest] = terminal === undefined ? command : inTerminal(command, terminal)
  const child = spawn(file, rest, { cwd: root, env, stdio: ['pipe', 'pipe', 'pipe'] })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
  const output = () => chunks.join('')
  const ended = endOf(child)
  return {
    pid: child.pid ?? 0,
    output,
    until: async (text) => {
      const untilMs = performance.now() + longestMs
      while (!includes(output(), text)) {
        if (performance.now() > untilMs || child.exitCode !== null)
          throw new Error(`it did not write ${text}, but:\n${output().slice(-2_000)}`)
        await sleep(50)
      }
    },
    type: (keys) => void child.stdin.write(keys),
    kill: (signal) => void child.kill(signal),
    ended,
  }
}

/** `exec`, so that the demo is the only child: what `script` is told to end with is its code. */
function inTerminal(command: readonly string[], [columns, rows]: readonly [number, number]): readonly string[] {
  const line = command.map((word) => `'${word}'`).join(' ')
  return ['script', '--quiet', '--return', '--command', `stty cols ${columns} rows ${rows}; exec ${line}`, '/dev/null']
}

const includes = (all: string, text: string | RegExp): boolean =>
  typeof text === 'string' ? all.includes(text) : text.test(all)

function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'))
  })
}

/** The folders of runs that are still there. */
export const runFolders = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.startsWith('sluice-demo-'))

/** Whether anybody listens on a port of loopback. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    setTimeout(() => socket.destroy(), 500).unref()
  })
}
