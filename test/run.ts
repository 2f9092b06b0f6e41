/** What `npm test` runs: the tests that need only Node, then those that need the real cluster, where this machine can have one. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BinariesOutcome, ensureBinaries, findBinaries } from './cluster/binaries.ts'
import { enter } from './cluster/enter.ts'
import { whyNoNamespace } from './cluster/namespace.ts'
import { addUp, type Count, countOf, onNodeAlone, type Project, parseArguments, projectsWithFiles } from './run-plan.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const say = (line: string) => console.log(`[test] ${line}`)

const { projects, vitestArgs } = parseArguments(process.argv.slice(2))
const wanted = await projectsWithFiles(projects, join(root, 'test'))
const needCluster = wanted.filter((project) => !onNodeAlone.includes(project))
const reports = await mkdtemp(join(tmpdir(), 'sluice-reports-'))
const counts: Count[] = []
let leftOut = false

try {
  const preparing = needCluster.length > 0 ? prepareCluster() : undefined
  for (const project of wanted) if (onNodeAlone.includes(project)) counts.push(await runProject(project))
  const why = await preparing
  if (why !== undefined) {
    leftOut = true
    say(`left out: the ${needCluster.join(' and ')} tests, because ${why}`)
  } else {
    for (const project of needCluster) counts.push(await runProject(project))
  }
} finally {
  await rm(reports, { recursive: true, force: true })
}

const { passed, failed, failures } = addUp(counts)
if (failures.length > 0) console.log(`\nwhat failed\n${failures.map((line) => `  ${line}`).join('\n')}`)
console.log(`\n${passed} passed, ${failed} failed`)
const isCi = process.env.CI === 'true'
if (leftOut && isCi) console.error('[test] under CI=true leaving tests out is a failure')
process.exitCode = failed > 0 || (leftOut && isCi) ? 1 : 0

/** Finds or builds the cluster's programs, beside the fast tests; gives the reason if there can be no cluster here. */
async function prepareCluster(): Promise<string | undefined> {
  const noNamespace = await whyNoNamespace()
  if (noNamespace !== undefined) return noNamespace
  const found = await findBinaries()
  if (found.kind === 'to-build') say(`building ${found.names.join(', ')} from their Go modules, once`)
  const outcome = found.kind === 'to-build' ? await buildThem() : found
  return outcome.kind === 'impossible' ? outcome.why : undefined
}

async function buildThem(): Promise<BinariesOutcome> {
  return ensureBinaries({ progress: say }).catch((error: unknown) => {
    const why = `the build failed: ${error instanceof Error ? error.message : String(error)}`
    return { kind: 'impossible', why } satisfies BinariesOutcome
  })
}

async function runProject(project: Project): Promise<Count> {
  const report = join(reports, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const args = [vitest, 'run', '--project', project, '--passWithNoTests', ...reporters, ...vitestArgs]
  say(`${project} tests`)
  const command = [process.execPath, ...args]
  const code = onNodeAlone.includes(project) ? await runHere(command) : await enter(command, { cwd: root })
  return countOf(report, code)
}

function runHere(command: readonly string[]): Promise<number> {
  const [file = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
