import { afterEach, describe, expect, it } from 'vitest'
import { type ServiceProxy, serviceOf, startServiceProxy } from '../../cli/analysis/service-proxy.ts'
import { KubeError } from '../../kube/errors.ts'

describe('the address of a Service', () => {
  it.each([
    ['http://prometheus.monitoring:9090', 'monitoring', 'prometheus', 9090],
    ['http://prometheus.monitoring.svc', 'monitoring', 'prometheus', 80],
    ['https://prometheus.monitoring.svc.cluster.local/prom/', 'monitoring', 'prometheus', 443],
  ])('is read from %s', (url, namespace, name, port) => {
    expect(serviceOf(url)).toMatchObject({ namespace, name, port })
  })
  it.each(['http://localhost:9090', 'http://127.0.0.1:9090', 'http://10.1.2.3', 'https://metrics.example.com'])(
    'is not in %s',
    (url) => expect(serviceOf(url)).toBeUndefined(),
  )
})

describe('a question to a Prometheus of the cluster', () => {
  const service = { scheme: 'http', namespace: 'monitoring', name: 'prometheus', port: 9090, path: '' } as const
  let proxy: ServiceProxy | undefined
  afterEach(() => proxy?.close())

  const ask = async (request: (method: string, path: string) => Promise<unknown>) => {
    proxy = await startServiceProxy({ request }, service)
    const response = await fetch(`${proxy.url}/api/v1/query`, { method: 'POST', body: 'query=up&time=1' })
    const body: unknown = await response.json()
    return { status: response.status, body }
  }

  it('goes through the API server, as a GET', async () => {
    const asked: string[] = []
    const answer = await ask((method, path) => {
      asked.push(`${method} ${path}`)
      return Promise.resolve({ status: 'success' })
    })
    expect(asked).toEqual([
      'GET /api/v1/namespaces/monitoring/services/http:prometheus:9090/proxy/api/v1/query?query=up&time=1',
    ])
    expect(answer).toEqual({ status: 200, body: { status: 'success' } })
  })

  it('says why when the API server lets it not through', async () => {
    const answer = await ask(() =>
      Promise.reject(new KubeError('denied', 'no rights on services/proxy', { status: 403 })),
    )
    expect(answer).toMatchObject({ status: 403, body: { status: 'error', error: 'no rights on services/proxy' } })
  })
})
