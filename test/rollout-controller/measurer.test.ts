import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { AskHttp } from '../../analysis/http.ts'
import type { MeasureRequest } from '../../analysis/measurement.ts'
import type { PrometheusSource, WebSource } from '../../api/analysis.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { KubeError } from '../../kube/errors.ts'
import type { KubeClient } from '../../kube/types.ts'
import { createMeasurer, type MeasurerDeps } from '../../rollout-controller/measurer.ts'
import { createVirtualClock, type VirtualClock } from '../../sandbox/virtual-clock.ts'
import { jsonAnswer } from '../contracts/metric-provider.ts'
import { away, here, nothing, one, request, scalar, secret } from './measurer-builders.ts'

type Asked = Parameters<AskHttp>[0] & Parameters<AskHttp>[1]

let clock: VirtualClock
let asked: Asked[]
let answers: (asked: Asked) => ReturnType<AskHttp>
beforeEach(() => {
  clock = createVirtualClock()
  asked = []
  answers = async () => scalar(1)
})

function measurer(changes: Partial<MeasurerDeps> = {}) {
  const ask: AskHttp = (question, options) => {
    asked.push({ ...question, ...options })
    return answers({ ...question, ...options })
  }
  const measure = createMeasurer({ client: nothing, clock, allowedAddresses: [], ask, ...changes })
  return async (changed: Partial<MeasureRequest> = {}, signal = new AbortController().signal) =>
    (await measure(request(changed), signal)).readings
}

/** Answers only when it is told to. */
function holdAnswers() {
  const open: (() => void)[] = []
  answers = () => new Promise((resolve) => open.push(() => resolve(scalar(1))))
  return {
    open,
    answerAll: () => {
      for (const answer of open.splice(0)) answer()
    },
  }
}

describe('a measurement', () => {
  it('answers each question by its name, for the moment it is about', async () => {
    answers = async ({ body }) => scalar(body?.includes('stable') === true ? 2 : 1)
    const measure = createMeasurer({
      client: nothing,
      clock,
      allowedAddresses: [],
      ask: (question, options) => answers({ ...question, ...options }),
    })
    const wanted = request({ questions: { canary: 'rate_canary', stable: 'rate_stable' } })
    expect(await measure(wanted, new AbortController().signal)).toEqual({
      id: wanted.id,
      atMs: wanted.atMs,
      readings: { canary: one, stable: { kind: 'values', values: [{ series: 'scalar', value: 2 }] } },
    })
  })

  it('says which question cannot be asked, and asks the others', async () => {
    const readings = await measurer()({ questions: { canary: ' ', stable: 'up' } })
    expect(readings).toEqual({ canary: { kind: 'away', why: 'the question is empty' }, stable: one })
  })

  it('takes 15 s at most, though the store never answers', async () => {
    holdAnswers()
    const reading = measurer()()
    await clock.advance(14_999)
    const settled = vi.fn<(readings: unknown) => void>()
    void reading.then(settled)
    await clock.advance(0)
    expect(settled).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(await reading).toEqual({ value: { kind: 'away', why: 'the store does not answer in time' } })
    expect(asked[0]?.signal.aborted).toBe(true)
    expect(clock.pending()).toBe(0)
  })

  it('never rejects', async () => {
    answers = () => Promise.reject(new Error('a bug'))
    expect(await measurer()()).toEqual({ value: { kind: 'away', why: 'the question could not be asked' } })
    const client = { ...nothing, list: () => Promise.reject(new Error('a bug')) }
    expect(await measurer({ client })({ source: { kind: 'kubernetes' }, questions: { value: 'pods' } })).toEqual({
      value: { kind: 'away', why: 'the API server does not list the pods' },
    })
  })

  it('is given up when it is not wanted any more', async () => {
    holdAnswers()
    const wish = new AbortController()
    const reading = measurer()({}, wish.signal)
    await clock.advance(0)
    wish.abort()
    expect(await reading).toEqual({ value: { kind: 'away', why: 'the question was given up' } })
    expect(asked[0]?.signal.aborted).toBe(true)
    expect(await measurer()({}, wish.signal)).toEqual({ value: { kind: 'away', why: 'the question was given up' } })
  })

  it('leaves nothing behind on the signal of a controller that runs for months', async () => {
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    const measure = measurer()
    await Promise.all(Array.from({ length: 100 }, (_, index) => measure({ questions: { value: `q${index}` } }, signal)))
    expect(added).toHaveBeenCalledTimes(1)
    expect(removed).toHaveBeenCalledTimes(1)
    expect(clock.pending()).toBe(0)
  })

  it('is told, with what came of it and how long it took', async () => {
    const onAnswered = vi.fn<NonNullable<MeasurerDeps['onAnswered']>>()
    answers = async () => {
      await clock.sleep(30)
      return scalar(1)
    }
    const measure = measurer({ onAnswered })
    const both = Promise.all([measure(), measure()])
    await clock.advance(30)
    await both
    expect(onAnswered.mock.calls).toEqual([['prometheus', 'values', 30]])
    holdAnswers()
    const late = measure({ questions: { value: 'late' } })
    await clock.advance(15_000)
    await late
    expect(onAnswered.mock.calls.at(-1)).toEqual(['prometheus', 'away', 15_000])
  })
})

describe('questions of the same content', () => {
  const post: WebSource = { kind: 'web', url: 'http://web.shop/q', method: 'POST', headers: [], body: '{}' }
  const tenant = (value: string) => ({ name: 'X-Scope-OrgID', value })
  const client = {
    ...nothing,
    get: async (_: unknown, { name }: { name: string }) => secret(name, { token: name }),
  }

  it('about the same moment are asked once, however many ask', async () => {
    const { open, answerAll } = holdAnswers()
    const measure = measurer()
    const all = Array.from({ length: 500 }, (_, index) =>
      measure({ id: `release-${index}/m`, namespace: `ns-${index}` }),
    )
    await clock.advance(0)
    expect(open).toHaveLength(1)
    answerAll()
    expect(await Promise.all(all)).toEqual(Array.from({ length: 500 }, () => ({ value: one })))
  })

  it('are not asked again for 2 s', async () => {
    const measure = measurer()
    await measure()
    await clock.advance(2_000)
    await measure()
    expect(asked).toHaveLength(1)
    await clock.advance(1)
    await measure()
    expect(asked).toHaveLength(2)
  })

  it('are the same though their headers are in another order', async () => {
    const measure = measurer()
    const other = { name: 'X-Other', value: '1' }
    await measure({ source: { ...here, headers: [tenant('a'), other] } })
    await measure({ source: { ...here, headers: [other, tenant('a')] } })
    expect(asked).toHaveLength(1)
  })

  it.each<[string, Partial<MeasureRequest>, Partial<MeasureRequest>]>([
    ['query', {}, { questions: { value: 'down' } }],
    ['moment', {}, { atMs: Date.UTC(2026, 0, 1) + 1 }],
    [
      'moment, where it is not in the question',
      { source: post, questions: { value: '$' } },
      { source: post, questions: { value: '$' }, atMs: 1 },
    ],
    ['address', {}, { source: { ...here, address: 'http://other.shop:9090' } }],
    ['tenant', { source: { ...here, headers: [tenant('a')] } }, { source: { ...here, headers: [tenant('b')] } }],
    [
      'body',
      { source: post, questions: { value: '$' } },
      { source: { ...post, body: '[]' }, questions: { value: '$' } },
    ],
    [
      'credentials',
      { source: { ...here, auth: { type: 'bearer', secret: 'a' } } },
      { source: { ...here, auth: { type: 'bearer', secret: 'b' } } },
    ],
  ])('are not the same with another %s', async (_, first, second) => {
    const measure = measurer({ client })
    await Promise.all([measure(first), measure(second)])
    expect(asked).toHaveLength(2)
  })

  it('are not shared between who may reach everything and who may not', async () => {
    const measure = measurer({ allowedAddresses: ['prometheus.shop'] })
    await Promise.all([measure({ trusted: true }), measure({ trusted: false })])
    expect(asked.map(({ reach }) => reach)).toEqual(['everywhere', 'notLinkLocal'])
  })

  it('share one answer to several paths', async () => {
    answers = async () => jsonAnswer({ errors: 3, requests: 70 })
    const readings = await measurer()({ source: post, questions: { errors: '$.errors', requests: '$.requests' } })
    expect(readings).toMatchObject({ errors: { values: [{ value: 3 }] }, requests: { values: [{ value: 70 }] } })
    expect(asked).toHaveLength(1)
  })

  it('go on for the others when one gives up, and end when all have', async () => {
    const { answerAll } = holdAnswers()
    const [first, second] = [new AbortController(), new AbortController()]
    const measure = measurer()
    const readings = [measure({}, first.signal), measure({}, second.signal)]
    await clock.advance(0)
    first.abort()
    await clock.advance(0)
    expect(asked[0]?.signal.aborted).toBe(false)
    answerAll()
    expect(await Promise.all(readings)).toMatchObject([{ value: { kind: 'away' } }, { value: one }])
  })

  it('are asked anew when all had given up', async () => {
    holdAnswers()
    const wish = new AbortController()
    const measure = measurer()
    const given = measure({}, wish.signal)
    await clock.advance(0)
    wish.abort()
    await given
    expect(asked[0]?.signal.aborted).toBe(true)
    answers = async () => scalar(1)
    expect(await measure()).toEqual({ value: one })
  })
})

describe('a store that is asked a lot', () => {
  const many = (measure: ReturnType<typeof measurer>, count: number, source = here) =>
    Array.from({ length: count }, (_, index) => measure({ source, questions: { value: `q${index}` } }))

  it('gets 64 questions at a time, the rest as it answers', async () => {
    const { open, answerAll } = holdAnswers()
    const all = many(measurer(), 150)
    await clock.advance(0)
    expect(open).toHaveLength(64)
    answerAll()
    await clock.advance(0)
    expect(open).toHaveLength(64)
    answerAll()
    await clock.advance(0)
    expect(open).toHaveLength(22)
    answerAll()
    expect(await Promise.all(all)).toEqual(Array.from({ length: 150 }, () => ({ value: one })))
  })

  it('keeps nobody waiting who asks another', async () => {
    holdAnswers()
    const measure = measurer()
    void many(measure, 100)
    await clock.advance(0)
    answers = async () => scalar(1)
    expect(await measure({ source: { ...here, address: 'http://other:9090' } })).toEqual({ value: one })
  })

  it('keeps nobody waiting for longer than 15 s, and takes up those who come later', async () => {
    answers = async (question) =>
      new Promise((resolve) => question.signal.addEventListener('abort', () => resolve({ kind: 'none', why: 'late' })))
    const measure = measurer()
    const all = many(measure, 100)
    await clock.advance(15_000)
    const late = { value: { kind: 'away', why: 'the store does not answer in time' } }
    expect(await Promise.all(all)).toEqual(Array.from({ length: 100 }, () => late))
    answers = async () => scalar(1)
    expect(await measure()).toEqual({ value: one })
  })
})

describe('the policy on addresses', () => {
  const namespaced = { trusted: false } as const

  it('lets an Analysis ask the Prometheus of the controller, wherever that is', async () => {
    const source: PrometheusSource = { kind: 'prometheus', headers: [] }
    const measure = measurer({ defaultPrometheus: { address: 'http://169.254.1.1:9090', headers: [] } })
    expect(await measure({ ...namespaced, source })).toEqual({ value: one })
    expect(asked).toMatchObject([{ url: 'http://169.254.1.1:9090/api/v1/query', reach: 'everywhere' }])
  })

  it('lets it ask nothing else: not the API behind that address either', async () => {
    const measure = measurer({ defaultPrometheus: { address: 'http://prometheus:9090', headers: [] } })
    const url = 'http://prometheus:9090/api/v1/admin/tsdb/delete_series?match[]=up'
    const source: WebSource = { kind: 'web', url, method: 'POST', headers: [] }
    const why =
      'an Analysis may not ask prometheus:9090: whoever runs the controller may allow it, with --allow-metrics-address'
    expect(await measure({ ...namespaced, source, questions: { value: '$' } })).toEqual({ value: away(why) })
    expect(asked).toEqual([])
  })

  it.each([
    [['prometheus.shop'], true],
    [['PROMETHEUS.shop:9090'], true],
    [['prometheus.shop:80'], false],
    [['*.shop'], true],
    [['*.prometheus.shop'], false],
    [['shop'], false],
    [['other', '*.shop:9090'], true],
    [[], false],
  ])('%j: may prometheus.shop:9090 be asked? %s', async (allowedAddresses, expected) => {
    const { value } = await measurer({ allowedAddresses })(namespaced)
    expect(value?.kind === 'values').toBe(expected)
  })

  it.each(['http://prometheus', 'prometheus/path', '*', '*.', 'a..b', '*.[::1]', 'user@host', ''])(
    'takes no entry that is none: %s',
    (entry) => {
      expect(() => measurer({ allowedAddresses: [entry] })).toThrow(`allowed metrics address "${entry}"`)
    },
  )

  it('lets who administers the cluster ask anything', async () => {
    await measurer()({ trusted: true })
    expect(asked).toMatchObject([{ reach: 'everywhere' }])
  })
})

describe('the words of a store', () => {
  const refusal = jsonAnswer({ status: 'error', errorType: 'bad_data', error: 'internal: db-7 of payroll' }, 400)

  it.each<[string, Partial<MeasureRequest>, string]>([
    ['an allowed address, to a ClusterAnalysis', { trusted: true }, 'refuses the query: internal: db-7 of payroll'],
    ['an allowed address, to an Analysis', { trusted: false }, 'refuses the query [(]bad_data[)]$'],
    [
      'the controller’s store, to an Analysis',
      { trusted: false, source: { kind: 'prometheus', headers: [] } },
      'refuses the query: internal: db-7 of payroll',
    ],
  ])('are repeated where whoever reads them may ask it: %s', async (_, changes, why) => {
    answers = async () => refusal
    const defaultPrometheus = { address: 'http://prometheus:9090', headers: [] }
    const measure = measurer({ allowedAddresses: ['prometheus.shop'], defaultPrometheus })
    expect(await measure(changes)).toEqual({ value: away(why) })
  })
})

describe('credentials', () => {
  const withAuth = (type: 'basic' | 'bearer' | 'tls'): PrometheusSource => ({
    ...here,
    auth: { type, secret: 'store' },
  })
  const clientWith = (data: Record<string, string>) => {
    const read: unknown[] = []
    const get: KubeClient['get'] = async (_, name) => {
      read.push(name)
      return secret(name.name, data)
    }
    return { read, client: { ...nothing, get } }
  }

  it('come from the Secret that is named, in the namespace of the Rollout or, for a ClusterAnalysis, in our own', async () => {
    const { client, read } = clientWith({ token: 't' })
    const measure = measurer({ client, allowedAddresses: ['prometheus.shop'] })
    await measure({ source: withAuth('bearer'), trusted: false })
    await measure({ source: withAuth('bearer'), trusted: true })
    expect(read).toEqual([
      { namespace: 'shop', name: 'store' },
      { namespace: 'sluice-system', name: 'store' },
    ])
  })

  it.each([
    ['basic', { username: 'ann', password: 'pw\n' }, { type: 'basic', username: 'ann', password: 'pw' }],
    ['bearer', { token: 't\r\n', 'ca.crt': 'PEM' }, { type: 'bearer', token: 't', ca: 'PEM' }],
    ['tls', { 'tls.crt': 'C', 'tls.key': 'K', 'ca.crt': '' }, { type: 'tls', cert: 'C', key: 'K' }],
  ] as const)('of type %s are taken from its keys', async (type, data, credentials) => {
    await measurer({ client: clientWith(data).client })({ source: withAuth(type) })
    expect(asked[0]?.credentials).toEqual(credentials)
  })

  it('are read again after 10 s', async () => {
    const { client, read } = clientWith({ token: 't' })
    const measure = measurer({ client })
    const ask = (atMs: number) => measure({ atMs, source: withAuth('bearer') })
    await Promise.all([ask(1), ask(2)])
    await clock.advance(10_000)
    await ask(3)
    expect(read).toHaveLength(1)
    await clock.advance(1)
    await ask(4)
    expect(read).toHaveLength(2)
  })

  it.each([
    ['not-found', /^Secret sluice-system\/store does not exist$/],
    [
      'denied',
      /^the controller may not read Secret sluice-system\/store: it needs a Role in sluice-system that allows get on secrets with resourceNames \[store\], bound to ServiceAccount sluice-controller of sluice-system$/,
    ],
    ['unavailable', /^Secret sluice-system\/store cannot be read: the API server does not answer$/],
  ] as const)('that cannot be read (%s) are named, and nothing is asked without them', async (fault, why) => {
    const client = { ...nothing, get: () => Promise.reject(new KubeError(fault, 'x')) }
    expect(await measurer({ client })({ source: withAuth('bearer') })).toEqual({ value: away(why) })
    expect(asked).toEqual([])
  })

  it('that are not in the Secret are said to be missing', async () => {
    const { client } = clientWith({ username: 'ann', password: '' })
    expect(await measurer({ client })({ source: withAuth('basic') })).toEqual({
      value: { kind: 'away', why: 'Secret store has no key password, which auth of type basic needs' },
    })
    expect(asked).toEqual([])
  })
})

describe('what the cluster knows', () => {
  const container = (restartCount: number, lastReason?: string) => ({
    restartCount,
    state: { running: {} },
    ...(lastReason === undefined ? {} : { lastState: { terminated: { reason: lastReason } } }),
  })
  const pod = (name: string, status: object, metadata: object = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    status,
  })
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] }
  const pods = [
    pod('a', { ...ready, containerStatuses: [container(1, 'OOMKilled'), container(2, 'Error')] }),
    pod('b', { conditions: [{ type: 'Ready', status: 'False' }], initContainerStatuses: [container(4)] }),
    pod('c', { ...ready, containerStatuses: 'garbage' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    pod('d', { phase: 'Failed', containerStatuses: [{ state: { terminated: { reason: 'OOMKilled' } } }] }),
  ]
  const questions = { restarts: 'restarts', oom: 'oom-kills', unready: 'unready', pods: 'pods' }
  const source = { kind: 'kubernetes' } as const

  it('is read from the canary’s pods, listed once for all questions', async () => {
    const list = vi.fn<KubeClient['list']>(async () => ({ items: pods, resourceVersion: '1' }))
    const readings = await measurer({ client: { ...nothing, list } })({ source, questions })
    const values = Object.entries(readings).map(([name, reading]) => [
      name,
      reading.kind === 'values' && reading.values[0]?.value,
    ])
    expect(Object.fromEntries(values)).toEqual({ restarts: 7, oom: 2, unready: 1, pods: 2 })
    expect(list.mock.calls.map(([{ kind }, options]) => [kind, options])).toEqual([
      ['Pod', { namespace: 'shop', labelSelector: 'app=web,copy=canary' }],
    ])
  })

  it('is nothing without canary pods, and never of everybody’s pods', async () => {
    const list = vi.fn<KubeClient['list']>(async () => ({ items: pods, resourceVersion: '1' }))
    const measure = measurer({ client: { ...nothing, list } })
    expect(await measure({ source, questions: { value: 'pods' }, pods: { canary: '', stable: '' } })).toEqual({
      value: { kind: 'empty', what: 'no canary pods' },
    })
    expect(list).not.toHaveBeenCalled()
  })
})
