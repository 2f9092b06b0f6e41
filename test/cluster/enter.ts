import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enterCommand } from './namespace.ts'

export interface EnterOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

/** Runs a command in fresh namespaces, our terminal its terminal, and gives its code. Its temporary files go with it. */
export async function enter(command: readonly string[], options: EnterOptions = {}): Promise<number> {
  await sweepOldFolders()
  const folder = await mkdtemp(join(tmpdir(), `${folderPrefix}${process.pid}-`))
  const [file = '', ...args] = enterCommand(command)
  const child = spawn(file, args, {
    stdio: 'inherit',
    cwd: options.cwd,
    env: { ...(options.env ?? process.env), TMPDIR: folder },
  })
  const end = () => child.kill('SIGKILL')
  const endSoon = () => void setTimeout(end, 5_000).unref() // a terminal sends it to the command too: let it end by itself
  process.on('SIGTERM', end).on('SIGHUP', end).on('SIGINT', endSoon)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) => reject(new Error(`cannot run ${file} (util-linux is needed)`, { cause })))
      child.once('exit', (code) => resolve(code ?? 1))
    })
  } finally {
    process.off('SIGTERM', end).off('SIGHUP', end).off('SIGINT', endSoon)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

const folderPrefix = 'sluice-run-'

/** What a suite that was killed with SIGKILL left in the temporary folder. */
async function sweepOldFolders(): Promise<void> {
  const entries = (await readdir(tmpdir())).filter((entry) => entry.startsWith(folderPrefix))
  const dead = entries.filter((entry) => !existsSync(`/proc/${entry.slice(folderPrefix.length).split('-')[0]}`))
  await Promise.all(dead.map((entry) => rm(join(tmpdir(), entry), { recursive: true, force: true })))
}
