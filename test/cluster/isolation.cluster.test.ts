import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { waitFor } from './daemon.ts'

const cli = fileURLToPath(new URL('cli.ts', import.meta.url))
const hold = fileURLToPath(new URL('fixtures/hold-cluster.ts', import.meta.url))
const started: ChildProcess[] = []

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

describe('namespaces', () => {
  it('hold two clusters side by side, each with its own data and the same pod port', async () => {
    const [one, two] = await Promise.all([holdCluster('one'), holdCluster('two')])
    expect([one.said, two.said]).toEqual(['holding one', 'holding two'])
  })

  it('leave no process when the suite is killed, even with SIGKILL', async () => {
    const mark = `mark-${randomUUID()}`
    const { child } = await holdCluster(mark)
    const before = await processesNaming(['--secure-port', mark, '/pods.json'])
    expect(before.length).toBeGreaterThan(2)
    child.kill('SIGKILL')
    await waitFor(async () => (await stillThere(before)).length === 0 || undefined, {
      what: 'the end of every process',
      timeoutMs: 5_000,
    })
  })
})

async function holdCluster(who: string): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const command = ['--import', 'tsx', cli, 'run', process.execPath, '--import', 'tsx', hold, who]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  const line = async () => {
    if (child.exitCode !== null) throw new Error(`it ended:\n${out}`)
    return out.split('\n').find((text) => text.startsWith('holding'))
  }
  return { child, said: await waitFor(line, { what: `cluster ${who} (it said: ${out})`, timeoutMs: 90_000 }) }
}

async function processesNaming(words: readonly string[]): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
  const lines = await Promise.all(pids.map(async (pid) => [pid, await commandLine(pid)] as const))
  return lines.filter(([, line]) => words.some((word) => line.includes(word))).map(([pid]) => pid)
}

async function stillThere(pids: readonly string[]): Promise<string[]> {
  const lines = await Promise.all(pids.map(async (pid) => [pid, await commandLine(pid)] as const))
  return lines.filter(([, line]) => line !== '').map(([pid]) => pid)
}

/** Empty for a process that is gone, or dead and not yet waited for. */
async function commandLine(pid: string): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
}
