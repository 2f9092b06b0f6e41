import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Cluster } from '../cluster/cluster.ts'

const entry = fileURLToPath(new URL('mover.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

/** Many Rollouts that are kept moving by a process of its own. */
export interface Crowd {
  /** Updates, approvals and rollbacks asked for so far. */
  steps(): number
  stop(): void
}

export async function startCrowd({ env }: Cluster, count: number, namespaces: number): Promise<Crowd> {
  const args = ['--pdeathsig', 'KILL', process.execPath, '--import', tsx, entry, `${count}`, `${namespaces}`]
  const child = spawn('setpriv', args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let steps = 0
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the mover ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word, number] = line.split(' ')
      if (word === 'steps') steps = Number(number)
      if (word === 'ready') resolve()
    })
  })
  return { steps: () => steps, stop: () => child.kill('SIGKILL') }
}
