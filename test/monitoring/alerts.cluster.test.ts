import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { ensureBinaries } from '../cluster/binaries.ts'
import { runCommand } from '../cluster/run-command.ts'
import { type AlertCase, alertCases, type SeriesValues } from './alert-cases.ts'
import { alertsFile } from './alerts.ts'

/** What runs beside every case, unless it says otherwise: a controller that leads. */
const healthy: SeriesValues = { 'sluice_leader{instance="a"}': '1x400' }
const page = fileURLToPath(new URL('../../docs/metrics.md', import.meta.url))
const endMinutes = 360
let promtool: string
let folder: string

beforeAll(async () => {
  const outcome = await ensureBinaries()
  if (outcome.kind !== 'found') throw new Error('there is no promtool')
  promtool = outcome.binaries.promtool
  folder = await mkdtemp(join(tmpdir(), 'sluice-alerts-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the alert rules, as promtool tests them', () => {
  it('are in order', async () => {
    const { code, stdout, stderr } = await runCommand(promtool, ['check', 'rules', '--lint-fatal', alertsFile])
    expect(stderr).toBe('')
    expect(stdout).toContain('SUCCESS')
    expect(code).toBe(0)
  })

  it('are read by a Prometheus that is set up as the page says', async () => {
    const [, config = ''] = /```yaml\n# prometheus.yaml\n(.*?)```/s.exec(await readFile(page, 'utf8')) ?? []
    await copyFile(alertsFile, join(folder, 'alerts.yaml'))
    await writeFile(join(folder, 'prometheus.yaml'), config)
    const { code, stdout } = await runCommand(promtool, ['check', 'config', join(folder, 'prometheus.yaml')])
    expect(stdout).toContain('SUCCESS: 1 rule files found')
    expect(code).toBe(0)
  })

  it.each(alertCases)('$alert fires after $afterMinutes minutes of it, no earlier, and alone', async (one) => {
    const { alert, bad, afterMinutes } = one
    const fires = firing({ at: afterMinutes, alerts: [alert] })
    const notYet = firing({ at: afterMinutes - 1, alerts: [] })
    expect(await complaints(`${alert} fires`, besides(one, bad), [notYet, fires])).toBe('')
  })

  it.each(alertCases.flatMap((one) => Object.entries(one.good).map(([why, series]) => ({ ...one, why, series }))))(
    '$alert is silent when $why',
    async ({ alert, series, ...one }) => {
      const ever = `count by (alertname) (count_over_time(ALERTS{alertname="${alert}",alertstate="firing"}[${endMinutes}m]))`
      const silent = { expr: ever, eval_time: `${endMinutes}m`, exp_samples: [] }
      expect(await complaints(`${alert} is silent`, besides({ ...one, alert }, series), [silent])).toBe('')
    },
  )
})

function besides({ alert }: Pick<AlertCase, 'alert'>, series: SeriesValues): SeriesValues {
  return alert === 'SluiceControllerDown' ? series : { ...healthy, ...series }
}

function firing({ at, alerts }: { readonly at: number; readonly alerts: readonly string[] }): object {
  return {
    expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
    eval_time: `${at}m`,
    exp_samples: alerts.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
  }
}

/** What promtool has against it; empty when the test passes. */
async function complaints(name: string, series: SeriesValues, promql_expr_test: readonly object[]): Promise<string> {
  const file = join(folder, `${name.replaceAll(' ', '-')}.yaml`)
  const input_series = Object.entries(series).map(([of, values]) => ({ series: of, values }))
  const tests = [{ name, interval: '1m', input_series, promql_expr_test }]
  await writeFile(file, stringify({ rule_files: [alertsFile], evaluation_interval: '1m', tests }))
  const { code, stdout, stderr } = await runCommand(promtool, ['test', 'rules', file])
  return code === 0 ? stderr : `code ${code}: ${stderr}${stdout}`
}
