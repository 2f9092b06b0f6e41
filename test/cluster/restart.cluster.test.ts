import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLoad } from '../../examples/traffic/load.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { waitFor } from './daemon.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, users: { robot: ['robots'] } })
})
afterAll(() => cluster?.stop())

const labels = { app: 'steady' }
const metadata = { name: 'steady', namespace: 'default' }
const steady = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'registry.example.com/web:v1' }] } },
    },
  },
  { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata,
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'steady.test',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'steady', port: { number: 80 } } } }],
          },
        },
      ],
    },
  },
]

describe('an API server that goes away and comes back, under load', () => {
  it('costs no request, and everything follows it again afterwards', async () => {
    expect((await cluster.apply(...steady)).stderr).toBe('')
    const load = startLoad({ url: cluster.gatewayUrl, host: 'steady.test', rate: 300, keepAlive: false })
    await waitFor(async () => load.since(0).versions.v1, { what: 'the first answer' })
    await load.next(300)
    const mark = load.mark()
    await cluster.restartApiServer({ downMs: 1_000 })
    await load.next(300)
    expect(load.since(mark).failed).toBe(0)
    const update = { ...steady[0], spec: { ...steady[0]?.spec, minReadySeconds: 0, replicas: 5 } }
    await cluster.apply(update)
    const ready = async () => {
      const path = 'jsonpath={.status.readyReplicas}'
      return (await cluster.kubectl('get', 'deployment', 'steady', '--output', path)).stdout === '5' || undefined
    }
    await waitFor(ready, { what: 'five ready pods' })
    await load.stop()
  })
})

describe('a user asked for at start', () => {
  it('is who the API server takes it for', async () => {
    const { stdout } = await cluster.kubectl(
      'auth',
      'whoami',
      '-o',
      'json',
      '--kubeconfig',
      cluster.kubeconfigFor('robot'),
    )
    expect(JSON.parse(stdout).status.userInfo).toMatchObject({
      username: 'robot',
      groups: expect.arrayContaining(['robots']),
    })
  })

  it('that nobody asked for is not there', () => {
    expect(() => cluster.kubeconfigFor('stranger')).toThrow('no user stranger')
  })
})
