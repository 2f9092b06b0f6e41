import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { stringify } from 'yaml'
import { type Site, start } from './control-plane.ts'
import { type Daemon, waitFor } from './daemon.ts'

/** A real Prometheus inside the namespace. It scrapes each pod (`/metrics`, port 8080) and the gateway, every second unless told otherwise. */
export interface Prometheus {
  readonly url: string
  /** The answer to an instant query about now; an error says what Prometheus said. */
  ask(query: string): Promise<readonly Series[]>
  /** `kill -9`. */
  kill(): Promise<void>
  /** Once more, with what it had stored. Returns when it answers. */
  start(): Promise<void>
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface PrometheusOptions {
  /** In seconds; 1 unless set. Thousands of pods scraped each second would be all that two cores do. */
  readonly scrapeEvery?: number
}

/** What the gateway needs for Prometheus to see it: counters and histograms by service and by router, at a port of their own. */
export function gatewayMetricFlags({ ports }: Site): readonly string[] {
  return [
    `--entrypoints.metrics.address=127.0.0.1:${ports.gatewayMetrics}`,
    '--metrics.prometheus=true',
    '--metrics.prometheus.entryPoint=metrics',
    '--metrics.prometheus.addServicesLabels=true',
    '--metrics.prometheus.addRoutersLabels=true',
  ]
}

/** Does not start it yet. */
export function createPrometheus(site: Site, options: PrometheusOptions = {}): Prometheus {
  const url = `http://127.0.0.1:${site.ports.prometheus}`
  let daemon: Daemon | undefined
  return {
    url,
    ask: (query) => ask(url, query),
    kill: async () => daemon?.stop(),
    start: async () => {
      daemon = await run(site, options)
      await waitFor(() => isReady(url), { what: 'Prometheus', needs: [daemon] })
    },
  }
}

async function run(site: Site, options: PrometheusOptions): Promise<Daemon> {
  const config = join(site.folder, 'prometheus.yaml')
  await writeFile(config, stringify(configOf(site, options)))
  return start(site, 'prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(site.folder, 'prometheus')}`,
    `--web.listen-address=127.0.0.1:${site.ports.prometheus}`,
    '--scrape.discovery-reload-interval=1s', // of a new pod it hears within 6 s, not 10
    '--log.level=warn',
  ])
}

function configOf(site: Site, { scrapeEvery = 1 }: PrometheusOptions): object {
  return {
    global: { scrape_interval: `${scrapeEvery}s`, scrape_timeout: `${scrapeEvery}s` },
    scrape_configs: [podsJob(site), gatewayJob(site)],
  }
}

/** The labels that most installations give a pod's series: `namespace`, `pod`, and the pod's own. */
function podsJob({ kubeconfigFor, ports }: Site): object {
  const meta = (name: string) => `__meta_kubernetes_pod_${name}`
  return {
    job_name: 'kubernetes-pods',
    kubernetes_sd_configs: [{ role: 'pod', kubeconfig_file: kubeconfigFor('prometheus') }],
    relabel_configs: [
      { source_labels: [meta('phase')], regex: 'Running', action: 'keep' },
      { source_labels: [meta('ip')], target_label: '__address__', replacement: `\${1}:${ports.pods}` },
      { regex: meta('label_(.+)'), action: 'labelmap' },
      { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
      { source_labels: [meta('name')], target_label: 'pod' },
    ],
  }
}

function gatewayJob({ ports }: Site): object {
  return { job_name: 'traefik', static_configs: [{ targets: [`127.0.0.1:${ports.gatewayMetrics}`] }] }
}

async function isReady(url: string): Promise<true | undefined> {
  const { statusCode, body } = await request(`${url}/-/ready`)
  await body.dump()
  return statusCode === 200 || undefined
}

async function ask(url: string, query: string): Promise<readonly Series[]> {
  const { statusCode, body } = await request(`${url}/api/v1/query?query=${encodeURIComponent(query)}`)
  if (statusCode !== 200) throw new Error(`Prometheus: ${query}: ${statusCode} ${await body.text()}`)
  const { data } = (await body.json()) as VectorAnswer
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
}

/** As its HTTP API promises it for an expression that gives a vector. */
interface VectorAnswer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value: readonly [atSeconds: number, value: string]
    }[]
  }
}
