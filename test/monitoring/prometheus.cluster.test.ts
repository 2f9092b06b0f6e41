import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitFor } from '../cluster/daemon.ts'
import { runCommand } from '../cluster/run-command.ts'
import { type ControllerBed, ok, startControllerBed } from '../rollout-controller/bed.ts'
import { readAlerts } from './alerts.ts'
import { queriesOf, readDashboard } from './dashboard.ts'
import { type ScrapingPrometheus, startScraping } from './prometheus-of-controller.ts'

const queries = queriesOf(await readDashboard())
const alerts = await readAlerts()
/** Without analyses and without trouble there is nothing to see here. */
const empty = ['Verdicts', 'Answers of metric stores', 'Failures that are tried again', 'Refused and failed requests']
/** Prometheus scrapes each second; the rest is for a busy machine. */
const seenMs = 30_000

/** A real controller that has released, rolled back and promoted, and a real Prometheus that has watched it. */
describe('the controller’s metrics in a real Prometheus', () => {
  const name = 'shop'
  let bed: ControllerBed
  let url: string
  let prometheus: ScrapingPrometheus

  const upgrade = async (tag: string) => {
    const values = `image.tag=${tag},replicas=2,host=${name}.test`
    ok(await bed.cluster.helm('upgrade', '--install', name, 'examples/chart', '--set', values))
  }
  const gate = (step: number) =>
    bed.reaches(name, `gate ${step}`, ({ release }) => release?.step === step && release.gatesOpenedAt !== undefined)
  const phase = (wanted: string) => bed.reaches(name, wanted, (status) => status.phase === wanted, 90_000)

  const sees = (query: string, value: number) =>
    waitFor(async () => (await prometheus.sum(query)) === value || undefined, { what: query, timeoutMs: seenMs })

  beforeAll(async () => {
    bed = await startControllerBed()
    await upgrade('v1')
    ok(await bed.cluster.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s'))
    const controller = await bed.start()
    url = controller.url ?? ''
    prometheus = await startScraping(bed.cluster, url)
    await sees('up{job="sluice"}', 1)
    await bed.rollout(name)
    await phase('Healthy')
    await upgrade('v2')
    await gate(1)
    await bed.decide(name, 'rollback')
    await phase('RolledBack')
    await bed.decide(name, 'retry')
    for (const step of [1, 2, 3]) {
      await gate(step)
      await bed.decide(name, 'approve')
    }
    await phase('Healthy')
    await sees('sluice_release_seconds_count{outcome="promoted"}', 1)
  }, 300_000)
  afterAll(async () => {
    await prometheus?.stop()
    await bed?.stop()
  })

  it('say what the controller did', async () => {
    const said = {
      'sluice_release_seconds_count{outcome="rolled-back"}': 1,
      'sluice_rollbacks_total{cause="rollback"}': 1,
      'sum(sluice_rollbacks_total)': 1,
      sluice_step_seconds_count: 3,
      'sluice_decisions_total{verb="approve",outcome="Accepted"}': 3,
      'sluice_transitions_total{transition="promoted"}': 1,
      'sluice_rollouts{phase="Healthy"}': 1,
      sluice_holds_in_force: 1,
      'sum(sluice_rollouts_not_held)': 0,
      sluice_slips_total: 0,
      sluice_leader: 1,
    }
    const asked = await Promise.all(
      Object.keys(said).map(async (query) => [query, await prometheus.sum(query)] as const),
    )
    expect(Object.fromEntries(asked)).toEqual(said)
  })

  it.each(queries)('$panel can be shown: $expr', async ({ panel, expr }) => {
    expect(await prometheus.count(expr)).toBeGreaterThanOrEqual(empty.includes(panel) ? 0 : 1)
  })

  it.each(alerts)('$alert can be evaluated, and there is no cause for it', async ({ alert, expr }) => {
    expect(await prometheus.count(expr)).toBe(0)
    const rule = async () => (await prometheus.rules()).find((one) => one.name === alert)
    await expect.poll(async () => (await rule())?.health, { timeout: seenMs }).toBe('ok')
    expect(await rule()).toMatchObject({ state: 'inactive' })
    expect((await rule())?.lastError ?? '').toBe('')
  })

  it('are named by Prometheus’ conventions', async () => {
    const text = await (await request(`${url}/metrics`)).body.text()
    // what Node and prom-client name is not ours to rename
    const ours = text
      .split('\n')
      .filter((line) => /^(# (HELP|TYPE) )?sluice_/.test(line))
      .join('\n')
    const check = await runCommand(`${bed.cluster.folder}/bin/promtool`, ['check', 'metrics'], { input: `${ours}\n` })
    expect(check).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})
