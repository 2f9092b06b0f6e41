import { afterEach, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../api/kube-object.ts'
import { systemClock } from '../../../rollout-controller/loop/clock.ts'
import { createPodServers, type PodServers } from '../../../sandbox/pods/pod-servers.ts'
import { createVirtualClock } from '../../../sandbox/virtual-clock.ts'

const running: PodServers[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((servers) => servers.close()))
})

function servers(options: Partial<Parameters<typeof createPodServers>[0]> = {}): PodServers {
  const made = createPodServers({ clock: systemClock, random: () => 0.5, ...options })
  running.push(made)
  return made
}

const pod = (name: string, version = 'v1', annotations: Readonly<Record<string, string>> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, annotations },
  spec: { containers: [{ image: `registry.test/web:${version}`, ports: [{ containerPort: 8080 }] }] },
})

const urlOf = (made: PodServers, address: string) => `http://127.0.0.1:${made.portOf({ address, port: 8080 })}/hello`

describe('pods', () => {
  it('are found by their addresses and say who they are', async () => {
    const made = servers()
    await Promise.all([made.start(pod('one'), '10.244.0.1'), made.start(pod('two', 'v2'), '10.244.0.2')])
    const answer = await fetch(urlOf(made, '10.244.0.2'))
    expect(answer.headers.get('x-version')).toBe('v2')
    expect(await answer.json()).toEqual({ version: 'v2', pod: 'two', namespace: 'shop', path: '/hello' })
  })

  it('listen on the ports of their containers only', async () => {
    const made = servers()
    await made.start(pod('one'), '10.244.0.1')
    expect(made.portOf({ address: '10.244.0.1', port: 9090 })).toBeUndefined()
  })

  it('break what is under way when they are stopped, and are found no more', async () => {
    const clock = createVirtualClock()
    const made = servers({ clock })
    const slow = pod('slow', 'v1', { 'pod.sluice.test/delay-ms': '60000' })
    await made.start(slow, '10.244.0.1')
    const url = urlOf(made, '10.244.0.1')
    const asked = fetch(url).catch((error: unknown) => error)
    while (clock.pending() === 0) await new Promise((resolve) => setImmediate(resolve)) // until it has the request
    made.stop(slow)
    expect(await asked).toBeInstanceOf(TypeError)
    expect(made.portOf({ address: '10.244.0.1', port: 8080 })).toBeUndefined()
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  it('that are stopped while they start do not listen', async () => {
    const made = servers()
    const started = made.start(pod('one'), '10.244.0.1')
    made.stop(pod('one'))
    await started
    expect(made.portOf({ address: '10.244.0.1', port: 8080 })).toBeUndefined()
  })

  it('err as their annotations or their tag say', async () => {
    const made = servers({ random: () => 0.25 })
    await made.start(pod('good'), '10.244.0.1')
    await made.start(pod('bad', 'v3-broken'), '10.244.0.2')
    await made.start(pod('mild', 'v3-broken', { 'pod.sluice.test/error-share': '0.1' }), '10.244.0.3')
    const answers = ['1', '2', '3'].map((last) => fetch(urlOf(made, `10.244.0.${last}`)))
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 500, 200])
  })

  it('that crash listen nowhere', async () => {
    const made = servers()
    await made.start(pod('one', 'v1', { 'pod.sluice.test/crash': 'true' }), '10.244.0.1')
    expect(made.portOf({ address: '10.244.0.1', port: 8080 })).toBeUndefined()
  })
})
