import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from './binaries.ts'
import { withLock } from './lock.ts'

/** A process that cannot be taken for a later one with the same id. */
export interface ProcessId {
  readonly pid: number
  readonly startTime: string
}

/** What is written down about a cluster that runs in the background. */
export type InstanceState =
  | { readonly kind: 'starting'; readonly owner: ProcessId }
  | {
      readonly kind: 'ready'
      readonly owner: ProcessId
      /** A process inside the namespaces, to enter them by. */
      readonly inside: number
      readonly since: string
      readonly apiUrl: string
      readonly gatewayUrl: string
      readonly prometheusUrl: string
      readonly kubeconfig: string
      readonly env: Readonly<Record<string, string | undefined>>
    }

export type Ready = Extract<InstanceState, { kind: 'ready' }>

/** `stale`: its owner is gone, only files are left. */
export type Instance =
  | { readonly kind: 'none' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'alive'; readonly state: InstanceState }

export function instanceFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) {
    throw new Error(`"${name}" is no name for a cluster: small letters, digits and hyphens, at most 31`)
  }
  return join(cacheFolder(env), 'clusters', name)
}

export async function listInstances(env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  return readdir(join(cacheFolder(env), 'clusters')).catch(() => [])
}

export async function readInstance(folder: string): Promise<Instance> {
  const text = await readFile(join(folder, 'state.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return { kind: 'none' }
  const state = JSON.parse(text) as InstanceState
  return isAlive(state.owner) ? { kind: 'alive', state } : { kind: 'stale' }
}

/** Takes the name for this process, or returns the one who has it. Two that try at once cannot both succeed. */
export function claimInstance(folder: string): Promise<Instance> {
  return withLock(join(folder, '..', '..', 'clusters.lock'), async () => {
    const instance = await readInstance(folder)
    if (instance.kind === 'alive') return instance
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    await mkdir(folder, { recursive: true })
    await writeState(folder, { kind: 'starting', owner: thisProcess() })
    return { kind: 'none' }
  })
}

/** Whole or not at all: a reader never sees half a state. */
export async function writeState(folder: string, state: InstanceState): Promise<void> {
  const path = join(folder, 'state.json')
  await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  await rename(`${path}.new`, path)
}

export function thisProcess(): ProcessId {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' }
}

export function isAlive({ pid, startTime }: ProcessId): boolean {
  return startTimeOf(pid) === startTime
}

/** The 22nd field of /proc/PID/stat; the second one may hold spaces, so count from its closing bracket. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
