import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import { createCache } from '../../kube/cache.ts'
import { createClient, type KubeClient } from '../../kube/client.ts'
import { loadConfig, withToken } from '../../kube/config.ts'
import { KubeError } from '../../kube/errors.ts'
import { createEventRecorder } from '../../kube/events.ts'
import { createElection } from '../../kube/leader.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { CONFIG_MAPS } from './misbehaving-server.ts'
import { WIDGETS, widgetDefinition } from './widget.ts'

const NAMESPACES: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false }
const CRDS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}
const EVENTS: Resource = { group: 'events.k8s.io', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }

let cluster: Cluster
let client: KubeClient

beforeAll(async () => {
  cluster = await startCluster()
  client = createClient(await loadConfig({ kubeconfig: cluster.kubeconfigFor('admin') }))
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-test' } })
})
afterAll(async () => {
  await client?.close()
  await cluster?.stop()
})

const named = (name: string) => ({ namespace: 'kube-test', name })
const configMap = (name: string, more: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: named(name),
  ...more,
})

async function failure(promise: Promise<unknown>): Promise<KubeError> {
  const error = await promise.catch((caught: unknown) => caught)
  if (error instanceof KubeError) return error
  throw new Error(`no KubeError but ${String(error)}`)
}

async function until(claim: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const endMs = performance.now() + withinMs
  while (!(await claim())) {
    if (performance.now() > endMs) throw new Error('never came true')
    await sleep(50)
  }
}

describe('reads', () => {
  it('follows pages over 1,200 objects', async () => {
    const label = { labels: { many: 'yes' } }
    const names = Array.from({ length: 1_200 }, (_, index) => `many-${index}`)
    for (let from = 0; from < names.length; from += 50) {
      const some = names.slice(from, from + 50)
      await Promise.all(
        some.map((name) => client.create(CONFIG_MAPS, configMap(name, { metadata: { ...named(name), ...label } }))),
      )
    }
    const page = await client.list(CONFIG_MAPS, { namespace: 'kube-test', labelSelector: 'many=yes', limit: 500 })
    expect([page.items.length, page.continue !== undefined]).toEqual([500, true])
    const all = await client.listAll(CONFIG_MAPS, { namespace: 'kube-test', labelSelector: 'many=yes' })
    expect(new Set(all.items.map(({ metadata }) => metadata.name)).size).toBe(1_200)
    expect(all.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
  })

  it('are refused when the page token is not one', async () => {
    expect(await failure(client.list(CONFIG_MAPS, { continue: 'nonsense', limit: 5 }))).toMatchObject({ status: 400 })
  })
})

describe('writes', () => {
  it('are conditional on the version that was read', async () => {
    const made = await client.create(CONFIG_MAPS, configMap('conditional'))
    const newer = await client.replace(CONFIG_MAPS, { ...made, data: { a: '1' } })
    expect(await failure(client.replace(CONFIG_MAPS, { ...made, data: { a: '2' } }))).toMatchObject({
      fault: 'conflict',
      status: 409,
    })
    const stale = { type: 'merge', body: { metadata: { resourceVersion: made.metadata.resourceVersion } } } as const
    expect((await failure(client.patch(CONFIG_MAPS, named('conditional'), stale))).fault).toBe('conflict')
    const test = [{ op: 'test', path: '/data/a', value: 'other' } as const]
    expect((await failure(client.patch(CONFIG_MAPS, named('conditional'), { type: 'json', body: test }))).fault).toBe(
      'invalid',
    )
    expect(newer['data']).toEqual({ a: '1' })
    expect((await failure(client.create(CONFIG_MAPS, configMap('conditional')))).fault).toBe('exists')
  })

  it('delete only what they mean', async () => {
    const made = await client.create(CONFIG_MAPS, configMap('deleted'))
    const { uid = '', resourceVersion = '' } = made.metadata
    expect((await failure(client.delete(CONFIG_MAPS, named('deleted'), { uid: 'another' }))).fault).toBe('conflict')
    expect((await failure(client.delete(CONFIG_MAPS, named('deleted'), { uid, resourceVersion: '1' }))).fault).toBe(
      'conflict',
    )
    await client.delete(CONFIG_MAPS, named('deleted'), { uid, resourceVersion, propagationPolicy: 'Background' })
    expect((await failure(client.get(CONFIG_MAPS, named('deleted')))).fault).toBe('not-found')
  })

  it('leave nothing behind in a dry run', async () => {
    expect((await client.create(CONFIG_MAPS, configMap('dry'), { dryRun: true })).metadata.uid).toBeDefined()
    expect((await failure(client.get(CONFIG_MAPS, named('dry')))).fault).toBe('not-found')
  })

  it('apply on the server, with a conflict where somebody else owns the field', async () => {
    const body = configMap('applied', { data: { a: '1' } })
    const name = named('applied')
    await client.patch(CONFIG_MAPS, name, { type: 'apply', body, fieldManager: 'one' })
    const other = { type: 'apply', body: configMap('applied', { data: { a: '2' } }), fieldManager: 'two' } as const
    expect((await failure(client.patch(CONFIG_MAPS, name, other))).fault).toBe('conflict')
    expect((await client.patch(CONFIG_MAPS, name, { ...other, force: true }))['data']).toEqual({ a: '2' })
  })
})

describe('refusals', () => {
  it('say whom and what, for a user without rights', async () => {
    const dev = createClient(await loadConfig({ kubeconfig: cluster.kubeconfigFor('dev') }))
    const error = await failure(dev.get(CONFIG_MAPS, named('conditional')))
    await dev.close()
    expect(error).toMatchObject({ fault: 'denied', status: 403 })
    expect(error.message).toMatch(/^cannot get ConfigMap kube-test\/conditional: .*User "dev" cannot get resource/)
  })

  it('name the fields of an invalid custom resource', async () => {
    await client.create(CRDS, widgetDefinition())
    const widget = { apiVersion: 'kube.test/v1', kind: 'Widget', metadata: named('w'), spec: { size: 0 } }
    await until(async () => (await client.list(WIDGETS).catch(() => undefined)) !== undefined)
    const error = await failure(client.create(WIDGETS, widget))
    expect(error).toMatchObject({ fault: 'invalid', status: 422, reason: 'Invalid' })
    expect(error.causes).toMatchObject([{ field: 'spec.size' }])
  })
})

describe('a service account', () => {
  it('is acted as through a token alone', async () => {
    const path = '/api/v1/namespaces/kube-test/serviceaccounts'
    await until(async () => (await client.request('GET', `${path}/default`).catch(() => undefined)) !== undefined)
    const answer = await client.request('POST', `${path}/default/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 600 },
    })
    const { status } = answer as { status: { token: string } }
    const connection = await loadConfig({ kubeconfig: cluster.kubeconfigFor('admin') })
    const acting = createClient(withToken(connection, async () => status.token))
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const who = await acting.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review)
    await acting.close()
    expect(who).toMatchObject({ status: { userInfo: { username: 'system:serviceaccount:kube-test:default' } } })
  })
})

describe('events', () => {
  it('are accepted and counted', async () => {
    const problems: unknown[] = []
    const onProblem = (error: unknown) => problems.push(error)
    const recorder = createEventRecorder(client, {
      component: 'sluice.dev/test',
      instance: 't',
      clock: systemClock,
      onProblem,
    })
    const regarding = await client.get(CONFIG_MAPS, named('conditional'))
    const event = { regarding, type: 'Normal', reason: 'Tried', action: 'Try', note: 'it was tried' } as const
    recorder.record(event)
    await recorder.flush()
    recorder.record(event)
    recorder.record(event)
    await recorder.flush()
    expect(problems).toEqual([])
    const { items } = await client.list(EVENTS, { namespace: 'kube-test' })
    expect(items.filter((item) => item['reason'] === 'Tried')).toMatchObject([{ series: { count: 3 } }])
    const described = await cluster.kubectl('describe', 'configmap', 'conditional', '-n', 'kube-test')
    expect(described.stdout).toContain('it was tried')
  })
})

describe('two instances', () => {
  it('hand the lease over when the leader shuts down', async () => {
    const candidate = (identity: string) => {
      const stop = new AbortController()
      const election = createElection({ client, namespace: 'kube-test', name: 'lock', identity, clock: systemClock })
      const done = election.run(
        (term) => new Promise((resolve) => term.addEventListener('abort', () => resolve())),
        stop.signal,
      )
      const quit = () => {
        stop.abort()
        return done
      }
      return { election, quit }
    }
    const a = candidate('a')
    await until(() => a.election.isLeader())
    const b = candidate('b')
    await sleep(500)
    expect(b.election.isLeader()).toBe(false)
    await a.quit()
    const fromMs = performance.now()
    await until(() => b.election.isLeader())
    expect(performance.now() - fromMs).toBeLessThan(4_000)
    await b.quit()
  })
})

describe('a cache', () => {
  it('survives restarts of the API server and ends with the truth', async () => {
    const stop = new AbortController()
    const problems: unknown[] = []
    const onProblem = (error: unknown) => problems.push(error)
    const cache = createCache({ client, resource: CONFIG_MAPS, namespace: 'kube-test', clock: systemClock, onProblem })
    const running = cache.run(stop.signal)
    await cache.synced
    expect(cache.list().length).toBeGreaterThanOrEqual(1_200)
    await cluster.restartApiServer()
    await until(async () => (await client.create(CONFIG_MAPS, configMap('after')).catch(() => undefined)) !== undefined)
    await client.delete(CONFIG_MAPS, named('many-7'))
    await until(() => cache.get('kube-test', 'after') !== undefined && cache.get('kube-test', 'many-7') === undefined)
    await cluster.restartApiServer({ crash: true })
    await until(async () => (await client.delete(CONFIG_MAPS, named('after')).catch(() => 'no')) !== 'no')
    await until(() => cache.get('kube-test', 'after') === undefined)
    const { items } = await client.listAll(CONFIG_MAPS, { namespace: 'kube-test' })
    expect(
      cache
        .list()
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(items.map(({ metadata }) => metadata.name).sort())
    expect(problems.length).toBeLessThan(20)
    stop.abort()
    await running
  })

  it('would be told 410 for a version from before the restart', async () => {
    const watch = async () => {
      for await (const _event of client.watch(CONFIG_MAPS, { resourceVersion: '1' }, AbortSignal.timeout(20_000)))
        return
    }
    expect((await failure(watch())).fault).toBe('gone')
  })
})
