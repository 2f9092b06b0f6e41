import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import type { Cluster } from '../cluster/cluster.ts'

const entry = fileURLToPath(new URL('controller-process.ts', import.meta.url))

/** A controller in a process of its own, so that it can be killed. */
export interface ControllerChild {
  readonly pid: number
  /** Its writes so far, as `<n> <verb> <kind> <name>[/status]`. */
  readonly writes: readonly string[]
  /** The write that it killed itself around, if it did. */
  killedAt(): string | undefined
  /** Resolves when it has ended, by itself or by a signal. */
  readonly over: Promise<void>
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
  /** Only this namespace. */
  readonly namespace?: string
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
    ...(options.namespace !== undefined && { SLUICE_NAMESPACE: options.namespace }),
    ...(cluster.prometheus !== undefined && { SLUICE_PROMETHEUS: cluster.prometheus.url }),
  }
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, bundled(cluster)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const over = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const writes: string[] = []
  const errors: string[] = []
  let ready = false
  let killedAt: string | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'ready') ready = true
    if (line.startsWith('write ')) writes.push(line.slice('write '.length))
    if (line.startsWith('killed ')) killedAt = line.slice('killed '.length)
  })
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line))
  const ended = () => child.exitCode !== null || child.signalCode !== null
  while (!ready && !options.doNotWait && !ended()) await sleep(10)
  if (!ready && !options.doNotWait && options.crashAt === undefined)
    throw new Error(`the controller ended:\n${errors.join('\n')}`)
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    send(child, signal)
    await over
  }
  return {
    pid: child.pid ?? -1, // setpriv becomes the controller
    writes,
    killedAt: () => killedAt,
    over,
    ended,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

function send(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
}

/** One file, built once for each cluster: starting a process costs little then, and some suites start hundreds. */
function bundled(cluster: Cluster): string {
  const outfile = join(cluster.folder, 'controller-process.mjs')
  if (existsSync(outfile)) return outfile
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  })
  return outfile
}
