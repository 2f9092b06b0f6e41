import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where one run of the demo keeps its files. */
export interface RunFolder {
  readonly path: string
  /** At once, so that it can be done while the process ends. */
  remove(): void
}

const prefix = 'sluice-demo-'

/** Makes a folder with our process's number in its name, and removes those whose process has died without doing so. */
export function openRunFolder(parent = tmpdir()): RunFolder {
  for (const name of readdirSync(parent)) if (isAbandoned(name)) rmSync(join(parent, name), options)
  const path = mkdtempSync(join(parent, `${prefix}${process.pid}-`))
  return { path, remove: () => rmSync(path, options) }
}

const options = { recursive: true, force: true, maxRetries: 3 } as const

function isAbandoned(name: string): boolean {
  const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
  return pid !== undefined && !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' // somebody else's, and there
  }
}
