import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Runs `work` while nobody else holds `file`. The kernel holds the lock for a child of ours that reads our pipe:
 * when we die, however we die, the pipe closes and the lock is free.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()))
  const patience = setTimeout(onWait, 500)
  try {
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once('data', () => resolve())
      holder.once('error', (cause) => reject(new Error(`cannot lock ${file}: flock (util-linux) is needed`, { cause })))
      holder.once('close', (code) => reject(new Error(`cannot lock ${file}: flock ended with ${code}`)))
    })
    clearTimeout(patience)
    return await work()
  } finally {
    clearTimeout(patience)
    holder.stdin.end()
    if (holder.pid !== undefined) await ended
  }
}
