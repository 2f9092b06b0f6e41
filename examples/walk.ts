/**
 * A release from the first command to the last, on a real cluster, with requests flowing and counted: v1 → v2 at 20 and
 * 90 %, approved and promoted; then v3, rolled back. Ends with 0 only if no request was lost.
 */
import { execFileSync, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { type Cluster, startCluster } from '../test/cluster/cluster.ts'
import { type Load, startLoad } from '../test/cluster/load.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const bundle = `${root}dist/sluice.js`
const chart = 'examples/chart'
const host = 'canary-demo.example.com'
const colours = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
const bold = (text: string) => (colours ? `\u001b[1m${text}\u001b[0m` : text)
const dim = (text: string) => (colours ? `\u001b[2m${text}\u001b[0m` : text)

process.exitCode = await walk()

async function walk(): Promise<number> {
  say('bundling the CLI, starting etcd, kube-apiserver, controllers, nodes, Traefik and pods that answer …')
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const cluster = await startCluster()
  const loads: Load[] = []
  try {
    return await release(cluster, loads)
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`)
    return 1
  } finally {
    await Promise.all(loads.map((load) => load.stop()))
    await cluster.stop()
  }
}

async function release(cluster: Cluster, loads: Load[]): Promise<number> {
  title('Sluice goes into the cluster, and its controller starts')
  await sluice(cluster, 'install')
  const controller = spawn(process.execPath, [bundle, 'controller'], {
    env: cluster.env,
    stdio: 'ignore',
  })
  try {
    await firstInstall(cluster, loads)
    await goodVersion(cluster, loads)
    await badVersion(cluster, loads)
    return await account(loads)
  } finally {
    controller.kill('SIGTERM')
  }
}

async function firstInstall(cluster: Cluster, loads: Load[]): Promise<void> {
  title('A team installs its chart, as ever; one more object makes its releases gradual')
  await helm(cluster, 'install', 'canary-demo', chart, '--wait')
  await kubectl(cluster, 'apply', '-f', 'examples/rollout.yaml')
  await reached(cluster, '{.status.phase}', 'Healthy')
  await served(cluster)
  for (const keepAlive of [true, false]) loads.push(startLoad({ url: cluster.gatewayUrl, host, rate: 100, keepAlive }))
  say('200 requests a second flow through Traefik from now on: half keep their connection, half open a new one each')
}

async function goodVersion(cluster: Cluster, loads: readonly Load[]): Promise<void> {
  title('helm upgrade to v2: held, announced, canaried')
  await helm(cluster, 'upgrade', 'canary-demo', chart, '--set', 'image.tag=v2', '--wait')
  for (;;) {
    await reached(cluster, '{.status.waiting.reason}', 'Approval')
    await sluice(cluster, 'status', 'canary-demo')
    await measure(loads)
    const step = await field(cluster, '{.status.progress}')
    await sluice(cluster, 'approve', 'canary-demo', '--reason', 'looks good')
    const [at, of] = step.split('/')
    if (at === of) break
    await left(cluster, '{.status.progress}', step)
  }
  say(
    'the copy takes all traffic, the old pods drain, the Deployment itself rolls with no request on it, the traffic returns',
  )
  await reached(cluster, '{.status.phase}', 'Healthy')
  await sluice(cluster, 'status', 'canary-demo')
  await measure(loads)
}

async function badVersion(cluster: Cluster, loads: readonly Load[]): Promise<void> {
  title('helm upgrade to v3, which nobody likes: rolled back')
  await helm(cluster, 'upgrade', 'canary-demo', chart, '--set', 'image.tag=v3')
  await reached(cluster, '{.status.waiting.reason}', 'Approval')
  await measure(loads)
  await sluice(cluster, 'rollback', 'canary-demo', '--reason', 'customers complain')
  await reached(cluster, '{.status.phase}', 'RolledBack')
  await sluice(cluster, 'explain', 'canary-demo')
  await helm(cluster, 'rollback', 'canary-demo')
  await reached(cluster, '{.status.phase}', 'Healthy')
  await measure(loads)
}

async function account(loads: readonly Load[]): Promise<number> {
  const tallies = await Promise.all(loads.map((load) => load.stop()))
  const sent = tallies.reduce((sum, { total }) => sum + total, 0)
  const lost = sent - tallies.reduce((sum, { statuses }) => sum + (statuses[200] ?? 0), 0)
  title(`${sent} requests sent, ${lost} lost`)
  return lost === 0 ? 0 : 1
}

/** Asks 400 requests who answers them. */
async function measure(loads: readonly Load[]): Promise<void> {
  await sleep(2500) // the gateway follows a route within 2 s
  const tallies = await Promise.all(loads.map((load) => load.next(200)))
  const answers: Record<string, number> = {}
  for (const { versions } of tallies) {
    for (const [version, tally] of Object.entries(versions)) answers[version] = (answers[version] ?? 0) + tally.answers
  }
  const all = Object.values(answers).reduce((sum, count) => sum + count, 0)
  for (const [version, count] of Object.entries(answers).sort(([a], [b]) => a.localeCompare(b))) {
    const percent = Math.round((100 * count) / all)
    console.log(
      `   ${version.padEnd(4)} ${'█'.repeat(Math.round(percent / 2.5)).padEnd(40, colours ? '░' : '.')} ${String(percent).padStart(3)} %`,
    )
  }
}

async function helm(cluster: Cluster, ...args: readonly string[]): Promise<void> {
  await shown(cluster, 'helm', 'helm', args)
}

async function kubectl(cluster: Cluster, ...args: readonly string[]): Promise<void> {
  await shown(cluster, 'kubectl', 'kubectl', args)
}

async function sluice(cluster: Cluster, ...args: readonly string[]): Promise<void> {
  await shown(cluster, 'sluice', process.execPath, [bundle, ...args], args)
}

/** Prints a command as one would type it, runs it, and prints what it said. */
async function shown(
  cluster: Cluster,
  name: string,
  file: string,
  args: readonly string[],
  typed = args,
): Promise<void> {
  console.log(`\n${bold(`$ ${name} ${typed.join(' ')}`)}`)
  const { code, stdout, stderr } = await cluster.run(file, [...args], {
    env: { ...cluster.env, ...(colours && { FORCE_COLOR: '1' }) },
    cwd: root,
  })
  const text = `${stderr}${stdout}`.trimEnd()
  if (text !== '') console.log(text.replace(/^/gm, '   '))
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
}

async function served(cluster: Cluster): Promise<void> {
  await until('the gateway serves the chart', async () => {
    const { statusCode, body } = await request(cluster.gatewayUrl, { headers: { host } })
    await body.dump()
    return statusCode === 200
  })
}

async function field(cluster: Cluster, path: string): Promise<string> {
  return (await cluster.kubectl('get', 'rollout.sluice.dev', 'canary-demo', '-o', `jsonpath=${path}`)).stdout
}

function reached(cluster: Cluster, path: string, value: string): Promise<void> {
  return until(`${path} is ${value}`, async () => (await field(cluster, path)) === value)
}

function left(cluster: Cluster, path: string, value: string): Promise<void> {
  return until(`${path} is no longer ${value}`, async () => (await field(cluster, path)) !== value)
}

async function until(what: string, so: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 120_000
  while (!(await so())) {
    if (performance.now() > end) throw new Error(`not so within two minutes: ${what}`)
    await sleep(200)
  }
}

function title(text: string): void {
  console.log(`\n${bold(`── ${text} `.padEnd(100, '─'))}`)
}

function say(text: string): void {
  console.log(dim(`   ${text}`))
}
