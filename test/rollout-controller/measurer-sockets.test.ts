import { setMaxListeners } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { DefaultPrometheus, PrometheusSource } from '../../api/analysis.ts'
import { KubeError } from '../../kube/errors.ts'
import type { KubeClient } from '../../kube/types.ts'
import { createMeasurer } from '../../rollout-controller/measurer.ts'
import { createVirtualClock } from '../../sandbox/virtual-clock.ts'
import { startStore } from '../analysis/http-bed.ts'
import { away, here, nothing, one, request, secret } from './measurer-builders.ts'

const clock = createVirtualClock()

describe('over real sockets', () => {
  const answer = '{"status":"success","data":{"resultType":"scalar","result":[0,"1"]}}'

  describe('the store of the controller', () => {
    const tenant = (value: string) => ({ name: 'X-Scope-OrgID', value })
    const tokens: Readonly<Record<string, string>> = { 'sluice-system/mimir': 'ours', 'shop/own': 'theirs' }
    const client: Pick<KubeClient, 'get' | 'list'> = {
      ...nothing,
      get: async (_, { namespace = '', name }) => {
        const token = tokens[`${namespace}/${name}`]
        return token === undefined ? Promise.reject(new KubeError('denied', 'no')) : secret(name, { token })
      },
    }

    async function given(to: Partial<DefaultPrometheus> = { auth: { type: 'bearer', secret: 'mimir' } }) {
      const got: (readonly unknown[])[] = []
      const store = await startStore((question, response) => {
        got.push([question.headers['x-scope-orgid'], question.headers['x-zone'], question.headers.authorization])
        question.resume().on('end', () => {
          response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
        })
      })
      const headers = [tenant('all'), { name: 'X-Zone', value: 'eu' }]
      const defaultPrometheus = { headers, ...to, address: store.url }
      const measure = createMeasurer({ client, clock, allowedAddresses: ['127.0.0.1'], defaultPrometheus })
      const ask = async (source: Partial<PrometheusSource>, trusted = false) => {
        const wanted = request({ trusted, source: { kind: 'prometheus', headers: [], ...source } })
        return (await measure(wanted, new AbortController().signal)).readings
      }
      return { got, ask, url: store.url }
    }

    it.each([false, true])(
      'is asked with its headers and our own Secret, whoever asks (trusted: %s)',
      async (trusted) => {
        const { got, ask } = await given()
        expect(await ask({}, trusted)).toEqual({ value: one })
        expect(got).toEqual([['all', 'eu', 'Bearer ours']])
      },
    )

    it('is asked with what the metric says instead: its tenant, and the Secret of its own namespace', async () => {
      const { got, ask } = await given()
      await ask({ headers: [{ ...tenant('shop'), name: 'x-scope-orgid' }] }, true)
      await ask({ auth: { type: 'bearer', secret: 'own' } })
      expect(got).toEqual([
        ['shop', 'eu', 'Bearer ours'],
        ['all', 'eu', 'Bearer theirs'],
      ])
    })

    it.each<[string, DefaultPrometheus, Partial<PrometheusSource>]>([
      ['with our Secret', { address: '', headers: [tenant('all')], auth: { type: 'bearer', secret: 'mimir' } }, {}],
      ['with a Secret of its own', { address: '', headers: [] }, { auth: { type: 'bearer', secret: 'own' } }],
      ['where there are no credentials', { address: '', headers: [] }, {}],
    ])('lets nobody choose a tenant who does not administer the cluster: %s', async (_, store, source) => {
      const { got, ask } = await given(store)
      expect(await ask({ ...source, headers: [tenant('other')] })).toEqual({
        value: away("an Analysis may not set headers for the controller's Prometheus, .*: ask in a ClusterAnalysis"),
      })
      expect(got).toEqual([])
    })

    it('takes the tenant of an Analysis at an address of its own', async () => {
      const { got, ask, url } = await given()
      expect(await ask({ address: url, headers: [tenant('shop')] })).toEqual({ value: one })
      expect(got).toEqual([['shop', undefined, undefined]])
    })

    it('lends nothing to a metric that names an address itself, nor our Secret to one that names it', async () => {
      const { got, ask, url } = await given()
      await ask({ address: url })
      expect(got).toEqual([[undefined, undefined, undefined]])
      expect(await ask({ auth: { type: 'bearer', secret: 'mimir' } })).toEqual({
        value: away('may not read Secret shop/mimir'),
      })
      expect(got).toHaveLength(1)
    })
  })

  it('thousands of questions share few connections, and equal ones one request', async () => {
    let requests = 0
    const store = await startStore((question, response) => {
      requests += 1
      question.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(answer)
      })
    })
    const measure = createMeasurer({ client: nothing, clock, allowedAddresses: ['127.0.0.1'] })
    const living = new AbortController()
    setMaxListeners(0, living.signal) // as the controller does
    onTestFinished(() => living.abort())
    const source: PrometheusSource = { ...here, address: store.url }
    const all = Array.from({ length: 1_000 }, (_, index) =>
      measure(request({ trusted: false, source, questions: { value: `query ${index % 100}` } }), living.signal),
    )
    expect(new Set((await Promise.all(all)).map(({ readings }) => JSON.stringify(readings['value'])))).toEqual(
      new Set([JSON.stringify(one)]),
    )
    expect(requests).toBe(100)
    expect(store.connections()).toBeLessThanOrEqual(64)
  })
})
