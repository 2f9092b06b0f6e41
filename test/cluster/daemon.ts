import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dieWithParent } from './run-command.ts'

export interface DaemonSpec {
  readonly name: string
  readonly command: readonly string[]
  readonly logFile: string
  readonly env?: NodeJS.ProcessEnv
}

/** A process that runs until it is stopped, its output in a file. */
export interface Daemon {
  readonly name: string
  readonly pid: number
  /** Says how it ended, if it has: nobody waits in vain for a process that is gone. */
  ended(): string | undefined
  /** Resolves once it is gone and its ports are free. SIGTERM first if `graceMs` is given, else SIGKILL at once. */
  stop(graceMs?: number): Promise<void>
  log(): Promise<string>
}

export function startDaemon({ name, command, logFile, env }: DaemonSpec): Daemon {
  const [file, ...args] = dieWithParent(command)
  const log = openSync(logFile, 'a')
  const child = spawn(file ?? '', args, { env: env ?? process.env, stdio: ['ignore', log, log] })
  closeSync(log)
  let spawnError: string | undefined
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      spawnError = error.message
      resolve()
    })
  })
  return {
    name,
    pid: child.pid ?? -1,
    ended: () => spawnError ?? howItEnded(child),
    stop: async (graceMs) => {
      if (howItEnded(child) !== undefined || spawnError !== undefined) return
      if (graceMs === undefined) child.kill('SIGKILL')
      else child.kill('SIGTERM')
      const patience = setTimeout(() => child.kill('SIGKILL'), graceMs ?? 60_000)
      await gone
      clearTimeout(patience)
    },
    log: () => readFile(logFile, 'utf8'),
  }
}

function howItEnded(child: ChildProcess): string | undefined {
  if (child.exitCode !== null) return `ended with code ${child.exitCode}`
  return child.signalCode !== null ? `ended by ${child.signalCode}` : undefined
}

export interface WaitOptions {
  readonly what: string
  readonly timeoutMs?: number
  readonly everyMs?: number
  /** Waiting is pointless once one of these has ended. */
  readonly needs?: readonly Daemon[]
}

/** Asks again and again until the answer is not undefined. */
export async function waitFor<T>(ask: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const { what, timeoutMs = 60_000, everyMs = 25, needs = [] } = options
  const deadline = performance.now() + timeoutMs
  let lastError: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (cause) {
      lastError = cause
    }
    for (const daemon of needs) {
      const end = daemon.ended()
      if (end !== undefined) throw new Error(`${daemon.name} ${end} while waiting for ${what}:\n${await tail(daemon)}`)
    }
    if (performance.now() > deadline) {
      const logs = await Promise.all(needs.map(async (daemon) => `--- ${daemon.name}\n${await tail(daemon)}`))
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}\n${logs.join('\n')}`, { cause: lastError })
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

async function tail(daemon: Daemon): Promise<string> {
  return (await daemon.log()).trimEnd().split('\n').slice(-15).join('\n')
}
