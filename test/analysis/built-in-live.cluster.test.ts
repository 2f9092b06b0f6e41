import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltInName } from '../../api/analysis.ts'
import { startLoad } from '../../examples/traffic/load.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { waitFor } from '../cluster/daemon.ts'
import { questionsFor } from './built-in-rollout.ts'
import { askPrometheus } from './store-answer.ts'

/** Prometheus hears of a pod within 6 s and scrapes each second; the rest is for a busy machine. */
const seenMs = 30_000

let cluster: Cluster

/** The stable pods answer well and fast; every answer of the canary takes 400 ms, and with a header it is a 500. */
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, prometheus: true })
  const slow = { 'error-header': 'x-beta', 'delay-ms': '400' }
  const canary = { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '50' }
  await cluster.apply(namespace, ...side('web', 'v1', {}), ...side('web-canary', 'v2', slow))
  await cluster.apply(ingress('web', {}), ingress('web-canary', canary))
  await waitFor(async () => (await tally({}, 40)).versions.v2, { what: 'both sides to answer' })
  await tally({ 'x-beta': 'yes' }, 60)
})
afterAll(() => cluster?.stop())

describe('asked of a real Prometheus about a real gateway and pods', () => {
  const successRates = ['traefik-success-rate', 'http-success-rate', 'otel-success-rate'] as const
  it.each(successRates)('%s counts the requests of either side, and the failures of the canary', async (name) => {
    await expect.poll(() => sums(name), { timeout: seenMs }).toMatchObject(await requests())
    const { 'bad.canary': failed, 'bad.stable': failedStable } = await sums(name)
    expect(failed).toBeGreaterThan(0)
    expect(failedStable).toBe(0)
  })

  const latencies = ['traefik-latency', 'http-latency', 'otel-latency'] as const
  it.each(latencies)('%s counts the requests of either side, and those fast enough', async (name) => {
    const args = { seconds: name === 'traefik-latency' ? '0.3' : '0.25' }
    const all = await requests()
    const fast = { 'bad.canary': 0, 'bad.stable': all['requests.stable'] }
    await expect.poll(() => sums(name, args), { timeout: seenMs }).toEqual({ ...all, ...fast })
  })
})

/** As the pods counted themselves. */
async function requests() {
  const { versions } = await cluster.pods.read('shop')
  return { 'requests.canary': versions['v2']?.requests, 'requests.stable': versions['v1']?.requests }
}

async function sums(name: BuiltInName, args?: Readonly<Record<string, string>>) {
  const found: Record<string, number> = {}
  for (const [question, query] of Object.entries(questionsFor(name, args))) {
    const series = await askPrometheus(cluster.prometheus?.url ?? '', query)
    found[question] = series.reduce((sum, { value }) => sum + value, 0)
  }
  return found
}

async function tally(headers: Readonly<Record<string, string>>, count: number) {
  const load = startLoad({ url: cluster.gatewayUrl, host: 'web.test', headers, concurrency: 8, keepAlive: true })
  await load.next(count)
  return load.stop()
}

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }

function side(name: string, version: string, behaviour: Readonly<Record<string, string>>): readonly object[] {
  const metadata = { name, namespace: 'shop' }
  const labels = { app: name }
  const marks = Object.entries(behaviour).map(([key, value]) => [`pod.sluice.test/${key}`, value])
  const template = {
    metadata: { labels, annotations: Object.fromEntries(marks) },
    spec: { containers: [{ name: 'web', image: `registry.example.com/web:${version}` }] },
  }
  const spec = { replicas: 2, selector: { matchLabels: labels }, template }
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }]
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports } },
  ]
}

function ingress(name: string, annotations: Readonly<Record<string, string>>): object {
  const path = { path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } }
  const metadata = { name, namespace: 'shop', annotations }
  const spec = { ingressClassName: 'nginx', rules: [{ host: 'web.test', http: { paths: [path] } }] }
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec }
}
