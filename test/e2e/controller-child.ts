import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Cluster } from '../cluster/cluster.ts'

const entry = fileURLToPath(new URL('controller-process.ts', import.meta.url))
const tsx = fileURLToPath(import.meta.resolve('tsx'))

/** A controller in a process of its own, so that it can be killed. */
export interface ControllerChild {
  /** Its writes so far, as `<n> <verb>`. */
  readonly writes: readonly string[]
  /** Whether it has ended, by itself or by a signal. */
  ended(): boolean
  /** `kill -9`. */
  kill(): Promise<void>
  /** SIGTERM; it hands its lease over. */
  stop(): Promise<void>
}

export interface ControllerChildOptions {
  /** `<n>:before` or `<n>:after`: it kills itself around its n-th write. */
  readonly crashAt?: string
  readonly leaderElection?: boolean
  /** Returns before it is ready. */
  readonly doNotWait?: boolean
}

export async function startController(
  cluster: Cluster,
  options: ControllerChildOptions = {},
): Promise<ControllerChild> {
  const env = {
    ...cluster.env,
    SLUICE_LEADER_ELECTION: options.leaderElection ? 'on' : 'off',
    ...(options.crashAt !== undefined && { SLUICE_CRASH_AT: options.crashAt }),
  }
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, '--import', tsx, entry], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const writes: string[] = []
  const errors: string[] = []
  let ready = false
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'ready') ready = true
    if (line.startsWith('write ')) writes.push(line.slice('write '.length))
  })
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line))
  const ended = () => child.exitCode !== null || child.signalCode !== null
  while (!ready && !options.doNotWait && !ended()) await sleep(10)
  if (!ready && !options.doNotWait && options.crashAt === undefined)
    throw new Error(`the controller ended:\n${errors.join('\n')}`)
  return { writes, ended, kill: () => end(child, 'SIGKILL'), stop: () => end(child, 'SIGTERM') }
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const over = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill(signal)
  await over
}
