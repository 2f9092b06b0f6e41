import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { request } from 'undici'
import type { Cluster } from '../cluster/cluster.ts'

/** The controller as it ships (api/controller-deployment.ts): one file, plain `node`, leader election on, metrics served. */
export interface ControllerRun {
  /** CPU time so far, of all threads. */
  cpuMs(): Promise<number>
  rssMb(): Promise<number>
  /** Its own numbers, as Prometheus reads them. */
  metrics(): Promise<string>
  /** Finished requests so far, by `verb kind`; opening a watch is none. */
  requests(): Promise<ReadonlyMap<string, number>>
  stop(): Promise<void>
}

/** Of a controller that was told to end: what was measured should not be lost with it. */
const patienceMs = 15_000

export async function runController(cluster: Cluster, bundle: string): Promise<ControllerRun> {
  const profile = process.env['SLUICE_BENCH_PROFILE']
  const flags = profile === undefined ? ['--max-semi-space-size=4'] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const command = ['--pdeathsig', 'KILL', process.execPath, ...flags, bundle]
  const store = cluster.prometheus === undefined ? [] : ['--prometheus', cluster.prometheus.url]
  const child = spawn('setpriv', [...command, 'controller', ...store, '--metrics-port', '0', '--log-level', 'warn'], {
    env: cluster.env,
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    const said: string[] = []
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line)
      const found = /(http:\/\/\S+)\/metrics/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
      else if (!isExpected(line)) console.error(`[controller] ${line}`)
    })
    child.once('exit', (code) => reject(new Error(`the controller ended with ${code}:\n${said.join('\n')}`)))
  })
  const { pid } = child
  const metrics = async () => (await request(`${url}/metrics`)).body.text()
  return {
    async cpuMs() {
      const tasks = await readdir(`/proc/${pid}/task`)
      const times = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/schedstat`, 'utf8')))
      return times.reduce((sum, line) => sum + Number(line.split(' ')[0]) / 1e6, 0)
    },
    async rssMb() {
      const status = await readFile(`/proc/${pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
    },
    metrics,
    async requests() {
      const counts = new Map<string, number>()
      const counted = /^sluice_kube_request_seconds_count\{verb="(\w+)",kind="([^"]+)"[^}]*\} (\d+)/gm
      for (const [, verb, kind, count] of (await metrics()).matchAll(counted)) {
        const key = `${verb} ${kind}`
        counts.set(key, (counts.get(key) ?? 0) + Number(count))
      }
      return counts
    },
    stop: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => {
          console.error(`[bench] the controller does not end ${patienceMs / 1_000} s after SIGTERM`)
          child.kill('SIGKILL')
        }, patienceMs)
        child.once('exit', () => {
          clearTimeout(force)
          resolve()
        })
        child.kill('SIGTERM')
      }),
  }
}

/** That it works, and the rollbacks that the bench asks for. */
const isExpected = (line: string): boolean =>
  line.startsWith('The controller works') || /^\S+ WARN +(RollingBack|RolledBack) /.test(line)

/** What was counted between two looks, without what was not. */
export function between(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) {
  const grown = [...after].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
  return new Map(grown.filter(([, count]) => count > 0))
}
