import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { renderedObjects, root } from '../../examples/demo/chart.ts'
import { findBinaries } from '../cluster/binaries.ts'
import { runCommand } from '../cluster/run-command.ts'
import { type DemoProcess, type DemoProcessOptions, isListening, runFolders, startDemo } from './demo-process.ts'

/** Temporary files of the runs go here, so that what they leave is seen. */
let folder = ''
const running: DemoProcess[] = []
const begin = () => {
  folder = mkdtempSync(join(tmpdir(), 'demo-test-'))
}
const end = () => {
  for (const started of running.splice(0)) started.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

function demo(options: Omit<DemoProcessOptions, 'folder'>): DemoProcess {
  const started = startDemo({ ...options, folder })
  running.push(started)
  return started
}

async function helm(): Promise<string> {
  const found = await findBinaries()
  if (found.kind !== 'found') throw new Error('helm is not built')
  return found.binaries.helm
}

/** Without Helm: neither the cluster's nor the machine's. */
const barePath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((part) => !existsSync(join(part, 'helm')))
  .join(delimiter)

/** The ports that a run serves, from its kubeconfig. */
function apiPortOf(): number {
  const [name = ''] = runFolders(folder)
  const config = parse(readFileSync(join(folder, name, 'kubeconfig'), 'utf8'))
  return Number(new URL(config.clusters[0].cluster.server).port)
}

describe('npm start -- --auto, three at a time', () => {
  let withHelm: DemoProcess
  let without: DemoProcess
  let late: DemoProcess
  beforeAll(async () => {
    begin()
    withHelm = demo({ args: ['--auto'], path: `${dirname(await helm())}${delimiter}${barePath}` })
    without = demo({ args: ['--auto'], path: barePath })
    late = demo({ args: ['--auto', '--gateway-ms', '3000'], path: barePath })
  })
  afterAll(end)

  it('keeps every promise, with Helm and without', async () => {
    const codes = await Promise.all([withHelm.ended, without.ended])
    expect(codes, `${withHelm.output()}\n${without.output()}`).toEqual([0, 0])
    expect(withHelm.output()).toContain('$ helm upgrade canary-demo examples/chart --set image.tag=v2')
    for (const output of [withHelm.output(), without.output()]) {
      expect(output).toContain('this update is held by Rollout canary-demo')
      expect(output).toMatch(/11 of 11 promises held, in \d+\.\d s/)
      expect(output).toMatch(/\d{4,} sent, 0 lost/)
      expect(output).not.toContain('\u001b')
    }
  })

  it('with a gateway that follows later than the drain loses requests, says so and ends with 1', async () => {
    expect(await late.ended, late.output()).toBe(1)
    expect(late.output()).toMatch(/broken: no request is lost \(\d+ sent, \d+ lost \(\d+ × 502\)\)/)
  })

  it('leaves nothing', () => {
    expect(runFolders(folder)).toEqual([])
  })
})

describe('npm start -- --auto', () => {
  beforeEach(begin)
  afterEach(end)

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 130],
  ] as const)('ended half-way by %s leaves no process, file or port', async (signal, code) => {
    const auto = demo({ args: ['--auto'], path: barePath })
    await auto.until('of 600 requests')
    const port = apiPortOf()
    expect(await isListening(port)).toBe(true)
    auto.kill(signal)
    expect(await auto.ended).toBe(code)
    expect(runFolders(folder)).toEqual([])
    expect(await isListening(port)).toBe(false)
  })

  it('removes at its start what one that was killed has left', async () => {
    const killed = demo({ args: ['--auto'], path: barePath })
    await killed.until('200 requests a second')
    killed.kill('SIGKILL')
    await killed.ended
    expect(runFolders(folder)).toHaveLength(1)
    const next = demo({ args: ['--auto'], path: barePath })
    await next.until('sluice install')
    expect(runFolders(folder)).toEqual([expect.stringContaining(`sluice-demo-${next.pid}-`)])
  })
})

describe('npm start', () => {
  beforeEach(begin)
  afterEach(end)
  const restored = '\u001b[?25h\u001b[?1049l'

  it('in a terminal follows the keys, a second terminal sees the same, and quitting gives the terminal back', async () => {
    const shown = demo({ path: barePath, terminal: [60, 30] })
    await shown.until('upgrade to v2')
    shown.type('u')
    await shown.until('approve: on to 90 %')
    const [name = ''] = runFolders(folder)
    const second = await runCommand('sh', ['-c', `. ${join(folder, name, 'env')}; sluice status canary-demo`])
    expect(second.stdout).toContain('waiting: step 1 of 2 (20 %) waits for approval')
    shown.type('a')
    await shown.until('approve: promote it')
    shown.type('r')
    await shown.until('bring the chart back')
    shown.type('q')
    expect(await shown.ended).toBe(0)
    expect(shown.output()).toContain(restored)
    expect(shown.output()).toMatch(/\d+ requests sent, 0 lost/)
    expect(runFolders(folder)).toEqual([])
  })

  it.each([
    ['Ctrl-C', (shown: DemoProcess) => shown.type('\u0003'), 0],
    ['SIGTERM', (shown: DemoProcess) => terminate(shown), 130],
  ])('in a terminal, ended by %s while it sets up, gives the terminal back', async (_how, end, code) => {
    const shown = demo({ path: barePath, terminal: [60, 30] })
    await shown.until('sluice install')
    end(shown)
    expect(await shown.ended).toBe(code)
    expect(shown.output()).toContain(restored)
    expect(runFolders(folder)).toEqual([])
  })

  /** The demo itself: `script` would hang up on it instead. */
  function terminate({ pid }: DemoProcess): void {
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    process.kill(Number(children.trim()), 'SIGTERM')
  }

  it.each([[['--atuo']], [['--gateway-ms', 'soon']]])('given %j tells what it takes', async (args) => {
    const wrong = demo({ args })
    expect(await wrong.ended).toBe(2)
    expect(wrong.output()).toContain('npm start -- --auto')
  })
})

describe('the chart as Helm renders it, for those without Helm', () => {
  it.each(['v1', 'v2', 'v3-broken'])('is what Helm renders for %s', async (version) => {
    const args = ['template', 'canary-demo', 'examples/chart', '--set', `image.tag=${version}`]
    const { stdout } = await runCommand(await helm(), args, { cwd: root })
    expect(renderedObjects(version)).toEqual(parseAllDocuments(stdout).map((document) => document.toJS()))
  })
})
