/** What `npm run bench` runs: `-- --quick` for a short run, `-- --only rollback,idle` to choose, `-- --rollouts 200` under analysis. */
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { enter } from '../cluster/enter.ts'
import { measureAnalysis } from './analysis.ts'
import { measureApiServer } from './api-server.ts'
import { startBed } from './bed.ts'
import { between } from './controller.ts'
import { startCrowd } from './crowd.ts'
import { measureIdle } from './idle.ts'
import { openProbes, timeReleases, timeRollbacks } from './release-times.ts'
import { type Moving, type Results, tableOf } from './report.ts'
import { measureTraffic } from './traffic.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bundle = join(root, 'dist', 'sluice.js')
const parts = ['releases', 'rollback', 'traffic', 'idle', 'analysis'] as const
type Part = (typeof parts)[number]

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rollouts: { type: 'string' },
    inside: { type: 'boolean', default: false },
  },
})
const wanted = values.only === undefined ? parts : parts.filter((part) => values.only?.split(',').includes(part))
if (wanted.length === 0) throw new Error(`--only takes some of ${parts.join(', ')}`)

if (values.inside) {
  await run()
  process.exit(0)
} else {
  const here = fileURLToPath(import.meta.url)
  execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts', 'build.ts')], { cwd: root })
  process.exitCode = await enter([process.execPath, '--import', 'tsx', here, '--inside', ...process.argv.slice(2)])
}

async function run(): Promise<void> {
  let results: Results = { at: new Date().toISOString(), machine: machine(), load: {} }
  const part = async (name: Part, measure: () => Promise<Partial<Results>>) => {
    if (!wanted.includes(name)) return
    console.log(`[bench] ${name}`)
    const before = loadavg()[0] ?? 0
    const measured = await measure()
    results = { ...results, ...measured, load: { ...results.load, [name]: [before, loadavg()[0] ?? 0] } }
    await writeFile(join(root, 'bench-results.json'), `${JSON.stringify(results, null, 1)}\n`)
  }
  const { quick } = values
  await part('idle', async () => ({
    idle: await measureIdle(bundle, quick ? [0, 200] : [0, 200, 1000], quick ? 30 : 60),
  }))
  await part('traffic', async () => ({ traffic: await measureTraffic(bundle, quick ? 1 : 3) }))
  await part('releases', async () => {
    const bed = await startBed({ bundle })
    try {
      const probes = await openProbes(bed, 'probes', 5)
      const alone = await measureApiServer(bed, probes.recorder, 'probes', quick ? 50 : 200)
      return { apiServer: { alone }, releases: await timeReleases(probes, quick ? 2 : 12) }
    } finally {
      await bed.stop()
    }
  })
  await part('rollback', () => measureMoving(results))
  await part('analysis', async () => {
    const rollouts = Number(values.rollouts ?? (quick ? 100 : 1000))
    return { analysis: await measureAnalysis(bundle, rollouts, quick ? 60 : 180) }
  })
  console.log(`\n${results.machine}, ${results.at}, load ${JSON.stringify(results.load)}\n`)
  console.log(tableOf(results))
}

/** Rollbacks while many others step as fast as the API server lets them, all in one namespace: the worst place to be. */
async function measureMoving({ apiServer }: Results): Promise<Partial<Results>> {
  const rollouts = values.quick ? 50 : 200
  const bed = await startBed({ bundle })
  try {
    const probes = await openProbes(bed, 'probes', 10)
    const alone = apiServer?.alone ?? (await measureApiServer(bed, probes.recorder, 'probes', 50))
    const crowd = await startCrowd(bed.cluster, rollouts, 1)
    await sleep(10_000)
    const { controller } = bed
    const [steps, startedMs] = [crowd.steps(), performance.now()]
    const [requests, cpuMs] = [await controller.requests(), await controller.cpuMs()]
    const [rollback, moving] = await Promise.all([
      timeRollbacks(probes, values.quick ? 1 : 5),
      measureApiServer(bed, await bed.open('beside'), 'beside', values.quick ? 50 : 200, 150),
    ])
    const seconds = (performance.now() - startedMs) / 1_000
    const asked = [...between(requests, await controller.requests())]
    const figures: Moving = {
      rollouts,
      namespaces: 1,
      rollback,
      stepsPerSecond: (crowd.steps() - steps) / seconds,
      controllerMilliCores: ((await controller.cpuMs()) - cpuMs) / seconds,
      requestsPerSecond: Object.fromEntries(asked.map(([what, count]) => [what, count / seconds])),
    }
    crowd.stop()
    return { apiServer: { alone, moving }, moving: figures }
  } finally {
    await bed.stop()
  }
}

function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`
}
