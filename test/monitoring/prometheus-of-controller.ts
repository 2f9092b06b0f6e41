import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { stringify } from 'yaml'
import type { Cluster } from '../cluster/cluster.ts'
import { startDaemon, waitFor } from '../cluster/daemon.ts'
import { freePorts } from '../cluster/ports.ts'
import { alertsFile } from './alerts.ts'

/** A Prometheus that scrapes one controller every second and evaluates the alert rules. */
export interface ScrapingPrometheus {
  /** How many series an instant query gives. Throws what Prometheus says against it. */
  count(query: string): Promise<number>
  /** The sum of the values of an instant query; undefined where it gives none. */
  sum(query: string): Promise<number | undefined>
  rules(): Promise<readonly RuleState[]>
  stop(): Promise<void>
}

export interface RuleState {
  readonly name: string
  readonly health: string
  readonly lastError?: string
  readonly state: string
}

export async function startScraping(cluster: Cluster, controllerUrl: string): Promise<ScrapingPrometheus> {
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const config = join(cluster.folder, 'prometheus-of-controller.yaml')
  await writeFile(config, stringify(configOf(controllerUrl)))
  const daemon = startDaemon({
    name: 'prometheus',
    command: [
      join(cluster.folder, 'bin', 'prometheus'),
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(cluster.folder, 'prometheus-of-controller')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    logFile: join(cluster.folder, 'prometheus-of-controller.log'),
  })
  await waitFor(() => isReady(url), { what: 'Prometheus', needs: [daemon] })
  const query = async (text: string) =>
    (
      await ask<{ result: readonly { value: readonly [number, string] }[] }>(
        `${url}/api/v1/query?query=${encodeURIComponent(text)}`,
      )
    ).result
  return {
    count: async (text) => (await query(text)).length,
    async sum(text) {
      const values = (await query(text)).map(({ value }) => Number(value[1]))
      return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
    },
    rules: async () =>
      (await ask<{ groups: readonly { rules: readonly RuleState[] }[] }>(`${url}/api/v1/rules`)).groups.flatMap(
        ({ rules }) => rules,
      ),
    stop: () => daemon.stop(),
  }
}

function configOf(controllerUrl: string): object {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [alertsFile],
    scrape_configs: [{ job_name: 'sluice', static_configs: [{ targets: [new URL(controllerUrl).host] }] }],
  }
}

async function isReady(url: string): Promise<true | undefined> {
  const { statusCode, body } = await request(`${url}/-/ready`)
  await body.dump()
  return statusCode === 200 || undefined
}

/** The `data` of an answer of Prometheus' HTTP API. */
async function ask<T>(url: string): Promise<T> {
  const { body } = await request(url)
  const answer = (await body.json()) as { status: string; data: T; error?: string }
  if (answer.status !== 'success') throw new Error(`${decodeURIComponent(url)}: ${answer.error}`)
  return answer.data
}
