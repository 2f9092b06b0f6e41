/** Outside the namespaces: owns the process inside, and bridges loopback ports of the host to it. */
import { spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bridge } from './bridge.ts'
import { waitFor } from './daemon.ts'
import { thisProcess, writeState } from './instance.ts'
import { enterCommand, processInside } from './namespace.ts'

interface InsideFacts {
  readonly kubeconfig: string
  readonly apiUrl: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const folder = process.argv[2] ?? ''
await writeState(folder, { kind: 'starting', owner: thisProcess() })

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const main = fileURLToPath(new URL('instance-inside.ts', import.meta.url))
const [file = '', ...args] = enterCommand([process.execPath, '--import', tsx, main, folder])
const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] })
const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
const end = () => void child.kill('SIGKILL')
process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', end)

try {
  const facts = await Promise.race([insideFacts(), gone.then(() => undefined)])
  if (facts !== undefined) {
    const api = await bridge({ port: 0 }, { path: join(folder, 'api.sock') })
    const gateway = await bridge({ port: 0 }, { path: join(folder, 'gateway.sock') })
    const prometheus = await bridge({ port: 0 }, { path: join(folder, 'prometheus.sock') })
    const apiUrl = `https://127.0.0.1:${api.port}`
    const kubeconfig = join(folder, 'kubeconfig')
    const inner = await readFile(facts.kubeconfig, 'utf8')
    await writeFile(kubeconfig, inner.replace(facts.apiUrl, apiUrl), { mode: 0o600 })
    await writeState(folder, {
      kind: 'ready',
      owner: thisProcess(),
      inside: await processInside(child.pid ?? 0, (path) => readFile(path, 'utf8')),
      since: new Date().toISOString(),
      apiUrl,
      gatewayUrl: `http://127.0.0.1:${gateway.port}`,
      prometheusUrl: `http://127.0.0.1:${prometheus.port}`,
      kubeconfig,
      env: facts.env,
    })
    await gone
  }
} finally {
  end()
  await gone
  const failedAtStart = child.signalCode !== 'SIGKILL'
  if (!failedAtStart) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit(failedAtStart ? 1 : 0) // open bridges would keep us
}

function insideFacts(): Promise<InsideFacts> {
  const read = async () => JSON.parse(await readFile(join(folder, 'inside.json'), 'utf8')) as InsideFacts
  return waitFor(read, { what: 'the cluster inside', timeoutMs: 120_000 })
}
