import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Cluster } from '../cluster/cluster.ts'

/** The kernel's unit for CPU times in `/proc/<pid>/stat`. */
const ticksPerSecond = 100

/** CPU time so far of everything that runs for a cluster, in milliseconds, by program: `prometheus`, `controller`, … */
export async function cpuMsByProgram({ folder }: Cluster): Promise<ReadonlyMap<string, number>> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
  const all = await Promise.all(pids.map((pid) => usedBy(pid, folder)))
  const sums = new Map<string, number>([['bench', process.cpuUsage().user / 1e3 + process.cpuUsage().system / 1e3]])
  for (const { program, cpuMs } of all.flat()) sums.set(program, (sums.get(program) ?? 0) + cpuMs)
  return sums
}

async function usedBy(pid: string, folder: string) {
  try {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
    const program = programOf(command, folder)
    if (program === undefined) return []
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [{ program, cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond }]
  } catch {
    return [] // it has ended meanwhile
  }
}

function programOf(command: readonly string[], folder: string): string | undefined {
  const [file = ''] = command
  if (file.startsWith(folder)) return basename(file)
  if (!command.some((part) => part.startsWith(folder))) return undefined
  return command.includes('controller') ? 'controller' : 'pods'
}
