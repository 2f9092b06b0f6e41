import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLoad } from '../../examples/traffic/load.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { waitFor } from './daemon.ts'

const chart = fileURLToPath(new URL('../../examples/chart', import.meta.url))
let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster?.stop())

describe('a chart on the cluster', () => {
  it('answers through the gateway once Helm says it is deployed', async () => {
    await install('shop', { 'image.tag': 'v7' })
    const answer = await served('shop')
    expect(answer.version).toBe('v7')
    expect(answer.pod).toMatch(/^shop-/)
  })

  it('is rolled by an ordinary upgrade, since nothing of Sluice is here', async () => {
    await install('rolled', { replicas: 2 })
    await install('rolled', { replicas: 2, 'image.tag': 'v2' })
    await waitFor(async () => (await served('rolled')).version === 'v2' || undefined, { what: 'v2' })
    const images = await podField('rolled', '{.items[*].spec.containers[0].image}')
    expect(images).toBe('registry.example.com/canary-demo:v2 registry.example.com/canary-demo:v2')
  })

  it('splits 20 % to a canary Ingress, within what chance allows', async () => {
    await install('split', { replicas: 2 })
    await served('split')
    const made = await cluster.apply(...canaryOf('split', 'v2', 20))
    expect(made.stderr).toBe('')
    const load = startLoad({ url: cluster.gatewayUrl, host: 'split.test', rate: 400, keepAlive: true })
    await waitFor(async () => load.since(0).versions.v2, { what: 'the first answer of the canary' })
    await sleep(1_000)
    const tally = await load.next(1_000)
    await load.stop()
    expect(tally.share('v2')).toBeGreaterThan(0.15)
    expect(tally.share('v2')).toBeLessThan(0.25)
    expect(tally.failed).toBe(0)
  })
})

describe('a pod', () => {
  it('stops answering the moment it is deleted', async () => {
    await install('gone', { replicas: 1 })
    const { name, ip } = await onePod('gone')
    expect((await call(ip)).status).toBe(200)
    await cluster.kubectl('delete', 'pod', name)
    await waitFor(async () => (await call(ip)).status === 'reset' || undefined, { what: 'a reset', timeoutMs: 1_000 })
  })

  it('that lingers answers on while it is out of the endpoints, and then goes', async () => {
    await install('linger', { replicas: 1, ...annotation('linger-ms', '3000') })
    const { name, ip } = await onePod('linger')
    await cluster.kubectl('delete', 'pod', name, '--wait=false')
    await waitFor(async () => !(await readyEndpoints('linger')).includes(ip) || undefined, { what: 'terminating' })
    expect((await call(ip)).status).toBe(200)
    await waitFor(async () => (await call(ip)).status === 'reset' || undefined, { what: 'its end', timeoutMs: 6_000 })
  })

  it('fails the share of requests that its annotation says', async () => {
    await install('flaky', { replicas: 1, ...annotation('error-share', '0.3') })
    await onePod('flaky')
    await served('flaky')
    const load = startLoad({ url: cluster.gatewayUrl, host: 'flaky.test', concurrency: 8, keepAlive: true })
    const tally = await load.next(1_000)
    await load.stop()
    expect((tally.statuses[500] ?? 0) / tally.total).toBeGreaterThan(0.22)
    expect((tally.statuses[500] ?? 0) / tally.total).toBeLessThan(0.38)
  })

  it('takes as long as its annotation says', async () => {
    await install('slow', { replicas: 1, ...annotation('delay-ms', '300') })
    const { ip } = await onePod('slow')
    const startedAt = performance.now()
    await call(ip)
    expect(performance.now() - startedAt).toBeGreaterThan(290)
  })

  it('that is never ready stays out of the endpoints', async () => {
    await install('never', { replicas: 1, ...annotation('never-ready', 'true') }, { wait: false })
    const { ip } = await onePod('never')
    expect(await readyEndpoints('never')).toEqual([])
    expect((await call(ip)).status).toBe(503)
  })

  it('that is ready late joins the endpoints late', async () => {
    await install('late', { replicas: 1, ...annotation('ready-after-ms', '8000') }, { wait: false })
    const { ip } = await onePod('late')
    expect(await readyEndpoints('late')).toEqual([])
    await waitFor(async () => (await readyEndpoints('late')).includes(ip) || undefined, { what: 'ready endpoint' })
    expect((await call(ip)).status).toBe(200)
  })

  it('that crashes is in CrashLoopBackOff, restarts counted, and accepts no connection', async () => {
    await install('crash', { replicas: 1, ...annotation('crash', 'true') }, { wait: false })
    const { ip } = await onePod('crash')
    const path = '{.items[0].status.containerStatuses[0].state.waiting.reason}'
    await waitFor(async () => (await podField('crash', path)) === 'CrashLoopBackOff' || undefined, {
      what: 'crash loop',
    })
    expect((await call(ip)).status).toBe('reset')
  })
})

describe('the cluster', () => {
  it('counts what each version answered until the counters are reset', async () => {
    await install('counted', { replicas: 1, 'image.tag': 'v3' })
    const { name, ip } = await onePod('counted')
    await cluster.pods.reset()
    const before = Date.now()
    for (let index = 0; index < 5; index++) await call(ip)
    const counts = await cluster.pods.read('default')
    expect(counts.pods).toMatchObject([{ name, version: 'v3', requests: 5 }])
    expect(counts.versions.v3?.lastAnswerAtMs).toBeGreaterThanOrEqual(before)
  })

  it('keeps its data, and its pods answer, over a restart of the API server', async () => {
    await install('kept', { replicas: 1 })
    const { ip } = await onePod('kept')
    await cluster.restartApiServer({ crash: true })
    expect((await call(ip)).status).toBe(200)
    expect((await cluster.kubectl('get', 'deployment', 'kept', '--output', 'name')).stdout).toContain('kept')
    await install('after', { replicas: 1 })
    expect((await served('after')).version).toBe('v1')
  })

  it('lets nobody without rights in', async () => {
    const { code, stderr } = await cluster.kubectl('get', 'pods', '--kubeconfig', cluster.kubeconfigFor('dev'))
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('User "dev" cannot list') })
  })
})

interface Served {
  readonly version: string
  readonly pod: string
}

async function install(name: string, values: Record<string, string | number>, { wait = true } = {}): Promise<void> {
  const sets = Object.entries({ host: `${name}.test`, ...values }).flatMap(([key, value]) => [
    typeof value === 'number' ? '--set' : '--set-string',
    `${key}=${value}`,
  ])
  const done = await cluster.helm('upgrade', '--install', name, chart, ...sets, ...(wait ? ['--wait'] : []))
  expect(done).toMatchObject({ code: 0 })
}

function annotation(key: string, value: string): Record<string, string> {
  return { [`podAnnotations.pod\\.sluice\\.test/${key}`]: value }
}

async function served(name: string): Promise<Served> {
  const ask = async () => {
    const answer = await request(cluster.gatewayUrl, { headers: { host: `${name}.test` } })
    const text = await answer.body.text()
    return answer.statusCode === 200 ? (JSON.parse(text) as Served) : undefined
  }
  return waitFor(ask, { what: `an answer of ${name}`, timeoutMs: 10_000 })
}

/** Calls a pod by its address, as the gateway does. */
async function call(ip: string): Promise<{ readonly status: number | 'reset' }> {
  try {
    const answer = await request(`http://${ip}:8080/`, { reset: true })
    await answer.body.dump()
    return { status: answer.statusCode }
  } catch {
    return { status: 'reset' }
  }
}

async function onePod(release: string): Promise<{ readonly name: string; readonly ip: string }> {
  const ask = async () => (await podField(release, '{.items[0].metadata.name} {.items[0].status.podIP}')).split(' ')
  const complete = async () => {
    const [name, ip] = await ask()
    return name && ip ? { name, ip } : undefined
  }
  return waitFor(complete, { what: `a pod of ${release}` })
}

async function podField(release: string, path: string): Promise<string> {
  const selector = `app.kubernetes.io/instance=${release}`
  return (await cluster.kubectl('get', 'pods', '--selector', selector, '--output', `jsonpath=${path}`)).stdout
}

async function readyEndpoints(service: string): Promise<string[]> {
  const path = '{range .items[*].endpoints[?(@.conditions.ready==true)]}{.addresses[0]} {end}'
  const selector = `kubernetes.io/service-name=${service}`
  const args = ['get', 'endpointslices', '--selector', selector, '--output', `jsonpath=${path}`]
  return (await cluster.kubectl(...args)).stdout.split(' ').filter((address) => address !== '')
}

function canaryOf(name: string, version: string, weight: number): readonly unknown[] {
  const labels = { app: `${name}-canary` }
  const metadata = { name: `${name}-canary`, namespace: 'default' }
  const container = { name: 'web', image: `registry.example.com/canary-demo:${version}` }
  const backend = { service: { name: metadata.name, port: { number: 80 } } }
  const annotations = {
    'nginx.ingress.kubernetes.io/canary': 'true',
    'nginx.ingress.kubernetes.io/canary-weight': String(weight),
  }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations },
      spec: {
        ingressClassName: 'nginx',
        rules: [{ host: `${name}.test`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      },
    },
  ]
}
