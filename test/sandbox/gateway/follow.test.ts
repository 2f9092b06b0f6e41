import { describe, expect, it } from 'vitest'
import { ingressClassResource, ingressResource, serviceResource } from '../../../api/names.ts'
import { follow } from '../../../sandbox/gateway/follow.ts'
import { startGateway } from '../../../sandbox/gateway/gateway.ts'
import { split } from '../../../sandbox/gateway/pick.ts'
import { countedIds } from '../../../sandbox/ids.ts'
import { annotatedLife } from '../../../sandbox/kubelet/pod-life.ts'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { createVirtualClock } from '../../../sandbox/virtual-clock.ts'
import { ingress, nginxClass } from './objects.ts'

const asked = { host: 'web.test', path: '/' }

function bed() {
  const clock = createVirtualClock()
  const { api } = createSandbox({ clock, ids: countedIds(), lifeOf: annotatedLife })
  api.create(
    { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop' },
    },
  )
  api.create(ingressClassResource, nginxClass())
  const serve = () => {
    const labels = { app: 'web' }
    api.create(serviceResource, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    })
    api.create(
      { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web', namespace: 'shop', labels },
        spec: { containers: [{ name: 'web', image: 'web:v1', ports: [{ containerPort: 8080 }] }] },
      },
    )
  }
  return { clock, api, serve }
}

describe('a gateway that follows', () => {
  it('goes by what was there when it came, and by changes once its delay is over', async () => {
    const { clock, api, serve } = bed()
    api.create(ingressResource, ingress())
    await clock.advance(10)
    const followed = follow({ api, clock, delayMs: () => 100 })
    serve()
    await clock.advance(99)
    expect(split(followed.table(), asked)).toEqual([])
    await clock.advance(100)
    expect(split(followed.table(), asked)[0]?.backend.endpoints).toHaveLength(1)
    followed.stop()
  })

  it('takes together what changes meanwhile, and waits for nothing once it is stopped', async () => {
    const { clock, api, serve } = bed()
    const tables: number[] = []
    const followed = follow({ api, clock, delayMs: () => 100, onTable: () => tables.push(clock.monotonicMs()) })
    serve()
    api.create(ingressResource, ingress())
    await clock.advance(1000)
    expect(tables).toEqual([100])
    api.delete(ingressResource, { namespace: 'shop', name: 'web' })
    followed.stop()
    const armed = clock.pending()
    await clock.advance(1000)
    expect(tables).toEqual([100])
    expect(clock.pending()).toBe(armed)
  })

  it('does not begin where its port is taken', async () => {
    const { clock, api } = bed()
    const options = { api, clock, delayMs: () => 100, random: Math.random, portOf: () => undefined }
    const first = await startGateway(options)
    const port = Number(new URL(first.url).port)
    await expect(startGateway({ ...options, port })).rejects.toThrow('EADDRINUSE')
    await first.close()
    const second = await startGateway({ ...options, port })
    expect((await fetch(second.url)).status).toBe(404)
    await second.close()
  })

  it('keeps idle connections longer than its clients do, so that none is closed under a request', async () => {
    const { clock, api } = bed()
    const gateway = await startGateway({ api, clock, delayMs: () => 100, random: Math.random, portOf: () => undefined })
    expect((await fetch(gateway.url)).headers.get('keep-alive')).toBe('timeout=75')
    await gateway.close()
  })
})
