import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { waitFor } from './daemon.ts'
import { claimInstance, instanceFolder, isAlive, listInstances, type Ready, readInstance } from './instance.ts'

/** Starts a cluster in the background, or finds it running. */
export async function up(name: string): Promise<{ readonly state: Ready; readonly already: boolean }> {
  const folder = instanceFolder(name)
  const holder = await claimInstance(folder)
  if (holder.kind === 'alive') return { state: await ready(name, folder), already: true }
  const log = openSync(join(folder, 'host.log'), 'a')
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const main = fileURLToPath(new URL('instance-host.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', tsx, main, folder], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  try {
    return { state: await ready(name, folder, () => child.exitCode !== null), already: false }
  } catch (error) {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    throw error
  }
}

/** Stops it and removes its files; says whether there was anything. */
export async function down(name: string): Promise<'stopped' | 'swept' | 'nothing'> {
  const folder = instanceFolder(name)
  const instance = await readInstance(folder)
  if (instance.kind === 'none') return 'nothing'
  if (instance.kind === 'alive') {
    const { owner } = instance.state
    process.kill(owner.pid, 'SIGTERM')
    const isGone = async () => (isAlive(owner) ? undefined : true)
    await waitFor(isGone, { what: `process ${owner.pid} to end`, timeoutMs: 10_000 }).catch(() => {
      process.kill(owner.pid, 'SIGKILL')
    })
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  return instance.kind === 'alive' ? 'stopped' : 'swept'
}

export interface StatusLine {
  readonly name: string
  readonly instance: Awaited<ReturnType<typeof readInstance>>
}

export async function status(): Promise<StatusLine[]> {
  const names = await listInstances()
  return Promise.all(names.map(async (name) => ({ name, instance: await readInstance(instanceFolder(name)) })))
}

/** Runs a command inside a running cluster's namespaces with its environment, and gives its code. */
export async function exec(name: string, command: readonly string[]): Promise<number> {
  const instance = await readInstance(instanceFolder(name))
  if (instance.kind !== 'alive' || instance.state.kind !== 'ready') {
    throw new Error(`cluster ${name} does not run; start it with: npm run cluster -- up --name ${name}`)
  }
  const { inside, env } = instance.state
  const user = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials']
  const change = ['sh', '-c', 'cd "$0" && exec "$@"', process.cwd()] // a new mount namespace begins at the root
  const args = ['--target', String(inside), ...user, '--net', '--pid', '--mount', '--', ...change, ...command]
  const child = spawn('nsenter', args, { stdio: 'inherit', env: { ...env, TERM: process.env.TERM } })
  const ignore = () => {} // the command has it from the terminal
  process.on('SIGINT', ignore)
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error('nsenter (util-linux) is needed', { cause })))
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

async function ready(name: string, folder: string, hasFailed: () => boolean = () => false): Promise<Ready> {
  const look = async () => {
    const instance = await readInstance(folder)
    if (hasFailed() || instance.kind === 'stale') return 'failed'
    return instance.kind === 'alive' && instance.state.kind === 'ready' ? instance.state : undefined
  }
  const found = await waitFor(look, { what: `cluster ${name}`, timeoutMs: 120_000 })
  if (found !== 'failed') return found
  const log = await readFile(join(folder, 'host.log'), 'utf8').catch(() => '')
  throw new Error(`cluster ${name} did not start:\n${log.trimEnd().split('\n').slice(-20).join('\n')}`)
}
