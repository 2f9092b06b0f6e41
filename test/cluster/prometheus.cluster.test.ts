import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLoad } from '../../examples/traffic/load.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { waitFor } from './daemon.ts'
import type { Prometheus, Series } from './prometheus.ts'

/** Prometheus hears of a pod within 6 s and scrapes each second; the rest is for a busy machine. */
const seenMs = 20_000
const route = 'default-web-shop-http'

let cluster: Cluster
let prometheus: Prometheus

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, prometheus: true })
  if (cluster.prometheus === undefined) throw new Error('there is no Prometheus')
  prometheus = cluster.prometheus
  const canary = { 'error-header': 'x-beta', 'delay-ms': '400' }
  await cluster.apply(...side('shop', 'v1', {}), ...side('shop-canary', 'v2', canary), ...routes())
  await waitFor(async () => (await tally({}, 40)).versions.v2, { what: 'both sides to answer' })
})
afterAll(() => cluster?.stop())

describe('Prometheus', () => {
  it('counts the requests of each pod, as the pods do themselves', async () => {
    await tally({}, 100)
    const { pods } = await cluster.pods.read('default')
    const counted = byName(pods.map(({ name, requests }) => [name, requests]))
    const query = 'sum by (pod) (http_requests_total{namespace="default"})'
    await expect.poll(() => bySeries(query, 'pod'), { timeout: seenMs }).toEqual(counted)
  })

  it('knows a pod by its labels, and each answer by its code', async () => {
    const answers = await tally({ 'x-beta': 'yes' }, 100)
    const errors = answers.versions.v2?.statuses[500]
    expect(errors).toBeGreaterThan(0)
    expect(answers.versions.v1?.statuses).not.toHaveProperty('500')
    const query = 'sum by (app, code) (http_requests_total{code="500"})'
    await expect.poll(() => bySeries(query, 'app'), { timeout: seenMs }).toEqual([['shop-canary', errors]])
  })

  it('tells the sides of a canary apart in what the gateway counts', async () => {
    const { versions } = await cluster.pods.read('default')
    const query = `sum by (service) (traefik_service_requests_total{service=~"${route}(-canary)?@kubernetesingressnginx"})`
    const sides = [
      [`${route}-canary@kubernetesingressnginx`, versions['v2']?.requests],
      [`${route}@kubernetesingressnginx`, versions['v1']?.requests],
    ]
    await expect.poll(() => bySeries(query, 'service'), { timeout: seenMs }).toEqual(sides)
  })

  it.each([
    ['the gateway', 'traefik_service_request_duration_seconds', 'service', '0.3'],
    ['the pods', 'http_server_request_duration_seconds', 'pod', '0.25'],
    ['the pods (plain)', 'http_request_duration_seconds', 'pod', '0.25'],
  ])('has the times of %s in buckets: v1 is fast, v2 is slow', async (_who, metric, label, le) => {
    const fast = `sum by (${label}) (${metric}_bucket{le="${le}"})`
    const all = `sum by (${label}) (${metric}_count)`
    const share = await bySeries(`${fast} / ${all}`, label)
    expect(share.filter(([side]) => !side.includes('-canary')).map(([, value]) => value)).toContain(1)
    expect(share.filter(([side]) => side.includes('-canary')).map(([, value]) => value)).toEqual([0])
  })

  it('killed and started again has what it had', async () => {
    const query = 'sum(last_over_time(http_requests_total{code="500"}[5m]))'
    const [before] = await prometheus.ask(query)
    await prometheus.kill()
    await expect(prometheus.ask(query)).rejects.toThrow('ECONNREFUSED')
    await prometheus.start()
    expect((await prometheus.ask(query))[0]?.value).toBe(before?.value)
  })
})

describe('a pod whose memory runs out', () => {
  it('is killed again and again, says so in its status, and begins to count at zero', async () => {
    const made = await cluster.apply(...side('leak', 'v1', { 'oom-after-ms': '3000' }))
    expect(made.stderr).toBe('')
    const ip = await waitFor(async () => (await podField('leak', '{.items[0].status.podIP}')) || undefined, {
      what: 'the pod',
    })
    await (await request(`http://${ip}:8080/`)).body.dump()
    expect(await metricsOf(ip)).toContain('http_requests_total{code="200",method="GET"} 1')

    const status = '{.items[0].status.containerStatuses[0]'
    await waitFor(async () => Number(await podField('leak', `${status}.restartCount}`)) >= 2 || undefined, {
      what: 'two restarts',
    })
    expect(await podField('leak', `${status}.lastState.terminated.reason}`)).toBe('OOMKilled')
    expect(await podField('leak', `${status}.ready}`)).toBe('true')
    expect(await metricsOf(ip)).not.toContain('http_requests_total{')
  })
})

async function tally(headers: Readonly<Record<string, string>>, count: number) {
  const load = startLoad({ url: cluster.gatewayUrl, host: 'web.test', headers, concurrency: 8, keepAlive: true })
  await load.next(count)
  return load.stop()
}

async function bySeries(query: string, label: string): Promise<readonly (readonly [string, number])[]> {
  const series: readonly Series[] = await prometheus.ask(query)
  return byName(series.map(({ labels, value }) => [labels[label] ?? '', value]))
}

function byName(rows: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] {
  return [...rows].sort(([left], [right]) => left.localeCompare(right))
}

async function podField(app: string, path: string): Promise<string> {
  return (await cluster.kubectl('get', 'pods', '-l', `app=${app}`, '-o', `jsonpath=${path}`)).stdout
}

async function metricsOf(ip: string): Promise<string> {
  return (await request(`http://${ip}:8080/metrics`)).body.text()
}

function side(name: string, version: string, behaviour: Readonly<Record<string, string>>): readonly object[] {
  const labels = { app: name }
  const metadata = { name, namespace: 'default' }
  const annotations = Object.fromEntries(
    Object.entries(behaviour).map(([key, value]) => [`pod.sluice.test/${key}`, value]),
  )
  const spec = { containers: [{ name: 'web', image: `registry.example.com/web:${version}` }] }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels, annotations }, spec } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
  ]
}

/** The Ingress is not called as its Service is: so that the names of the gateway's services tell what they are made of. */
function routes(): readonly object[] {
  const canary = { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '50' }
  return [ingress('web', 'shop', {}), ingress('web-canary', 'shop-canary', canary)]
}

function ingress(name: string, service: string, annotations: Readonly<Record<string, string>>): object {
  const path = { path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { name: 'http' } } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default', annotations },
    spec: { ingressClassName: 'nginx', rules: [{ host: 'web.test', http: { paths: [path] } }] },
  }
}
