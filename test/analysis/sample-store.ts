import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { SeriesValue } from '../../analysis/measurement.ts'
import { ensureBinaries } from '../cluster/binaries.ts'
import { startDaemon, waitFor } from '../cluster/daemon.ts'
import { freePorts } from '../cluster/ports.ts'
import { sampleText } from './exposition.ts'
import { askPrometheus } from './store-answer.ts'

/** A real Prometheus that holds one sample at a time. */
export interface SampleStore {
  /** Returns once it holds this sample and nothing of the one before. */
  hold(sample: string): Promise<void>
  ask(query: string): Promise<readonly SeriesValue[]>
  stop(): Promise<void>
}

/** Scrapes the sample, as it is, every second. What is no longer exposed is gone with the next scrape. */
export async function startSampleStore(): Promise<SampleStore> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-samples-'))
  let text = ''
  const exposed = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end(text)
  })
  await new Promise<void>((resolve) => exposed.listen(0, '127.0.0.1', resolve))
  const { port } = exposed.address() as AddressInfo
  const { url, daemon } = await startPrometheus(folder, port)
  return {
    hold: async (sample) => {
      text = `${sampleText(sample)}sample_info{sample="${sample}"} 1\n`
      const isHeld = async () => (await askPrometheus(url, `sample_info{sample="${sample}"}`)).length === 1 || undefined
      await waitFor(isHeld, { what: `the sample ${sample}`, everyMs: 100, needs: [daemon] })
    },
    ask: (query) => askPrometheus(url, query),
    stop: async () => {
      await daemon.stop()
      exposed.closeAllConnections()
      await new Promise((resolve) => exposed.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function startPrometheus(folder: string, target: number) {
  const outcome = await ensureBinaries()
  if (outcome.kind !== 'found') throw new Error(`no Prometheus: ${JSON.stringify(outcome)}`)
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const config = join(folder, 'prometheus.yaml')
  await writeFile(config, stringify(configOf(target)))
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const command = [outcome.binaries.prometheus, ...flags, '--log.level=warn']
  const daemon = startDaemon({ name: 'prometheus', command, logFile: join(folder, 'prometheus.log') })
  const isUp = async () => (await askPrometheus(url, 'up')).length >= 0 || undefined
  await waitFor(isUp, { what: 'Prometheus', needs: [daemon] })
  return { url, daemon }
}

/** The labels that a scraper adds are in the samples already: they are honoured. */
const configOf = (port: number) => ({
  global: { scrape_interval: '1s', scrape_timeout: '1s' },
  scrape_configs: [{ job_name: 'samples', honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
})
