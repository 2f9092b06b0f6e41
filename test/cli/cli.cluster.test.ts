import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../cli/program.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { contextOf, recorded } from './builders.ts'

let cluster: Cluster
let folder: string
beforeAll(async () => {
  cluster = await startCluster()
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
})
afterAll(async () => {
  await cluster.stop()
  await rm(folder, { recursive: true })
})

async function sluice(...args: readonly string[]) {
  const terminal = recorded({ now: () => Date.now() })
  const exitCode = await run([...args, '--kubeconfig', cluster.kubeconfig], contextOf(terminal))
  return { exitCode, out: terminal.lines.join('\n'), err: terminal.errors.join('\n') }
}

const upgrade = (tag: string) =>
  cluster.helm(
    'upgrade',
    '--install',
    'web',
    'examples/chart',
    '-n',
    'shop',
    '--create-namespace',
    '--set',
    `replicas=2,image.tag=${tag}`,
  )

/** Runs beside what is tested, and is stopped by the returned function. */
function controller() {
  const stop = new AbortController()
  const ended = run(['controller', '--log-level', 'warn', '--kubeconfig', cluster.kubeconfig], {
    ...contextOf(recorded()),
    signal: stop.signal,
  })
  return async () => {
    stop.abort(new Error('stopped by the test'))
    expect(await ended).toBe(0)
  }
}

describe('a release, from the command line alone', { timeout: 120_000 }, () => {
  it('says how to install when nothing is installed', async () => {
    expect(await sluice('status')).toMatchObject({ exitCode: 3, err: expect.stringContaining('sluice install') })
  })

  it('is installed once, and again without a change', async () => {
    expect((await sluice('install')).exitCode).toBe(0)
    const again = await sluice('install')
    expect(again.out).not.toMatch(/created|updated/)
    expect(again.out).toContain('updates of claimed Deployments are held (asked by a dry run)')
  })

  it('gives its controller the one Secret that it asks its Prometheus with, for as long as it is told to', async () => {
    const mayRead = async (secret: string) => {
      const as = '--as=system:serviceaccount:sluice-system:sluice-controller'
      return (
        await cluster.kubectl('auth', 'can-i', 'get', `secret/${secret}`, '-n', 'sluice-system', as)
      ).stdout.trim()
    }
    const image = ['install', '--image', 'registry.example.com/sluice:1', '--prometheus', 'https://mimir.monitoring']
    const withAuth = [...image, '--prometheus-header', 'X-Scope-OrgID=shop', '--prometheus-auth', 'bearer:mimir']
    expect((await sluice(...withAuth)).exitCode).toBe(0)
    expect([await mayRead('mimir'), await mayRead('other')]).toEqual(['yes', 'no'])
    await sluice('install')
    expect(await mayRead('mimir')).toBe('yes')
    await sluice(...image)
    expect(await mayRead('mimir')).toBe('no')
    expect((await sluice(...image)).out).not.toMatch(/created|updated/)
    await cluster.kubectl('delete', 'deployment', '-n', 'sluice-system', 'sluice-controller')
  })

  it('writes a Rollout that its own lint finds nothing against', async () => {
    await upgrade('v1')
    expect((await sluice('init', 'release', 'web', '-n', 'shop', '--apply')).exitCode).toBe(0)
    expect(await sluice('lint', 'web', '-n', 'shop')).toMatchObject({ exitCode: 0, err: '' })
  })

  it('records a decision that nobody takes yet, and says so', async () => {
    const stop = controller()
    await expect
      .poll(async () => (await sluice('status', 'web', '-n', 'shop')).out, { timeout: 30_000 })
      .toContain('Healthy')
    await stop()
    const file = join(folder, 'rollout.json')
    const { stdout } = await cluster.kubectl('get', 'rollout', 'web', '-n', 'shop', '-o', 'json')
    const { apiVersion, kind, spec } = JSON.parse(stdout)
    await writeFile(file, JSON.stringify({ apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec }))
    expect(await sluice('lint', '-f', file)).toMatchObject({ exitCode: 0, out: expect.stringContaining('no problems') })
    await upgrade('v2')
    expect((await sluice('status', 'web', '-n', 'shop')).out).toContain('held: an update v2 is held')
    expect((await sluice('approve', 'web', '-n', 'shop')).exitCode).toBe(1)
    const rollback = await sluice('rollback', 'web', '-n', 'shop')
    expect(rollback).toMatchObject({ exitCode: 0, err: expect.stringContaining('no controller runs') })
  })

  it('approves a step, and rolls back with 6 for whoever waits', async () => {
    const stop = controller()
    await upgrade('v3')
    await expect
      .poll(async () => (await sluice('explain', 'web', '-n', 'shop')).out, { timeout: 60_000 })
      .toContain('waits for approval')
    const approved = await sluice('approve', 'web', '-n', 'shop', '--wait', '--timeout', '30s')
    expect(approved).toMatchObject({ exitCode: 0, out: expect.stringContaining('admin approved web') })
    const waiting = sluice('status', 'web', '-n', 'shop', '--wait', '--timeout', '60s')
    expect((await sluice('rollback', 'web', '-n', 'shop', '--reason', 'slow', '--wait')).exitCode).toBe(0)
    expect(await waiting).toMatchObject({ exitCode: 6, err: expect.stringContaining('slow') })
    await stop()
  })

  it('is uninstalled with no controller running, and leaves the stable version', async () => {
    const { exitCode, out } = await sluice('uninstall', '--yes', '--wait')
    expect(out).toContain('No controller runs: it runs here until all Rollouts are retired')
    expect(exitCode).toBe(0)
    const { stdout } = await cluster.kubectl(
      'get',
      'deployments',
      '-n',
      'shop',
      '-o',
      'jsonpath={.items[*].spec.template.spec.containers[0].image}',
    )
    expect(stdout).toBe('registry.example.com/canary-demo:v1')
  })
})
